"""scikit-learn's callbacks on this package's estimators."""

import pickle
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

import skgenre
from skgenre import CNNGenreClassifier, MLPGenreClassifier, SongClassifier, WaveformScaler
from tests.helpers.small_networks import tiny_cnn

callback = pytest.importorskip("sklearn.callback", reason="scikit-learn has it from 1.9 on")


small_cnn = partial(tiny_cnn, epochs=3)


class Recorder:
    """Keeps what it is told of; asks for data and estimators only where it is to."""

    def __init__(self):
        self.events, self.sizes = [], {}

    def setup(self, estimator, context):
        self.events.append(("setup", type(estimator).__name__, context.task_name))

    def teardown(self, estimator, context):
        self.events.append(("teardown", type(estimator).__name__, context.task_name))

    def on_fit_task_begin(self, estimator, context):
        self.events.append(("begin", type(estimator).__name__, context.task_name))
        self.sizes[context.task_name] = context.max_subtasks

    def on_fit_task_end(self, estimator, context):
        self.events.append(("end", type(estimator).__name__, context.task_name))

    def ended(self):
        return [(name, task) for event, name, task in self.events if event == "end"]


class PropagatedRecorder(Recorder):
    max_propagation_depth = None


class Collector(Recorder):
    """Keeps, for each task's end, all that a callback can ask for."""

    def __init__(self):
        super().__init__()
        self.begun, self.seen = [], []

    def on_fit_task_begin(self, estimator, context, *, fitted_estimator):
        if context.task_name == "epoch":
            self.begun.append(fitted_estimator)

    def on_fit_task_end(self, estimator, context, *, X, y, metadata, fitted_estimator):
        self.seen.append((context.task_name, X, y, metadata, fitted_estimator))

    def epochs(self):
        """Estimators as of the end of each epoch."""
        return [seen[-1] for seen in self.seen if seen[0] == "epoch"]


def assert_same_fit(ours, others, X):
    assert_array_equal(ours.predict_proba(X), others.predict_proba(X))
    assert ours.history_ == others.history_
    assert ours.n_iter_ == others.n_iter_


def epoch_events(name, n_epochs):
    return [("begin", name, "epoch"), ("end", name, "epoch")] * n_epochs


# --- classifiers: one task an epoch


@pytest.mark.parametrize("network", [CNNGenreClassifier, MLPGenreClassifier])
def test_an_epoch_is_a_task_of_the_fit(excerpts, network):
    name, recorder = network.__name__, Recorder()
    network(epochs=2).set_callbacks(recorder).fit(*excerpts)
    assert recorder.events == [
        ("setup", name, "fit"),
        ("begin", name, "fit"),
        *epoch_events(name, 2),
        ("end", name, "fit"),
        ("teardown", name, "fit"),
    ]
    assert recorder.sizes == {"fit": 2, "epoch": 0}


def test_callbacks_do_not_change_what_is_learned(excerpts):
    X, y = excerpts
    watched = small_cnn().set_callbacks(Recorder(), Collector()).fit(X, y)
    assert_same_fit(watched, small_cnn().fit(X, y), X)


def test_the_estimator_of_an_epoch_is_that_of_a_fit_which_ends_there(excerpts):
    X, y = excerpts
    collector = Collector()
    classifier = small_cnn().set_callbacks(collector)
    classifier.fit(X, y, X_val=X[:30], y_val=y[:30])
    for n_epochs, seen in enumerate(collector.epochs(), 1):
        shorter = small_cnn(epochs=n_epochs).fit(X, y, X_val=X[:30], y_val=y[:30])
        assert_same_fit(seen, shorter, X)
    for before, after in zip(collector.begun[1:], collector.epochs()[:-1], strict=True):
        assert_same_fit(before, after, X)
    assert_array_equal(
        collector.begun[0].predict_proba(X), small_cnn().initialize(X, y).predict_proba(X)
    )
    assert collector.begun[0].history_ == {"loss": [], "accuracy": []}
    assert_same_fit(collector.seen[-1][-1], classifier, X)


