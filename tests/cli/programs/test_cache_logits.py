import gzip

import pytest

from bioner_kd.cli.programs import cache_logits
from bioner_kd.cli.shared_flags import CORPUS
from bioner_kd.errors import UsageError
from bioner_kd.recipes.labelling import read_texts
from bioner_kd.teacher.labelling import TEXT

from ..conftest import load_program


def texts(*arguments: str):
    program = load_program("cache_logits")
    program.values(["cache_logits", *arguments])
    choice, sample = program.read(cache_logits.CACHE), program.read(cache_logits.SAMPLE)
    return read_texts(program.read(CORPUS), choice.splits, choice.text, sample)


def test_splits_are_labelled_under_their_own_names():
    found = texts("--corpus=demo", "--splits=devel,test")
    assert {name: len(sentences) for name, sentences in found.items()} == {"devel": 80, "test": 100}


def test_plain_text_is_labelled_a_line_a_sentence(tmp_path):
    with gzip.open(tmp_path / "text.gz", "wt", encoding="utf-8") as file:
        file.write("Aspirin helps.\n\nβ-blockers do not.\n")
    found = texts("--splits=", f"--text={tmp_path / 'text.gz'}")
    assert {s.words[0] for s in found[TEXT]} == {"Aspirin", "β"}


@pytest.fixture
def files(tmp_path):
    """Two files that make one text."""
    for name, numbers in (("a", range(20)), ("b", range(20, 50))):
        lines = "".join(f"this is sentence {number}\n" for number in numbers)
        (tmp_path / name).write_text(lines + "too short\n" + "long " * 201 + "\n")
    return f"--text={tmp_path / 'a'},{tmp_path / 'b'}"


def test_several_files_make_one_text(files):
    found = texts("--splits=", files)
    assert list(found) == [TEXT]
    numbers = {int(sentence.words[-1]) for sentence in found[TEXT]}
    assert numbers == set(range(50))


def test_a_size_draws_from_all_files(files):
    every = texts("--splits=", files)[TEXT]
    assert texts("--splits=", files, "--text_size=10")[TEXT] == every[:10]


def test_what_is_left_out_is_counted_in_one_line(files, absl_log):
    texts("--splits=", files)
    assert {record.getMessage() for record in absl_log.records} == {
        "--text: 50 of 54 sentences; left out: 2 of more than 200 words, 2 of fewer than 3, "
        "0 repeated."
    }


def test_nothing_to_label_is_a_usage_error():
    program = load_program("cache_logits")
    program.values(["cache_logits", "--splits="])
    with pytest.raises(UsageError, match="name --splits of a corpus, --text, or both"):
        program.body(program)


def test_no_teacher_is_a_usage_error():
    program = load_program("cache_logits")
    program.values(["cache_logits", "--teachers="])
    with pytest.raises(UsageError, match="--teachers: name the folder"):
        program.read(cache_logits.TEACHER)


def test_a_split_that_no_corpus_has_is_refused():
    with pytest.raises(UsageError, match="trian"):
        texts("--splits=trian")
