"""Configuration of the documentation, for ``make -C docs html``."""

import os

# Before any example loads TensorFlow: its greeting would stand among their output.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from sphinx_gallery.sorting import ExplicitOrder

import skgenre
from skgenre._sklearn.documentation_link import DocumentationLinkMixin

project = "skgenre"
author = "The skgenre developers"
copyright = author
version = release = skgenre.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
    "sphinx_copybutton",
    "sphinx_design",
    "myst_parser",
]
# Markdown is taken from the repository's root by pages that include it.
source_suffix = {".rst": "restructuredtext"}
exclude_patterns = ["_build", "_intersphinx", "generated/backreferences"]
templates_path = ["_templates"]
default_role = "literal"
# A reference that leads nowhere is an error.
nitpicky = True

html_theme = "pydata_sphinx_theme"
html_title = "skgenre"
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"
html_css_files = ["skgenre.css"]
html_theme_options = {
    "logo": {"text": "skgenre"},
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "navigation_with_keys": False,
    "show_prev_next": False,
    "navbar_persistent": ["search-button"],
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": ["sphinx-version"],
}
# The theme reports an error in the browser where no mode is set.
html_context = {"default_mode": "auto"}
html_sidebars = {
    page: []
    for page in (
        "index",
        "lesson",
        "accuracy",
        "comparison",
        "benchmarks",
        "whats_new",
        "contributing",
    )
}
html_show_sourcelink = False
html_copy_source = False

autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_typehints = "none"
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

# Where a project's own inventory cannot be fetched, a short list of names is at hand.
intersphinx_mapping = {
    name: (url, (None, f"_intersphinx/{name}.txt"))
    for name, url in {
        "matplotlib": "https://matplotlib.org/stable/",
        "numpy": "https://numpy.org/doc/stable/",
        "python": "https://docs.python.org/3/",
        "sklearn": "https://scikit-learn.org/stable/",
    }.items()
}
intersphinx_timeout = 10

# Diagrams of estimators stand in the gallery's pages, and link to this build's own API pages.
DocumentationLinkMixin._doc_link_template = "../generated/skgenre.{name}.html"

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "backreferences_dir": "generated/backreferences",
    "doc_module": ("skgenre",),
    # From the lesson to what goes beyond it; what is not named here comes last.
    "within_subsection_order": ExplicitOrder(
        [
            "plot_classical_vs_rock.py",
            "plot_lesson_both_pairs.py",
            "plot_three_genres.py",
            "plot_class_weights.py",
            "plot_early_stopping_pipeline.py",
            "plot_grid_kernel_sizes.py",
            "plot_parallel_search.py",
            "plot_learning_curve_songs.py",
            "plot_song_folder.py",
            "plot_song_timeline.py",
            "plot_saliency.py",
            "plot_what_filters_hear.py",
            "plot_onnx.py",
            "plot_tracking.py",
            "*",
        ]
    ),
    "abort_on_example_error": True,
    "image_scrapers": ("matplotlib",),
    "matplotlib_animations": False,
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    # Each example tells its own time; a table of all would load scripts from elsewhere.
    "write_computation_times": False,
}


# Methods that scikit-learn's base classes bring, which its own pages describe.
SKLEARN_METHODS = {
    "fit_transform": "TransformerMixin",
    "get_feature_names_out": "OneToOneFeatureMixin",
    "get_params": "BaseEstimator",
    "score": "ClassifierMixin",
    "set_output": "TransformerMixin",
    "set_params": "BaseEstimator",
}


def skip_foreign_member(app, what, name, member, skip, options):
    """Leave out what a class inherits from scikit-learn and scikeras, and fields without text."""
    return skip or not _is_ours(member)


def name_sklearn_methods(app, what, name, cls, options, lines):
    """Say below a class which methods are scikit-learn's."""
    if what != "class":
        return
    theirs = [
        f":meth:`{key} <sklearn.base.{base}.{key}>`"
        for key, base in SKLEARN_METHODS.items()
        if hasattr(cls, key) and not _is_ours(getattr(cls, key))
    ]
    if theirs:
        lines += ["", f"Methods as in scikit-learn: {', '.join(theirs)}.", ""]


def _is_ours(member):
    return (getattr(getattr(member, "fget", member), "__module__", None) or "").startswith(
        "skgenre."
    )


def setup(app):
    """Connect what decides which members a class' page shows."""
    app.connect("autodoc-skip-member", skip_foreign_member)
    # Behind numpydoc, which reads the lines as a docstring.
    app.connect("autodoc-process-docstring", name_sklearn_methods, priority=900)
