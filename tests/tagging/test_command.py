import gzip
import io
import json
from pathlib import Path

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.progress import Progress
from bioner_kd.settings import declarations
from bioner_kd.tagging.command import main
from bioner_kd.tagging.options import TagOptions

from .calibrated_export import write_calibrated

TEXT = read_demo("test")[0].text


def test_the_model_beside_the_archive_is_the_default(
    export_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([f"--text={TEXT}"], export_folder / "tagger.pyz") == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["text"] == TEXT and captured.err == ""


def test_another_model_may_be_named(
    export_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--model", str(export_folder / "student_int8.tflite"), "--text", TEXT]
    assert main(arguments, tmp_path / "tagger.pyz") == 0
    assert main(["--text=gout"], tmp_path / "tagger.pyz") == 1
    assert "no exported student" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--text=gout", "a.txt"], 2, "tagger.pyz: --text and 'a.txt'"),
        (["--workers=-3", "--text=gout"], 2, "--workers=-3"),
        (["no.txt"], 1, "no.txt: there is no such file"),
    ],
)
def test_mistakes_are_one_line(
    export_folder: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    says: str,
) -> None:
    assert main(arguments, export_folder / "tagger.pyz") == status
    captured = capsys.readouterr()
    assert captured.out == "" and says in captured.err and captured.err.count("\n") == 1


def test_ctrl_c_is_one_line(
    export_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bioner_kd.tagging.command.write_tagged", interrupted)
    assert main(["--text=gout"], export_folder / "tagger.pyz") == 130
    assert capsys.readouterr().err == "tagger.pyz: Stopped.\n"


def test_its_options_are_those_of_the_program(
    export_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--help"], export_folder / "tagger.pyz")
    shown = " ".join(capsys.readouterr().out.split())
    for name, declared in declarations(TagOptions).items():
        assert f"--{name} " in shown and declared.help in shown


@pytest.mark.parametrize("data", ["", "file"])
def test_nothing_to_tag_is_told_and_is_no_failure(
    export_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    data: str,
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    files = [str(tmp_path / data)] if data else []
    assert main(files, export_folder / "tagger.pyz") == 0
    captured = capsys.readouterr()
    assert captured.out == "" and "No text came: what was to be tagged is empty." in captured.err


def test_progress_has_the_number_of_texts_in_files(
    export_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = []

    class Told(Progress):
        def __init__(self, name: str, unit: str, total: int | None) -> None:
            told.append((name, unit, total))
            super().__init__(name, unit, total)

    monkeypatch.setattr("bioner_kd.tagging.records.Progress", Told)
    monkeypatch.setattr(
        "bioner_kd.tagging.records.track",
        lambda records, name, unit, total: told.append((name, unit, total)) or records,
    )
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"one\ntwo\n"))
    (tmp_path / "b").write_text("three")
    files = [str(tmp_path / "a.gz"), str(tmp_path / "b")]
    for kind in ("lines", "text"):
        arguments = [*files, f"--input={kind}", f"--output={tmp_path / 'out'}", "--workers=1"]
        assert main(arguments, export_folder / "tagger.pyz") == 0
    main([f"--text={TEXT}", f"--output={tmp_path / 'out'}"], export_folder / "tagger.pyz")
    assert told == [("tagging", "document", 3), ("tagging", "document", 2)]
    # A reader at the end of a pipe does not wait until all texts are counted.
    assert main([*files, "--workers=1"], export_folder / "tagger.pyz") == 0
    assert told[2:] == [("tagging", "document", None)]


def test_names_of_files_are_marked_and_faulty_ones_told(
    export_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    always, never = tmp_path / "always.tsv", tmp_path / "never.tsv"
    always.write_text("zzqx\tDisease\n", encoding="utf-8")
    never.write_text("gout\n", encoding="utf-8")
    options = [f"--always={always}", f"--never={never}", "--text=Zzqx and gout"]
    assert main(options, export_folder / "tagger.pyz") == 0
    (found,) = json.loads(capsys.readouterr().out)["entities"]
    assert found == {"type": "Disease", "text": "Zzqx", "start": 0, "end": 4, "score": 1.0}
    always.write_text("TP53\tGene\n", encoding="utf-8")
    assert main(options, export_folder / "tagger.pyz") == 1
    assert "always.tsv:1: 'TP53' has the type 'Gene'" in capsys.readouterr().err


def test_a_precision_keeps_the_entities_that_are_expected_to_have_it(
    export_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = write_calibrated(export_folder, tmp_path, ("Disease", "Chemical"))
    text = " ".join(sentence.text for sentence in read_demo("test")[:30])

    def entities(*more: str) -> list[dict[str, object]]:
        assert main([f"--model={model}", f"--text={text}", *more], tmp_path / "tagger.pyz") == 0
        return json.loads(capsys.readouterr().out)["entities"]

    every, kept = entities(), entities("--min_precision=0.85")
    assert 0 < len(kept) < len(every)
    assert kept == [one for one in every if one in kept]
    assert set(every[0]) == {"type", "text", "start", "end", "score"}
    assert entities("--min_precision=0") == every
    assert entities("--min_precision=1") == []


@pytest.mark.parametrize(
    ("precision", "status", "says"),
    [
        ("0.9", 1, "min_precision: the scores of this student are not calibrated"),
        ("1.5", 2, "--min_precision=1.5"),
        ("-0.1", 2, "--min_precision=-0.1"),
        ("nan", 2, "--min_precision=nan"),
    ],
)
def test_a_precision_that_cannot_be_had_is_one_line(
    export_folder: Path,
    capsys: pytest.CaptureFixture[str],
    precision: str,
    status: int,
    says: str,
) -> None:
    arguments = ["--text=gout", f"--min_precision={precision}"]
    assert main(arguments, export_folder / "tagger.pyz") == status
    captured = capsys.readouterr()
    assert captured.out == "" and says in captured.err and captured.err.count("\n") == 1


def test_character_references_are_read_where_asked_for(
    export_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TEXT.replace("e", "&#101;")
    assert main([f"--text={TEXT}"], export_folder / "tagger.pyz") == 0
    plain = json.loads(capsys.readouterr().out)["entities"]
    assert main(["--unescape", f"--text={text}"], export_folder / "tagger.pyz") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["text"] == text and plain
    assert [one["text"] for one in found["entities"]] == [
        one["text"].replace("e", "&#101;") for one in plain
    ]
