"""``skgenre info``."""

import rich_click as click

from skgenre._terminal.text import print_text
from skgenre._text_tables import as_columns
from skgenre.cli._help import epilog
from skgenre.cli._model import load_song_classifier, model_argument
from skgenre.cli._status import DONE


@click.command(epilog=epilog("skgenre info genres.skops"))
@model_argument
def info(model):
    """Show what a model is."""
    import numpy as np

    classifier = load_song_classifier(model)

    from skgenre.networks import format_parameter_table

    facts = [
        ("genres", ", ".join(map(str, classifier.classes_))),
        ("songs learned", str(np.count_nonzero(classifier.n_excerpts_))),
        ("excerpts learned", str(classifier.n_excerpts_.sum())),
        ("sample rate", f"{classifier.sample_rate} Hz"),
        ("excerpt", f"{classifier.excerpt_seconds:g} s"),
    ]
    table = format_parameter_table(classifier.estimator_[-1].model_)
    print_text(f"{as_columns(facts)}\n\n{table}\n")
    return DONE
