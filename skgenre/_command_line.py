"""The arguments of the command ``skgenre``, and which function carries out each subcommand."""

import argparse

from skgenre import _commands, _predict_command
from skgenre.audio import EXCERPT_SECONDS, SAMPLE_RATE


def make_parser():
    """Make the parser of the command's arguments."""
    parser = argparse.ArgumentParser(
        prog="skgenre", description="Tell the genre of songs, learned from a folder for each genre."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (_add_train, _add_evaluate, _add_predict, _add_export, _add_excerpts, _add_info):
        add(commands)
    return parser


def _add_train(commands):
    train = commands.add_parser("train", help="learn from a folder and write a model")
    _add_folder(train)
    _add_training(train)
    _add_output(train, "MODEL", "file to write the model to")
    train.set_defaults(run=_commands.train)


def _add_evaluate(commands):
    evaluate = commands.add_parser("evaluate", help="cross-validate on a folder, song by song")
    _add_folder(evaluate)
    _add_training(evaluate)
    evaluate.add_argument("--folds", type=_count_from(2), default=5, help="default: 5")
    evaluate.set_defaults(run=_commands.evaluate)


def _add_predict(commands):
    predict = commands.add_parser("predict", help="tell the genres of files")
    _add_model(predict, ", or an ONNX model")
    predict.add_argument(
        "files", metavar="FILE", nargs="+", help="sound files, or folders of which to take all"
    )
    _add_jobs(predict)
    results = predict.add_mutually_exclusive_group()
    for name, write in _predict_command.WRITERS.items():
        results.add_argument(
            f"--{name}",
            dest="write",
            action="store_const",
            const=write,
            help=f"print {name.upper()}",
        )
    results.add_argument(
        "-o", "--output", metavar="TABLE", help=".csv or .parquet file to write, part by part"
    )
    predict.add_argument(
        "--resume", action="store_true", help="go on with an output that was begun or is there"
    )
    predict.add_argument(
        "--dask", metavar="ADDRESS", help="have the workers of this dask scheduler write the output"
    )
    predict.set_defaults(run=_predict_command.predict, write=_predict_command.write_table)


def _add_export(commands):
    export = commands.add_parser(
        "export", help="write a model as an ONNX model, which predicts without TensorFlow"
    )
    _add_model(export)
    _add_output(export, "MODEL.onnx", "file to write the ONNX model to")
    export.set_defaults(run=_commands.export)


def _add_excerpts(commands):
    excerpts = commands.add_parser(
        "excerpts", help="cut two genres into the lesson's file of training and test excerpts"
    )
    _add_folder(excerpts)
    _add_output(excerpts, "DATA.npz", "file to write the excerpts to")
    excerpts.add_argument(
        "--test-size",
        type=_share,
        default=0.25,
        help="share of songs to test on, default: 0.25",
    )
    excerpts.set_defaults(run=_commands.excerpts)


def _add_info(commands):
    info = commands.add_parser("info", help="tell what a model is")
    _add_model(info)
    info.set_defaults(run=_commands.info)


def _add_model(parser, others=""):
    text = f"file that `skgenre train` has written{others}"
    parser.add_argument("model", metavar="MODEL", help=text)


def _add_folder(parser):
    parser.add_argument("folder", metavar="FOLDER", help="folder that has a folder for each genre")
    parser.add_argument(
        "--sample-rate", type=_count_from(1), default=SAMPLE_RATE, help="in Hz, default: 400"
    )
    parser.add_argument(
        "--excerpt-seconds", type=_seconds, default=EXCERPT_SECONDS, help="default: 3"
    )
    parser.add_argument("--seed", type=_count_from(0), default=0, help="default: 0")
    _add_jobs(parser)


def _add_training(parser):
    parser.add_argument("--network", choices=["cnn", "mlp"], default="cnn", help="default: cnn")
    parser.add_argument("--epochs", type=_count_from(1), default=10, help="default: 10")


def _add_output(parser, metavar, text):
    parser.add_argument("-o", "--output", required=True, metavar=metavar, help=text)


def _add_jobs(parser):
    parser.add_argument(
        "--jobs", type=int, default=-1, help="files read at once, default: as many as cores"
    )


def _count_from(least):
    def count(text):
        if int(text) < least:
            raise argparse.ArgumentTypeError(f"must be {least} or more, got {text}")
        return int(text)

    return count


def _seconds(text):
    if not 0 < float(text) < float("inf"):
        raise argparse.ArgumentTypeError(f"must be more than 0 seconds, got {text}")
    return float(text)


def _share(text):
    if not 0 < float(text) < 1:
        raise argparse.ArgumentTypeError(f"must be between 0 and 1, got {text}")
    return float(text)
