"""The types that saved files may name, beyond those that skops itself trusts.

A type stands here where it holds values and no code: whatever state a file gives to an object of
it, nothing is run by setting it. A function stands here where all that it does is to compute a
score of arrays. Two kinds of types do not: those that can crash the process where their state does
not fit, such as scikit-learn's trees, and those that run text of their state, such as scipy's
distributions, which go into files by name (`FrozenDistribution`).
"""

from skgenre._networks import NETWORKS


def _names(module, *names):
    return tuple(f"{module}.{name}" for name in names)


_FUNCTIONS = (
    *_names(
        "sklearn.metrics._classification",
        "accuracy_score",
        "balanced_accuracy_score",
        "brier_score_loss",
        "cohen_kappa_score",
        "d2_brier_score",
        "d2_log_loss_score",
        "f1_score",
        "fbeta_score",
        "hamming_loss",
        "hinge_loss",
        "jaccard_score",
        "log_loss",
        "matthews_corrcoef",
        "precision_score",
        "recall_score",
        "zero_one_loss",
    ),
    *_names(
        "sklearn.metrics._ranking",
        "average_precision_score",
        "coverage_error",
        "dcg_score",
        "label_ranking_average_precision_score",
        "label_ranking_loss",
        "ndcg_score",
        "roc_auc_score",
        "top_k_accuracy_score",
    ),
    *_names(
        "sklearn.metrics._regression",
        "d2_absolute_error_score",
        "d2_pinball_score",
        "d2_tweedie_score",
        "explained_variance_score",
        "max_error",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "mean_gamma_deviance",
        "mean_pinball_loss",
        "mean_poisson_deviance",
        "mean_squared_error",
        "mean_squared_log_error",
        "mean_tweedie_deviance",
        "median_absolute_error",
        "r2_score",
        "root_mean_squared_error",
        "root_mean_squared_log_error",
    ),
    *_names("sklearn.metrics._scorer", "negative_likelihood_ratio", "positive_likelihood_ratio"),
    *_names(
        "sklearn.metrics.cluster._supervised",
        "adjusted_mutual_info_score",
        "adjusted_rand_score",
        "completeness_score",
        "fowlkes_mallows_score",
        "homogeneity_score",
        "mutual_info_score",
        "normalized_mutual_info_score",
        "rand_score",
        "v_measure_score",
    ),
    *_names(
        "sklearn.feature_selection._mutual_info", "mutual_info_classif", "mutual_info_regression"
    ),
    *_names(
        "sklearn.feature_selection._univariate_selection",
        "chi2",
        "f_classif",
        "f_oneway",
        "f_regression",
        "r_regression",
    ),
    "numpy.mean",
)

_OBJECTS = (
    *(network.place for network in NETWORKS.values()),
    "skgenre.preprocessing.WaveformScaler",
    "skgenre.songs.SongClassifier",
    *_names(
        "sklearn.calibration", "_CalibratedClassifier", "_SigmoidCalibration", "_TemperatureScaling"
    ),
    *_names("sklearn.compose._column_transformer", "_RemainderColsList", "make_column_selector"),
    "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
    *_names(
        "sklearn.gaussian_process.kernels",
        "CompoundKernel",
        "ConstantKernel",
        "DotProduct",
        "ExpSineSquared",
        "Exponentiation",
        "Matern",
        "PairwiseKernel",
        "Product",
        "RBF",
        "RationalQuadratic",
        "Sum",
        "WhiteKernel",
    ),
    "sklearn.impute._iterative.IterativeImputer",
    *_names(
        "sklearn.metrics._scorer",
        "_CurveScorer",
        "_MultimetricScorer",
        "_PassthroughScorer",
        "_Scorer",
    ),
    *_names(
        "sklearn.model_selection._search_successive_halving",
        "HalvingGridSearchCV",
        "HalvingRandomSearchCV",
    ),
    *_names(
        "sklearn.model_selection._split",
        "GroupKFold",
        "GroupShuffleSplit",
        "KFold",
        "LeaveOneGroupOut",
        "LeaveOneOut",
        "LeavePGroupsOut",
        "LeavePOut",
        "PredefinedSplit",
        "RepeatedKFold",
        "RepeatedStratifiedKFold",
        "ShuffleSplit",
        "StratifiedGroupKFold",
        "StratifiedKFold",
        "StratifiedShuffleSplit",
        "TimeSeriesSplit",
        "_CVIterableWrapper",
    ),
    "sklearn.multiclass._ConstantPredictor",
    *_names("sklearn.neural_network._stochastic_optimizers", "AdamOptimizer", "SGDOptimizer"),
    *_names("sklearn.utils._metadata_requests", "MetadataRequest", "MethodMetadataRequest"),
)

# The kinds of nodes that may name each type: skops would call a function that stands for an object,
# and a class with any arguments.
LOADERS = {
    **dict.fromkeys(_FUNCTIONS, ("FunctionNode",)),
    **dict.fromkeys(_OBJECTS, ("ObjectNode",)),
    # Repeated splits hold the class of what they repeat.
    "sklearn.model_selection._split.KFold": ("ObjectNode", "TypeNode"),
    "sklearn.model_selection._split.StratifiedKFold": ("ObjectNode", "TypeNode"),
    "numpy.dtype": ("DTypeNode",),
    "numpy.number": ("TypeNode",),
    "sklearn.impute._iterative._ImputerTriplet": ("TupleNode",),
    "sklearn.utils._bunch.Bunch": ("DictNode",),
    "skgenre.persistence.FrozenDistribution": ("ConstructorFromReduceNode",),
}

# Names that skops by itself gives to classes whose module is not their public place.
DEFINITIONS = (
    *(network.definition for network in NETWORKS.values()),
    "skgenre.songs._song_classifier.SongClassifier",
)
