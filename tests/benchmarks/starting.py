"""How soon a new process predicts, and what memory it takes for that."""

from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sklearn.pipeline import make_pipeline

import skgenre
from tests.benchmarks import rivals
from tests.benchmarks.fitting import excerpts
from tests.benchmarks.fresh import python
from tests.benchmarks.table import versus
from tests.benchmarks.timing import medians, seconds

LOAD_ONNX, LOAD = "skgenre.load_onnx", "skgenre.load, with TensorFlow"


def start(sizes):
    """Seconds and memory from a new process to its first prediction."""
    with TemporaryDirectory() as folder:
        files = _write(Path(folder), sizes.n_timesteps)
        peaks = {name: [] for name in files}

        def predict(name):
            loader = name.removeprefix("skgenre.").split(",")[0]
            command = ["-m", "tests.benchmarks.first_prediction", loader, str(files[name])]
            return seconds(lambda: peaks[name].append(python(*command)))

        taken = medians({name: partial(partial, predict, name) for name in files}, sizes.imports)
    memory = {name: float(median(peaks[name])) for name in files}
    what = f"{LOAD_ONNX}: new process to first prediction of one excerpt"
    return [
        *versus("start", what, taken, LOAD_ONNX),
        *(
            row._replace(unit="MB")
            for row in versus("start, memory", f"{what}, peak memory", memory, LOAD_ONNX)
        ),
    ]


def _write(folder, n_timesteps):
    X, y = excerpts(32, n_timesteps)
    pipeline = make_pipeline(skgenre.WaveformScaler(), rivals.ours()).fit(X, y)
    files = {LOAD_ONNX: folder / "model.onnx", LOAD: folder / "model.skops"}
    skgenre.export_onnx(pipeline, files[LOAD_ONNX])
    skgenre.save(pipeline, files[LOAD])
    return files
