"""The C++ example finds what the Python runtime finds."""

import importlib.util
import itertools
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.tagging.calibration import Calibration, Curve, Knot
from bioner_kd.tagging.decoding import Entity
from bioner_kd.tagging.tagger import Tagger

from ..tagging.models.without_tables import without_tables

OTHER = json.loads(
    (Path(__file__).resolve().parents[1] / "text" / "other_rules.json").read_text(encoding="utf-8")
)
TEXT_CASES = json.loads(
    (Path(__file__).resolve().parents[1] / "text" / "text_cases.json").read_text(encoding="utf-8")
)
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

    def run(
        text: str, model: str = "student_float32.tflite", cwd: Path = export_folder
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(folder / "tag"), model, "tables.json", text],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


TEXTS = [
    *DEMO[:10],
    " ".join(DEMO[:6]).upper(),
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
    compare(tag(text), Tagger.load(export_folder, form="float32").tag(text))


def test_texts_as_they_come_are_cut_as_in_python(tag: Tag, export_folder: Path) -> None:
    # The tiny student finds nothing in most short texts, so lines of the demo stand between them.
    tagger = Tagger.load(export_folder, form="float32")
    number = 0
    for case, line in zip(TEXT_CASES, itertools.cycle(DEMO[:20]), strict=False):
        text = f"{line} {case['text'][:5000]} {line}\n{line}\n"
        expected = tagger.tag(text)
        compare(tag(text), expected)
        number += len(expected)
    assert number > 100


def test_wrapped_words_are_joined_as_in_python(tag: Tag, export_folder: Path) -> None:
    tagger = Tagger.load(export_folder, form="float32")
    joined = 0
    for text in DEMO[:40]:
        wrapped = re.sub(r"([A-Za-z]{4})(?=[a-z]{3})", "\\1-\n", text)
        expected = tagger.tag(wrapped)
        compare(tag(wrapped), expected)
        joined += sum("-\n" in entity.text for entity in expected)
    assert joined > 5


def compare(result: "subprocess.CompletedProcess[str]", expected: list[Entity]) -> None:
    assert result.returncode == 0, result.stderr
    rows = [line.split("\t") for line in result.stdout.split("\n")[:-1]]
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


# The tiny student finds nothing in most short texts, so each case stands before one of the demo.
OTHER_TEXTS = [f"{case['text']} {text}" for case, text in zip(OTHER["cases"], DEMO, strict=False)]
OTHER_TEXTS.append("|".join(DEMO[:9]).replace(".", ";").replace(" ", "\u00ad", 9))


@pytest.fixture(scope="module")
def of_other_rules(export_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model beside tables that cut text otherwise and fold other characters."""
    folder = tmp_path_factory.mktemp("other")
    record = json.loads((export_folder / "tables.json").read_text(encoding="utf-8"))
    record |= {name: OTHER["rules"][name] for name in ("tokenizer", "sentences")}
    record["features"]["folding"] = OTHER["rules"]["folding"]
    (folder / "tables.json").write_text(json.dumps(record), encoding="utf-8")
    model = (export_folder / "student_float32.tflite").read_bytes()
    (folder / "student_float32.tflite").write_bytes(without_tables(model))
    return folder


def test_another_rule_is_honoured(tag: Tag, export_folder: Path, of_other_rules: Path) -> None:
    other = Tagger.load(of_other_rules / "student_float32.tflite")
    plain = Tagger.load(export_folder, form="float32")
    differing = 0
    for text in OTHER_TEXTS:
        expected = other.tag(text)
        compare(tag(text, cwd=of_other_rules), expected)
        differing += [(e.start, e.end) for e in expected] != [
            (e.start, e.end) for e in plain.tag(text)
        ]
    assert differing > 3


CALIBRATION = Calibration(
    {
        name: Curve(90, (Knot(0.3, 0.2, 0.4), Knot(0.6, 0.5, 0.6), Knot(0.9, 0.7, 0.8)))
        for name in ("Disease", "Gene")
    }
)


def test_scores_are_calibrated(tag: Tag, export_folder: Path, tmp_path: Path) -> None:
    record = json.loads((export_folder / "tables.json").read_text(encoding="utf-8"))
    record["postprocessing"] = {"calibration": CALIBRATION.to_json()}
    (tmp_path / "tables.json").write_text(json.dumps(record), encoding="utf-8")
    model = (export_folder / "student_float32.tflite").read_bytes()
    (tmp_path / "student_float32.tflite").write_bytes(without_tables(model))
    tagger = Tagger.load(tmp_path / "student_float32.tflite")
    text = " ".join(DEMO[:30])
    expected = tagger.tag(text)
    assert any(e.score != e.raw_score for e in expected)
    compare(tag(text, cwd=tmp_path), expected)


def test_tables_of_format_1_are_read(tag: Tag, export_folder: Path, tmp_path: Path) -> None:
    record = json.loads((export_folder / "tables.json").read_text(encoding="utf-8"))
    assert record.pop("format") == 3 and record["sentences"].pop("stops")
    (tmp_path / "tables.json").write_text(json.dumps(record), encoding="utf-8")
    shutil.copy(export_folder / "student_float32.tflite", tmp_path)
    text = " ".join(DEMO[:30]).replace(" .", ".")
    assert tag(text, cwd=tmp_path).stdout == tag(text).stdout != ""


def test_tables_of_another_format_are_refused(
    tag: Tag, export_folder: Path, tmp_path: Path
) -> None:
    record = json.loads((export_folder / "tables.json").read_text(encoding="utf-8"))
    (tmp_path / "tables.json").write_text(json.dumps(record | {"format": 4}), encoding="utf-8")
    shutil.copy(export_folder / "student_float32.tflite", tmp_path)
    result = tag("gout", cwd=tmp_path)
    assert result.returncode == 1 and not result.stdout
    assert "tables.json: has format 4, and this program reads 1 to 3" in result.stderr


def test_what_is_missing_is_said(tag: Tag) -> None:
    result = tag("gout", "no.tflite")
    assert result.returncode == 1
    assert "no.tflite: not a .tflite file, or it cannot be read" in result.stderr
