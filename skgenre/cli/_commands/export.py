"""``skgenre export``."""

import rich_click as click

from skgenre._terminal.text import say
from skgenre.cli._files import output_option
from skgenre.cli._help import epilog
from skgenre.cli._model import load_song_classifier, model_argument
from skgenre.cli._status import DONE


@click.command(epilog=epilog("skgenre export genres.skops -o genres.onnx"))
@model_argument
@output_option(".onnx", help="The ONNX model.")
def export(model, output):
    """Write a model as an ONNX model, which predicts without TensorFlow."""
    from skgenre._extras import check_extra

    for library in ("onnx", "onnxruntime", "skl2onnx"):
        check_extra(library, "onnx")
    classifier = load_song_classifier(model)

    from skgenre.onnx._export import export_onnx

    export_onnx(classifier, output)
    say(f"The model is in {output}; ONNX Runtime predicts the same with it.")
    return DONE
