import json
from pathlib import Path

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.tagging.command import main

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
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bioner_kd.tagging.command.write_records", interrupted)
    assert main(["--text=gout"], export_folder / "tagger.pyz") == 130
    assert capsys.readouterr().err == "tagger.pyz: Stopped.\n"