def test_the_estimator_of_an_epoch_is_an_estimator_of_its_own(excerpts):
    X, y = excerpts
    collector = Collector()
    fitted = small_cnn().set_callbacks(collector).fit(X, y)
    first = collector.epochs()[0]
    weights = [estimator.model_.get_weights()[-1] for estimator in (first, fitted)]
    assert not np.array_equal(*weights)
    # It can go on from there, and what it does then is not a part of the fit that it is from.
    n_seen = len(collector.seen)
    assert_same_fit(first.set_callbacks().partial_fit(X, y), small_cnn(epochs=2).fit(X, y), X)
    assert len(collector.seen) == n_seen
    assert_same_fit(fitted, small_cnn().fit(X, y), X)
    again = pickle.loads(pickle.dumps(collector.epochs()[1]))
    assert_same_fit(again, small_cnn(epochs=2).fit(X, y), X)


def test_callbacks_see_what_is_trained_on(excerpts):
    X, y = excerpts
    collector = Collector()
    small_cnn(epochs=1).set_callbacks(collector).fit(X.tolist(), y.tolist())
    for _, X_seen, y_seen, metadata, _ in collector.seen:
        assert_array_equal(X_seen, X)
        assert X_seen.dtype == np.float32
        assert_array_equal(y_seen, y)
        assert metadata is None


def test_callbacks_see_no_row_without_weight(excerpts):
    X, y = excerpts
    weights = np.arange(len(X)) % 3
    collector = Collector()
    small_cnn(epochs=1).set_callbacks(collector).fit(X, y, sample_weight=weights)
    _, X_seen, y_seen, metadata, _ = collector.seen[0]
    assert_array_equal(X_seen, X[weights > 0])
    assert_array_equal(y_seen, y[weights > 0])
    assert_array_equal(metadata["sample_weight"], weights[weights > 0])


def test_callbacks_do_not_see_what_is_held_out(excerpts):
    X, y = excerpts
    collector = Collector()
    fit = small_cnn(epochs=1, validation_fraction=0.25, class_weight="balanced")
    fit.set_callbacks(collector).fit(X, y, sample_weight=np.linspace(1, 2, len(X)))
    _, X_seen, y_seen, metadata, _ = collector.seen[0]
    [rows] = np.nonzero((X[:, np.newaxis] == X_seen).all(axis=2).any(axis=1))
    assert len(rows) == len(X_seen) == 90
    assert_array_equal(X_seen, X[rows])
    assert_array_equal(y_seen, y[rows])
    assert_array_equal(metadata["sample_weight"], np.linspace(1, 2, len(X))[rows])


class StopAt(Recorder):
    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_fit_task_end(self, estimator, context):
        super().on_fit_task_end(estimator, context)
        return context.task_name == "epoch" and context.task_id == self.epoch


def test_a_callback_can_stop_training(excerpts):
    X, y = excerpts
    stopped = small_cnn().set_callbacks(StopAt(1), recorder := Recorder()).fit(X, y)
    assert_same_fit(stopped, small_cnn(epochs=2).fit(X, y), X)
    assert recorder.ended() == [("CNNGenreClassifier", task) for task in ("epoch", "epoch", "fit")]


def test_early_stopping_ends_with_the_best_epoch(excerpts):
    X, y = excerpts
    collector = Collector()
    settings = {"epochs": 30, "early_stopping": True, "patience": 1, "learning_rate": 0.03}
    fitted = small_cnn(**settings).set_callbacks(collector).fit(X, y, X_val=X[:30], y_val=y[:30])
    n_epochs = len(collector.epochs())
    assert n_epochs == fitted.n_iter_ < 30
    best = collector.epochs()[np.argmin(fitted.history_["val_loss"])]
    assert_array_equal(fitted.predict_proba(X), best.predict_proba(X))
    assert_same_fit(collector.seen[-1][-1], fitted, X)


