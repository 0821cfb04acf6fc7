import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.text.conll import read_conll, write_conll
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import sentence_from_text


@pytest.fixture
def write(tmp_path):
    def write(data):
        path = tmp_path / "train.tsv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
        return path

    return write


def message_of(path, **options):
    with pytest.raises(InputError) as caught:
        read_conll(path, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def words_and_tags(sentences):
    return [list(zip(sentence.words, sentence.tags, strict=True)) for sentence in sentences]


TWO = [[("lung", "B-Disease"), ("cancer", "I-Disease"), (".", "O")], [("β", "B-Chemical")]]


@pytest.mark.parametrize(
    "data",
    [
        "lung\tB-Disease\ncancer\tI-Disease\n.\tO\n\nβ\tB-Chemical\n\n",
        "lung B-Disease\ncancer I-Disease\n. O\n\nβ B-Chemical\n\n",
        "lung\tB-Disease\r\ncancer\tI-Disease\r\n.\tO\r\n\r\nβ\tB-Chemical\r\n\r\n",
        "\ufefflung\tB-Disease\ncancer\tI-Disease\n.\tO\n\nβ\tB-Chemical\n",
        "lung\tB-Disease\ncancer\tI-Disease\n.\tO\n\nβ\tB-Chemical",
        "-DOCSTART-\tO\n\nlung\tB-Disease\ncancer\tI-Disease\n.\tO\n-DOCSTART-\nβ\tB-Chemical\n",
        "-DOCSTART- -X- -X- O\n\nlung B-Disease\ncancer I-Disease\n. O\n \nβ B-Chemical\n",
        "\n\nlung\tB-Disease\ncancer\tI-Disease\n.\tO\n\n\n\nβ\tB-Chemical\n\n\n",
        "lung NN x B-Disease\ncancer NN x I-Disease\n. . x O\n\nβ NN x B-Chemical\n",
    ],
    ids=["tab", "space", "crlf", "bom", "no end", "docstart", "conll03", "blank lines", "columns"],
)
def test_forms_of_the_same_two_sentences(write, data):
    assert words_and_tags(read_conll(write(data))) == TWO


def test_places_are_the_lines_of_the_file(write):
    path = write("\n-DOCSTART-\tO\n\na\tO\nb\tO\n\n\nc\tO\n")
    first, second = read_conll(path)
    assert [first.place(0), first.place(1)] == [f"{path}:4", f"{path}:5"]
    assert (second.path, second.line) == (str(path), 8)


def test_text_is_the_words_joined_by_spaces(write):
    assert read_conll(write("IL-2\tO\nx\tO\n"))[0].text == "IL-2 x"


def test_untagged_reads_the_first_column(write):
    for data in ("a\nb\n\nc\n", "a\tX\nb\tO\n\nc\tI-A\n"):
        sentences = read_conll(write(data), tagged=False)
        assert [sentence.words for sentence in sentences] == [("a", "b"), ("c",)]
        assert {sentence.tags for sentence in sentences} == {None}


def test_one_column_is_refused(write):
    path = write("a\tO\nb\n")
    message = message_of(path)
    assert message.startswith(f"{path}:2: ") and "one column" in message and "'b'" in message
    message = message_of(write("a\nb\n"))
    assert message.startswith(f"{path}:1: ") and "one column" in message


@pytest.mark.parametrize(
    ("data", "line", "quoted"),
    [
        ("a O\nb  O\n", 2, "'b  O'"),
        ("a O\nb O \n", 2, "'b O '"),
        (" a O\n", 1, "' a O'"),
        ("a\tO\nb\tNN\tO\n", 2, r"'b\tNN\tO'"),
        ("a\tNN\tO\nb\tO\n", 2, r"'b\tO'"),
        ("a\tO\n\tO\n", 2, r"'\tO'"),
        ("a\tO\nb\t\n", 2, r"'b\t'"),
    ],
)
def test_a_space_or_a_column_too_many_is_quoted(write, data, line, quoted):
    path = write(data)
    message = message_of(path)
    assert message.startswith(f"{path}:{line}: ") and quoted in message


@pytest.mark.parametrize("word", ["IL 2", "a\u00a0b", "a\x00b", "a\x7fb", "a\x0bb"])
def test_white_space_and_controls_inside_a_word_are_refused(write, word):
    path = write(f"a\tO\n{word}\tO\n")
    message = message_of(path)
    assert message.startswith(f"{path}:2: ") and repr(word) in message


def test_mixed_separators_are_refused(write):
    path = write("a\tO\nb O\n")
    assert message_of(path).startswith(f"{path}:2: one column only in 'b O', split at each TAB")


@pytest.mark.parametrize(
    ("data", "state"), [("", "empty"), ("\n \n\r\n", "blank lines"), ("\ufeff\n", "blank lines")]
)
def test_file_without_a_sentence_is_refused(write, data, state):
    path = write(data)
    message = message_of(path)
    assert message.startswith(f"{path}: no sentence") and state in message


def test_missing_file_and_folder_are_refused(tmp_path):
    assert "no such file" in message_of(tmp_path / "train.tsv")
    assert "this is a folder" in message_of(tmp_path)


def test_latin_1_is_refused(write):
    path = write("Sjögren\tO\n".encode("latin-1"))
    assert message_of(path).startswith(f"{path}:1: byte 0xf6 at offset 2 ")


def test_iob2_violation_is_refused_or_repaired(write):
    path = write("a\tO\nlung\tI-Disease\ncancer\tI-Disease\n")
    assert message_of(path).startswith(f"{path}:2: 'I-Disease' follows 'O'; ")
    assert read_conll(path, repair_tags=True)[0].tags == ("O", "B-Disease", "I-Disease")


def test_malformed_tag_is_refused_even_with_repair(write):
    path = write("a\tO\nb\tX-Disease\n")
    for repair in (False, True):
        assert message_of(path, repair_tags=repair).startswith(f"{path}:2: tag 'X-Disease'")


def test_extreme_sentences_are_read_whole(write):
    long = "\n".join(["w\tO"] * 2000)
    sentences = read_conll(write(f"one\tO\n\n{'x' * 505}\tO\n\n{long}\n"))
    assert [len(sentence) for sentence in sentences] == [1, 1, 2000]
    assert len(sentences[1].words[0]) == 505


def test_written_file_is_read_again(tmp_path, write):
    sentences = read_conll(write("lung B-Disease\ncancer I-Disease\n\n2 O\n"))
    path = tmp_path / "out" / "again.tsv"
    write_conll(path, iter(sentences))
    assert path.read_text() == "lung\tB-Disease\ncancer\tI-Disease\n\n2\tO\n\n"
    assert words_and_tags(read_conll(path)) == words_and_tags(sentences)


def test_untagged_and_empty_sentences_are_written(tmp_path):
    path = tmp_path / "words.txt"
    write_conll(path, [sentence_from_text("a b"), sentence_from_text(" "), sentence_from_text("c")])
    assert path.read_text() == "a\nb\n\nc\n\n"
    assert [s.words for s in read_conll(path, tagged=False)] == [("a", "b"), ("c",)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1).map(lambda texts: [*texts, "end"]))
