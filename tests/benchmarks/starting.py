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
    pipeline, peaks = _fitted(sizes.n_timesteps), {}
    with TemporaryDirectory() as folder:

        def prepare(name, write, loader):
            path = Path(folder) / loader
            write(pipeline, path)
            peaks[name] = []
            command = ["-m", "tests.benchmarks.first_prediction", loader, str(path)]
            return lambda: seconds(lambda: peaks[name].append(python(*command)))

        ready = {
            LOAD_ONNX: partial(prepare, LOAD_ONNX, skgenre.export_onnx, "load_onnx"),
            LOAD: partial(prepare, LOAD, skgenre.save, "load"),
        }
        taken = medians(ready, sizes.imports)
    memory = {name: float(median(peaks[name])) if name in peaks else taken[name] for name in taken}
    what = f"{LOAD_ONNX}: new process to first prediction of one excerpt"
    return [
        *versus("start", what, taken, LOAD_ONNX),
        *(
            row._replace(unit="MB")
            for row in versus("start, memory", f"{what}, peak memory", memory, LOAD_ONNX)
        ),
    ]


def _fitted(n_timesteps):
    X, y = excerpts(32, n_timesteps)
    return make_pipeline(skgenre.WaveformScaler(), rivals.ours()).fit(X, y)
