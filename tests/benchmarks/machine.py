"""What the results were taken on."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    "skgenre",
    "scikit-learn",
    "keras",
    "tensorflow",
    "numpy",
    "joblib",
    "dask",
    "scikeras",
    "torch",
    "skorch",
    "aeon",
    "onnx",
    "onnxruntime",
    "tf2onnx",
)


def facts():
    """List pairs of a name and a text."""
    return [
        ("cores", str(_cores())),
        ("processor", _processor()),
        ("GPU", _gpus()),
        ("system", f"{platform.system()} {platform.machine()}"),
        ("Python", platform.python_version()),
        *((package, _version(package)) for package in PACKAGES),
    ]


def _cores():
    """Cores that this process may use."""
    has_affinity = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count()


def _processor():
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.split(":", 1)[1].strip() for line in file if line[:10] == "model name"]
    except FileNotFoundError:
        names = []
    return names[0] if names else platform.processor() or "unknown"


def _gpus():
    import tensorflow as tf

    found = tf.config.list_physical_devices("GPU")
    names = [tf.config.experimental.get_device_details(gpu).get("device_name") for gpu in found]
    return ", ".join(name or "unnamed" for name in names) or "none that TensorFlow sees"


def _version(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
