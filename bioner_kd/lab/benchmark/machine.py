"""What the figures were taken on."""

import importlib.metadata
import os
import platform
from pathlib import Path

from bioner_kd import __version__
from bioner_kd.lab.benchmark.process import usable_cores

_PACKAGES = (
    "tensorflow",
    "keras",
    "transformers",
    "ai-edge-litert",
    "numpy",
    "spacy",
    "sklearn-crfsuite",
)


def processor() -> str:
    """Name of the processor, as the system has it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return next(
            line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def load_average() -> float | None:
    """Processes that ran or wanted to, mean of the last minute; None where it is not known."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):
        return None


def describe() -> dict[str, str]:
    """Processor, cores, system and versions, by what they are."""
    cores = usable_cores()
    return {
        "processor": processor(),
        "cores": str(len(cores) or os.cpu_count() or "unknown"),
        "kept on its cores": "yes" if cores else "no: this system cannot",
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "python": platform.python_version(),
        "bioner_kd": __version__,
        **{name: found for name in _PACKAGES if (found := _version(name))},
    }


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