def test_warm_start_and_partial_fit_count_on(excerpts):
    X, y = excerpts
    collector = Collector()
    fitted = small_cnn(warm_start=True).set_callbacks(collector).fit(X, y).fit(X, y)
    assert [seen.n_iter_ for seen in collector.epochs()] == [1, 2, 3, 4, 5, 6]
    recorder = Recorder()
    fitted.set_callbacks(recorder).partial_fit(X, y)
    assert recorder.ended() == [
        ("CNNGenreClassifier", "epoch"),
        ("CNNGenreClassifier", "partial-fit"),
    ]
    assert recorder.sizes == {"partial-fit": 1, "epoch": 0}
    assert recorder.events[-1][0] == "teardown"


class Failing(Recorder):
    def __init__(self, error):
        super().__init__()
        self.error = error

    def on_fit_task_end(self, estimator, context):
        raise self.error


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError("of the callback")])
def test_a_failing_callback_is_torn_down_and_leaves_the_classifier_as_it_was(excerpts, error):
    X, y = excerpts
    fitted = small_cnn().fit(X, y)
    failing = Failing(error)
    with pytest.raises(KeyboardInterrupt if error is KeyboardInterrupt else RuntimeError):
        fitted.set_callbacks(failing).fit(X[::2], y[::2])
    assert failing.events[-1] == ("teardown", "CNNGenreClassifier", "fit")
    assert_same_fit(fitted, small_cnn().fit(X, y), X)
    assert_same_fit(fitted.set_callbacks().fit(X, y), small_cnn().fit(X, y), X)


def test_callbacks_are_torn_down_where_data_are_refused(excerpts):
    recorder = Recorder()
    with pytest.raises(ValueError, match="at least two classes"):
        small_cnn().set_callbacks(recorder).fit(excerpts[0], ["rock"] * len(excerpts[0]))
    assert [event for event, *_ in recorder.events] == ["setup", "teardown"]


