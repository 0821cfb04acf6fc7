import pytest

from bioner_kd.cli import output
from bioner_kd.cli.program import Program
from bioner_kd.cli.programs import train_vectors as vectors
from bioner_kd.errors import InputError, UsageError
from bioner_kd.vectors.reader import read_vectors

from ..conftest import load_program


def program(*arguments: str) -> Program:
    made = load_program("train_vectors")
    made.values(["train_vectors", *arguments])
    return made


def sentences(*arguments: str):
    return list(vectors.read_sentences(program(*arguments).read(vectors.WORDS)))


@pytest.fixture
def texts(tmp_path):
    """Two files, with commas between."""
    (tmp_path / "a.txt").write_text("Aspirin helps.\n\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("β-blockers do not.\n", encoding="utf-8")
    return f"{tmp_path / 'a.txt'},{tmp_path / 'b.txt'}"


def test_several_files_are_read_one_after_another(texts):
    assert [s.words[0] for s in sentences(f"--text={texts}")] == ["Aspirin", "β"]


def test_a_corpus_gives_its_training_split_whatever_its_tags(texts, tmp_path):
    (tmp_path / "train.tsv").write_text("Gout\tI-Disease\n", encoding="utf-8")
    assert len(sentences("--corpus=demo")) == 420
    found = sentences(f"--text={texts}", f"--corpus={tmp_path}")
    assert [s.words[0] for s in found] == ["Aspirin", "β", "Gout"]


def test_no_text_at_all_is_refused():
    with pytest.raises(UsageError, match="--text.*--corpus"):
        sentences("--from_teacher=minilm")


def test_a_file_that_is_missing_is_found_before_any_is_read(texts, tmp_path):
    choice = program(f"--text={texts},{tmp_path / 'c.txt'}").read(vectors.WORDS)
    with pytest.raises(InputError, match="c.txt"):
        vectors.read_sentences(choice)


def free_name(*arguments: str):
    choice = program(*arguments).read(vectors.FILE)
    return output.free_name(choice.output, overwrite=choice.overwrite)


def test_a_file_that_is_there_is_replaced_only_if_asked(tmp_path):
    path = tmp_path / "vectors.bin"
    assert free_name(f"--output={path}") == path
    path.touch()
    with pytest.raises(InputError, match="--overwrite"):
        free_name(f"--output={path}")
    assert free_name(f"--output={path}", "--overwrite") == path


def test_a_folder_is_never_replaced(tmp_path):
    with pytest.raises(InputError, match="this is a folder"):
        free_name(f"--output={tmp_path}", "--overwrite")


def test_a_place_that_cannot_be_written_is_found_first(tmp_path):
    (tmp_path / "file").touch()
    for missing in (tmp_path / "file" / "folder", tmp_path / "mistyped", tmp_path / "file"):
        with pytest.raises(InputError, match=f"there is no folder {missing}; make it first"):
            free_name(f"--output={missing / 'vectors.bin'}")
    assert not (tmp_path / "mistyped").exists()


@pytest.mark.parametrize("form", ["binary", "text"])
def test_trained_vectors_are_written_with_their_flags_and_summed_up(tmp_path, form):
    path = tmp_path / "vectors"
    made = program(
        "--corpus=demo", "--size=5", "--epochs=1", "--min_count=20", f"--format={form}",
        f"--output={path}",
    )  # fmt: skip
    summary = vectors.save(made, path, vectors.make_vectors(made))
    read = read_vectors(path)
    size = path.stat().st_size
    assert summary == f"{len(read.words)} words of 5 numbers, {size:,} bytes: {path}"
    assert read.words[0] in (".", "the") and "aspirin" not in read.words
    record = path.with_name("vectors.cfg").read_text(encoding="utf-8").split()
    assert {f"--format={form}", "--size=5"} <= set(record)
    assert (path.read_bytes().count(b"\n") == len(read.words) + 1) == (form == "text")


def test_vectors_come_from_a_teacher(tmp_path):
    from ...teacher.tiny_bert import write_checkpoint

    write_checkpoint(tmp_path / "teacher")
    made = program(
        "--corpus=demo", "--size=7", "--min_count=20", f"--from_teacher={tmp_path / 'teacher'}"
    )
    taken = vectors.make_vectors(made)
    assert taken.size == 7 and taken.words[0] in (".", "the")
