"""Memory of this process, in MB of a million bytes."""

import sys
from importlib.util import find_spec
from math import nan
from threading import Event, Thread

MB = 1_000_000
INTERVAL = 0.05


def resident():
    """Resident memory now; where the system does not tell, the most there has been."""
    return _status().get("VmRSS") or _psutil_resident() or most_resident()


def anonymous():
    """Resident memory that is no file's, or NaN where the system does not tell."""
    return _status().get("RssAnon", nan)


def _status():
    try:
        with open("/proc/self/status") as file:
            fields = (line.split() for line in file)
            return {f[0][:-1]: int(f[1]) * 1024 / MB for f in fields if f[-1] == "kB"}
    except FileNotFoundError:
        return {}


def _psutil_resident():
    if not find_spec("psutil"):
        return None
    import psutil

    return psutil.Process().memory_info().rss / MB


def most_resident():
    """Most resident memory there has been."""
    if peak := _status().get("VmHWM"):
        return peak
    # Where a process tells only this, it counts what its parent had when it was started.
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MB


class PeakMemory(Thread):
    """Watches the memory of this process while a ``with`` block runs."""

    def __init__(self):
        super().__init__(daemon=True)
        self.resident, self.anonymous = resident(), anonymous()
        self._done = Event()

    def run(self):
        while not self._done.wait(INTERVAL):
            self.resident = max(self.resident, resident())
            self.anonymous = max(self.anonymous, anonymous())

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self._done.set()
        self.join()