def test_any_tokenised_text_survives_writing_and_reading(tmp_path, texts):
    sentences = [sentence_from_text(text.encode("utf-8", "replace").decode()) for text in texts]
    write_conll(tmp_path / "x.conll", sentences)
    read = read_conll(tmp_path / "x.conll", tagged=False)
    assert [s.words for s in read] == [s.words for s in sentences if s.words]


@pytest.mark.parametrize("word", ["a b", "", "a\tb", "a\n", "-DOCSTART-"])
def test_words_that_would_not_be_read_again_are_refused(tmp_path, word):
    path = tmp_path / "x.tsv"
    path.write_text("before")
    with pytest.raises(InputError):
        write_conll(path, [Sentence.from_words(["a", word], ["O", "O"])])
    assert path.read_text() == "before"


# Sentences, words and entities of the files as published.
@pytest.mark.parametrize(
    ("file", "sentences", "words", "mentions"),
    [
        ("NCBI-disease/test.tsv", 940, 24_497, 960),
        ("BC5CDR-chem/devel.tsv", 4_581, 117_453, 5_347),
        ("JNLPBA/devel.tsv", 1_739, 47_461, 4_551),
        ("linnaeus/test.tsv", 7_142, 164_653, 1_433),
    ],
)
def test_counts_of_public_corpora(public_file, file, sentences, words, mentions):
    read = read_conll(public_file(file))
    assert len(read) == sentences
    assert sum(map(len, read)) == words
    assert sum(tag.startswith("B-") for sentence in read for tag in sentence.tags) == mentions
