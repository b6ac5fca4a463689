"""What the project wants each measure to be; shown beside the measures, never enforced."""

TARGETS = {
    ("fit", "Keras"): "at least 1.3",
    ("fit", "scikeras"): "at least 1.3",
    ("fit", "skorch"): "at least 1.3",
    ("refit", "scikeras"): "at least 6",
    ("predict one", "scikeras, same pipeline"): "at least 30",
    ("predict many", "scikeras"): "at least 1.5",
    ("predict many", "ONNX Runtime"): "at most 1.35",
    ("grid, n_jobs=1", "scikeras"): "at least 2",
    ("grid, n_jobs=2", "scikeras"): "at least 2",
    ("memory, long", ""): "ours at most 30 MB",
    ("import", "import sklearn"): "at most 1.1",
    ("start", "skgenre.load, with TensorFlow"): "at least 4",
    ("start, memory", "skgenre.load, with TensorFlow"): "at least 3",
    ("checks", "scikeras, Dense network"): "at most 0.4, ours at most 30 s",
    ("decode", "soundfile, decoding alone"): "at most 2, ours at most 6 s",
    ("cluster", "dask, 1 worker x 1 thread"): "at least 1.7",
    ("cluster", "loky, 2 processes x 1 thread"): "at most 1.25",
    ("cluster, memory", ""): "ours at most 800 MB",
    ("shuffle", "all rows shuffled"): "within 1 point",
    ("memmap", ""): "ours at most 1,500 MB",
}
