"""Splits that flags name."""

from bioner_kd.cli.corpus import read_splits

from .conftest import load_program


def test_what_was_read_is_told(tmp_path, absl_log):
    (tmp_path / "train.tsv").write_text("lung\tI-Disease\ncancer\tI-Disease\n\nno\tO\n")
    (tmp_path / "devel.tsv").write_text("asthma\tB-Disease\n")
    program = load_program("finetune_teacher")
    program.values(["finetune_teacher", f"--corpus={tmp_path}", "--repair_tags"])
    train, devel = read_splits(program, "train", "devel")
    assert (len(train), len(devel)) == (2, 1)
    lines = list(dict.fromkeys(record.getMessage() for record in absl_log.records))
    assert lines == [
        f"{tmp_path / 'train.tsv'}: 1 tags repaired, in 1 of 2 sentences.",
        f"{tmp_path}, train: 2 sentences, 3 words, 1 mentions (Disease 1).",
        f"{tmp_path / 'devel.tsv'}: 0 tags repaired, in 0 of 1 sentences.",
        f"{tmp_path}, devel: 1 sentences, 1 words, 1 mentions (Disease 1).",
    ]
