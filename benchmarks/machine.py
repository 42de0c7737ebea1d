"""Names the machine of a run by what makes it fast or slow; never by its name or its folders."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Final

PACKAGES: Final = ("taihang", "cryptography", "django", "duckdb", "highspy", "numpy")
"""Packages whose version moves the figures."""
_BYTES_PER_GB: Final = 1_000_000_000


def machine() -> dict[str, object]:
    """Return what a reader must know of this machine to judge the figures."""
    return {
        "cpu": cpu_model(Path("/proc/cpuinfo").read_text("utf-8")),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(
            os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _BYTES_PER_GB, 1
        ),
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "versions": {name: version(name) for name in PACKAGES},
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def cpu_model(cpuinfo: str) -> str:
    """Return the model of the first processor in the text of ``/proc/cpuinfo``.

    Kernels of some processors name no model; the architecture then stands in its place.
    """
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip().lower() in {"model name", "hardware"}:
            return " ".join(value.split())
    return platform.machine()


def same_machine(one: dict[str, object], other: dict[str, object]) -> bool:
    """Say whether two runs were made on machines of the same kind."""
    keys = ("cpu", "cores", "memory_gb", "system")
    return all(one.get(key) == other.get(key) for key in keys)
