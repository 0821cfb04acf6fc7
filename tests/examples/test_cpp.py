"""The C++ example finds what the Python runtime finds."""

import importlib.util
import itertools
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.tagging.tagger import Tagger

SOURCES = Path(__file__).resolve().parents[2] / "examples" / "cpp"
LIBRARY = "libtensorflowlite_c.so"
DEMO = [sentence.text for sentence in read_demo("test")]
Tag = Callable[..., "subprocess.CompletedProcess[str]"]


def library_folder() -> Path | None:
    """Where TFLite's C library is: named by a variable, or inside a package that brings it."""
    if named := os.environ.get("BIONER_KD_TFLITE_C"):
        return Path(named)
    package = importlib.util.find_spec("pymicro_wakeword")
    return Path(package.origin).parent / "lib" if package and package.origin else None


@pytest.fixture(scope="module")
def tag(export_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Tag:
    """The compiled program."""
    if not (shutil.which("make") and shutil.which("g++")):
        pytest.skip("no make and g++ here")
    library = library_folder()
    if not (library and (library / LIBRARY).is_file()):
        pytest.skip(
            f"no {LIBRARY} here: name its folder in BIONER_KD_TFLITE_C, or "
            "pip install --no-deps pymicro-wakeword==2.5.0"
        )
    folder = tmp_path_factory.mktemp("cpp") / "cpp"
    shutil.copytree(SOURCES, folder, ignore=shutil.ignore_patterns("tag"))
    subprocess.run(
        ["make", f"TFLITE={library}", "CXXFLAGS=-O1 -Wall -Wextra -Werror"],
        cwd=folder,
        check=True,
        capture_output=True,
    )

    def run(text: str, model: str = "student_float32.tflite") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(folder / "tag"), model, "tables.json", text],
            cwd=export_folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


TEXTS = [
    *DEMO[:10],
    "",
    " \t\r\n",
    "\r\n \n".join(DEMO[:4]) + "\r\r\n" + DEMO[4],
    "  ".join(f"({text})" for text in DEMO[5:9]),
    "Dr. J. Smith saw gout vs. asthma, e.g. 5 mg i.v. Then “Ataxia.” β-Thalassaemia? é. No!\nGout.",
    "Gout et al.\n\n\n\nAsthma al. 5 U.S. Army et al\n. Ataxia a.b.c.d.e.f.g.h.i. The end.",
    "💊 Cisplatin\u00adinduced\u200bataxia–gout\u2003ΑΒΓ μg ﬁbrosis １２ Ångström e\u0301 \ufffe",
    "ALLCAPSWORDTHATISLONG1234567890 MiXeD99 a-b/c_d [x] {y} \\ \"q\" 'r' cisplatin",
    " ".join(itertools.islice(itertools.cycle(" ".join(DEMO).replace(".", ",").split()), 1400)),
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_it_finds_what_python_finds(tag: Tag, export_folder: Path, text: str) -> None:
    result = tag(text)
    assert result.returncode == 0, result.stderr
    rows = [line.split("\t") for line in result.stdout.split("\n")[:-1]]
    expected = Tagger.load(export_folder, form="float32").tag(text)
    found = [(row[0], int(row[1]), int(row[2])) for row in rows]
    assert found == [(e.type, e.start, e.end) for e in expected]
    for row, entity in zip(rows, expected, strict=True):
        assert float(row[3]) == pytest.approx(entity.score, abs=1e-4)
        assert row[4] == re.sub(r"[\t\r\n]", " ", entity.text)


def test_the_texts_have_entities(export_folder: Path) -> None:
    tagger = Tagger.load(export_folder, form="float32")
    assert sum(len(tagger.tag(text)) for text in TEXTS) > 50


def test_the_int8_model_runs_too(tag: Tag) -> None:
    result = tag(DEMO[0], "student_int8.tflite")
    assert result.returncode == 0, result.stderr


def test_what_is_missing_is_said(tag: Tag) -> None:
    result = tag("gout", "no.tflite")
    assert result.returncode == 1
    assert "no.tflite: not a .tflite file, or it cannot be read" in result.stderr