def test_keras_callbacks_come_first(excerpts):
    import keras

    class Zero(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.set_weights([np.zeros_like(part) for part in self.model.get_weights()])

    collector = Collector()
    small_cnn(epochs=1, callbacks=Zero()).set_callbacks(collector).fit(*excerpts)
    assert (collector.epochs()[0].predict_proba(excerpts[0]) == 0.5).all()


# --- scikit-learn's own callbacks


def test_a_scoring_monitor_scores_each_epoch(excerpts):
    X, y = excerpts
    monitor = callback.ScoringMonitor(scoring=["accuracy", "roc_auc"])
    fitted = small_cnn().set_callbacks(monitor).fit(X, y)
    scores = [row["accuracy"] for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    expected = [small_cnn(epochs=n_epochs).fit(X, y).score(X, y) for n_epochs in (1, 2, 3)]
    assert scores == expected
    assert monitor.get_logs().data[0]["accuracy"] == fitted.score(X, y)


def test_a_progress_bar_shows_epochs(excerpts, capsys):
    pipe = make_pipeline(WaveformScaler(), small_cnn()).set_callbacks(callback.ProgressBar())
    pipe.fit(*excerpts)
    assert "CNNGenreClassifier - fit" in capsys.readouterr().out


# --- around the classifiers


def test_a_scaler_is_one_task(excerpts):
    X, _ = excerpts
    recorder = Recorder()
    scaler = WaveformScaler().set_callbacks(recorder).fit(X)
    once = [(event, "WaveformScaler", "fit") for event in ("setup", "begin", "end", "teardown")]
    assert recorder.events == once
    assert recorder.sizes == {"fit": 0}
    scaler.partial_fit(X)
    assert recorder.events == once * 2
    collector = Collector()
    WaveformScaler().set_callbacks(collector).fit(X)
    assert_array_equal(collector.seen[0][-1].transform(X), WaveformScaler().fit_transform(X))
    assert_array_equal(collector.seen[0][1], X)


def test_a_pipeline_hands_callbacks_on(excerpts):
    recorder = PropagatedRecorder()
    make_pipeline(WaveformScaler(), small_cnn()).set_callbacks(recorder).fit(*excerpts)
    classifier = "CNNGenreClassifier"
    assert recorder.ended() == [
        ("WaveformScaler", "fit"),
        *[(classifier, "epoch")] * 3,
        (classifier, "fit"),
        ("Pipeline", "fit"),
    ]
    assert [event for event, *_ in recorder.events].count("setup") == 1


def test_a_search_hands_callbacks_on(excerpts):
    recorder = PropagatedRecorder()
    search = GridSearchCV(small_cnn(), {"dense_units": [4, 8]}, cv=2).set_callbacks(recorder)
    search.fit(*excerpts)
    assert recorder.ended().count(("CNNGenreClassifier", "epoch")) == 3 * (2 * 2 + 1)


@pytest.mark.slow
def test_a_search_in_processes_hands_callbacks_on(excerpts):
    monitor = callback.ScoringMonitor(scoring="accuracy")
    search = GridSearchCV(
        small_cnn().set_callbacks(monitor), {"dense_units": [4, 8]}, cv=2, n_jobs=2
    )
    search.set_callbacks(callback.ProgressBar(None)).fit(*excerpts)
    tasks = [row["task_name"] for row in monitor.get_logs().data]
    assert tasks.count("epoch") == 3 * (2 * 2 + 1)


def test_a_song_classifier_hands_callbacks_on(excerpts):
    songs, labels = excerpts[0][:12], excerpts[1][:12]
    recorder, collector = PropagatedRecorder(), Collector()
    classifier = SongClassifier(
        make_pipeline(WaveformScaler(), small_cnn(epochs=1)), excerpt_seconds=0.05
    )
    classifier.set_callbacks(recorder, collector).fit(songs, labels)
    assert recorder.ended() == [
        ("SongClassifier", "read-songs"),
        ("WaveformScaler", "fit"),
        ("CNNGenreClassifier", "epoch"),
        ("CNNGenreClassifier", "fit"),
        ("Pipeline", "fit"),
        ("SongClassifier", "fit"),
    ]
    assert [seen[0] for seen in collector.seen] == ["read-songs", "fit-estimator", "fit"]
    _, X_seen, y_seen, metadata, seen = collector.seen[-1]
    assert_array_equal(seen.predict_proba(X_seen), classifier.predict_proba(songs))
    assert_array_equal(y_seen, labels)
    assert metadata is None
    assert not hasattr(classifier.estimator_, "_skl_callbacks")


def test_an_interrupted_refit_leaves_a_song_classifier_as_it_was(excerpts):
    class Interrupt(Recorder):
        def on_fit_task_end(self, estimator, context):
            if context.task_name == "fit-estimator":
                raise KeyboardInterrupt

    songs = excerpts[0][:12]
    classifier = SongClassifier(small_cnn(epochs=1), excerpt_seconds=0.05)
    before = classifier.fit(songs, ["a", "b"] * 6).predict_proba(songs)
    with pytest.raises(KeyboardInterrupt):
        classifier.set_callbacks(Interrupt()).fit(songs, ["x", "y", "z"] * 4)
    assert_array_equal(classifier.predict_proba(songs), before)
    assert set(classifier.predict(songs)) <= {"a", "b"}


def test_a_song_classifiers_callbacks_see_weights_of_songs(excerpts):
    songs, labels = excerpts[0][:12], excerpts[1][:12]
    collector = Collector()
    classifier = SongClassifier(small_cnn(epochs=1), excerpt_seconds=0.05)
    classifier.set_callbacks(collector).fit(songs, labels, sample_weight=np.arange(12))
    assert_array_equal(collector.seen[-1][3]["sample_weight"], np.arange(12))


# --- copies and files


def test_clones_and_pickles_keep_callbacks(excerpts):
    recorder = Recorder()
    fitted = small_cnn(epochs=1).set_callbacks(recorder).fit(*excerpts)
    clone(fitted).fit(*excerpts)
    assert recorder.ended().count(("CNNGenreClassifier", "fit")) == 2
    again = pickle.loads(pickle.dumps(fitted))
    assert_same_fit(again, fitted, excerpts[0])
    again.fit(*excerpts)
    assert recorder.ended().count(("CNNGenreClassifier", "fit")) == 2
    [copied] = again._skl_callbacks
    assert copied.ended().count(("CNNGenreClassifier", "fit")) == 3


def watched_estimators(recorder):
    """Estimators with callbacks on them, and on those in lists, tuples and dicts inside them."""
    network = small_cnn(epochs=1).set_callbacks(recorder)
    yield (pipeline := make_pipeline(WaveformScaler().set_callbacks(recorder), network))
    yield SongClassifier(pipeline, excerpt_seconds=0.05).set_callbacks(recorder)
    yield GridSearchCV(pipeline, {"cnngenreclassifier": [network]}).set_callbacks(recorder)
    yield VotingClassifier([("network", network)], voting="soft")
    yield CalibratedClassifierCV(network, cv=2)


@pytest.mark.parametrize("number", range(5))
def test_saving_leaves_callbacks_out(excerpts, tmp_path, number):
    X, y = excerpts[0][:20], excerpts[1][:20]
    recorder = Recorder()
    recorder.listener = lambda: "no file could hold this"
    watched = list(watched_estimators(recorder))[number]
    skgenre.save(watched, tmp_path / "model.skops")
    loaded = skgenre.load(tmp_path / "model.skops")
    fitted = [estimator.fit(X, y) for estimator in (loaded, watched)]
    assert {event for event, *_ in recorder.events} == {"setup", "begin", "end", "teardown"}
    n_events = len(recorder.events)
    loaded.fit(X, y)
    assert len(recorder.events) == n_events
    probabilities = [estimator.predict_proba(X) for estimator in fitted]
    assert_array_equal(*probabilities)


@pytest.mark.parametrize("number", range(5))
def test_saving_what_was_fitted_leaves_callbacks_out(excerpts, tmp_path, number):
    X, y = excerpts[0][:20], excerpts[1][:20]
    fitted = list(watched_estimators(Recorder()))[number].fit(X, y)
    skgenre.save(fitted, tmp_path / "model.skops")
    loaded = skgenre.load(tmp_path / "model.skops")
    assert_array_equal(loaded.predict_proba(X), fitted.predict_proba(X))


def test_callbacks_can_save_what_they_watch(excerpts, tmp_path):
    songs, labels = excerpts[0][:12], excerpts[1][:12]

    class Saver(PropagatedRecorder):
        def on_fit_task_end(self, estimator, context, *, fitted_estimator):
            if context.task_name == "fit" and fitted_estimator is not None:
                skgenre.save(fitted_estimator, tmp_path / f"{type(estimator).__name__}.skops")

    pipeline = make_pipeline(WaveformScaler(), small_cnn(epochs=1))
    watched = SongClassifier(pipeline, excerpt_seconds=0.05).set_callbacks(Saver())
    watched.fit(songs, labels)
    loaded = skgenre.load(tmp_path / "SongClassifier.skops")
    assert_array_equal(loaded.predict_proba(songs), watched.predict_proba(songs))
    scaler = skgenre.load(tmp_path / "WaveformScaler.skops")
    assert scaler.scale_ == watched.estimator_[0].scale_


def test_the_estimator_of_an_epoch_can_be_saved(excerpts, tmp_path):
    X, y = excerpts

    class Checkpoints(Recorder):
        def on_fit_task_end(self, estimator, context, *, fitted_estimator):
            skgenre.save(fitted_estimator, tmp_path / f"{context.task_name}{context.task_id}.skops")

    make_pipeline(WaveformScaler(), small_cnn().set_callbacks(Checkpoints())).fit(X, y)
    X = WaveformScaler().fit_transform(X)
    for epoch in range(3):
        loaded = skgenre.load(tmp_path / f"epoch{epoch}.skops")
        assert_same_fit(loaded, small_cnn(epochs=epoch + 1).fit(X, y), X)
