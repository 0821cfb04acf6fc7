import gzip
import lzma
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.documents import read_documents, recognise
from bioner_kd.text.format import SKIP, Faults, ReadOptions
from bioner_kd.text.formats.conll import FORMAT, read_conll, write_conll
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.sentence_splitter import split_sentences
from bioner_kd.text.source import Source
from bioner_kd.text.tokenizer import sentence_from_text
from bioner_kd.text.writing import write_documents


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


def documents_of(path, options=ReadOptions()):
    return list(read_documents(path, format="conll", options=options))


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
        "lung   B-Disease\ncancer I-Disease\n.   O \n\n β   B-Chemical\n",
        "lung \t\tB-Disease\ncancer\t\tI-Disease\n.\tO\t\n\nβ  \t B-Chemical\n",
        "Word\tTag\nlung\tB-Disease\ncancer\tI-Disease\n.\tO\n\nβ\tB-Chemical\n",
        "# id\n#\nlung\tB-Disease\ncancer\tI-Disease\n.\tO\n\n# more\n\n# x y\nβ\tB-Chemical\n",
        "# two words\nlung B-Disease\ncancer I-Disease\n. O\n\n# word\nβ B-Chemical\n",
    ],
    ids=[
        "tab",
        "space",
        "crlf",
        "bom",
        "no end",
        "docstart",
        "conll03",
        "blank lines",
        "columns",
        "spaces",
        "tabs and spaces",
        "header",
        "comments",
        "comments and spaces",
    ],
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
    assert message.startswith(f"{path}:2: one column only in 'b'")
    assert message_of(write("a\nb\n")).startswith(f"{path}:1: one column only")


@pytest.mark.parametrize(
    ("data", "line", "quoted"),
    [
        ("a x O\nb  O\n", 2, "'b  O'"),
        ("a x O\nb O \n", 2, "'b O '"),
        ("a O\n O\n", 2, "' O'"),
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


def test_a_word_may_begin_like_a_comment(write):
    sentences = read_conll(write("#\tO\n#5\tB-Chemical\n\n#\tO\n"))
    assert [sentence.words for sentence in sentences] == [("#", "#5"), ("#",)]
    for data in ("a\n\n#\n", "a NN\n\n# NN\n", "# two words\na NN\n\n# NN\n"):
        assert [s.words for s in read_conll(write(data), tagged=False)] == [("a",), ("#",)]
    for data in ("#\n", "#\tNN\n", "# O\n"):
        assert [s.words for s in read_conll(write(data), tagged=False)] == [("#",)]


@pytest.mark.parametrize("open_", [gzip.open, lzma.open])
def test_compressed_files_are_read(tmp_path, open_):
    with open_(tmp_path / "train.tsv", "wb") as file:
        file.write(b"lung\tB-Disease\n")
    assert words_and_tags(read_conll(tmp_path / "train.tsv")) == [[("lung", "B-Disease")]]


IOB1 = "lung I-Disease\ncancer I-Disease\nIL2 B-Disease\n. O\n"
IOBES = "lung B-Disease\ncancer E-Disease\nIL2 S-Disease\n. O\n"
BILOU = "lung B-Disease\ncancer L-Disease\nIL2 U-Disease\n. O\n"


@pytest.mark.parametrize("data", [IOB1, IOBES, BILOU])
@pytest.mark.parametrize("bare", [False, True])
def test_other_schemes_are_read_where_asked_for(write, data, bare):
    path = write(data.replace("-Disease", "") if bare else data)
    options = ReadOptions(entity_type="Disease" if bare else "")
    with pytest.raises(InputError, match=r"train\.tsv:[12]: .*--repair_tags"):
        documents_of(path, options)
    (document,) = documents_of(path, replace(options, repair_tags=True))
    assert [one.text for one in document.annotations] == ["lung cancer", "IL2"]
    assert {one.type for one in document.annotations} == {"Disease"}


def test_tags_without_a_type_need_one(write):
    path = write("a\tO\nlung\tB\n")
    assert message_of(path).startswith(f"{path}:2: the tag 'B' names no entity type")
    assert "--entity_type" in message_of(path)
    assert read_conll(path, entity_type="Disease")[0].tags == ("O", "B-Disease")


def test_a_mention_that_a_blank_line_divides_is_refused_unless_asked_for(write):
    path = write("IL\tB-Protein\n\n2\tI-Protein\n")
    with pytest.raises(InputError, match=r"train\.tsv:3: 'I-Protein' starts a sentence"):
        documents_of(path)
    found = documents_of(path, ReadOptions(repair_tags=True))
    assert [one.text for d in found for one in d.annotations] == ["IL", "2"]


MARKED = (
    "-DOCSTART-\tX\tO\n\nlung\tB-Disease\ncancer\tI-Disease\n.\tO\n\nβ\tB-Chemical\n\n"
    "-DOCSTART- (12 a)\tO\n\na\tO\n\n"
)


def test_documents_stand_between_marks(write):
    first, second = documents_of(write(MARKED))
    assert (first.id, first.text, first.line) == ("", "lung cancer .\nβ", 1)
    assert [(one.type, one.spans) for one in first.annotations] == [
        ("Disease", ((0, 11),)), ("Chemical", ((14, 15),)),
    ]  # fmt: skip
    assert [sentence.words for sentence in first.sentences] == [("lung", "cancer", "."), ("β",)]
    assert (second.id, second.text, second.line) == ("12 a", "a", 9)


def test_sentences_without_a_mark_are_documents(write):
    assert [d.text for d in documents_of(write("a\tO\nb\tO\n\nc\tO\n"))] == ["a b", "c"]


def test_a_file_of_one_column_has_words_without_tags(write):
    (document,) = documents_of(write("a\nb\n"))
    assert document.sentences[0].words == ("a", "b")
    assert (document.sentences[0].tags, document.annotations) == (None, ())


@pytest.mark.parametrize("text", [MARKED, "lung\tB-Disease\n\n#\tO\n\n", "-DOCSTART-\n\n"])
def test_a_file_is_written_as_it_was_read(write, tmp_path, text):
    documents = documents_of(write(text))
    write_documents(documents, tmp_path / "out.conll")
    assert (tmp_path / "out.conll").read_text() == text


def test_reading_goes_on_behind_a_faulty_document(write):
    faults = Faults(SKIP)
    path = write("a\tO\n\nb\tI-X\n\nc\tO\tO\n\nd\tO\n")
    found = list(read_documents(path, format="conll", faults=faults))
    assert [document.text for document in found] == ["a", "d"]
    assert faults.number == 2


def test_names_that_stand_twice_and_files_without_a_sentence_are_told(write):
    with pytest.raises(InputError, match="'7'.*twice"):
        documents_of(write("-DOCSTART- (7)\n\na\tO\n\n-DOCSTART- (7)\n\nb\tO\n"))
    with pytest.raises(InputError, match="no sentence.*only blank lines"):
        documents_of(write("\n\n"))


def marked(text, *mentions, id="7"):
    annotations = [Annotation(kind, ((a, b),), text[a:b]) for kind, a, b in mentions]
    return replace(Document.from_text(text, id=id), annotations=tuple(annotations))


def test_text_is_cut_into_words_and_where_mentions_begin_and_end(tmp_path):
    text = "Aspirin-induced asthma. E. coli too."
    document = marked(
        text, ("Chemical", 0, 7), ("Disease", 8, 22), ("Species", 22, 31), ("Species", 22, 31)
    )
    write_documents([document], tmp_path / "a.conll")
    assert (tmp_path / "a.conll").read_text() == (
        "-DOCSTART- (7)\tO\n\n"
        "Aspirin\tB-Chemical\n-\tO\ninduced\tB-Disease\nasthma\tI-Disease\n.\tB-Species\n"
        "E\tI-Species\n.\tI-Species\ncoli\tI-Species\ntoo\tO\n.\tO\n\n"
    )


def test_a_word_is_cut_where_a_mention_ends(tmp_path):
    write_documents([marked("antiaspirins", ("Chemical", 4, 11), id="")], tmp_path / "a.conll")
    assert (tmp_path / "a.conll").read_text() == "anti\tO\naspirin\tB-Chemical\ns\tO\n\n"


GIVEN = Document.from_sentences(
    [Sentence.from_words(["lung", "cancer"]), Sentence.from_words(["pain"])], id="7"
)


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (marked("lung cancer", ("A", 0, 6), ("B", 5, 11)), "'lung c' at 0:6.*overlap"),
        (marked("lung cancer", ("A", 0, 4), ("B", 0, 4)), "overlap"),
        (marked("lung cancer", ("A\n", 0, 4)), "type that no tag can have"),
        (marked("lung  cancer", ("A", 4, 6)), "has no word"),
        (
            replace(GIVEN, annotations=(Annotation("A", ((0, 1), (2, 3)), "l n"),)),
            "is discontinuous",
        ),
        (replace(GIVEN, annotations=(Annotation("A", (), "x"),)), "no place in the text"),
        (replace(GIVEN, annotations=(Annotation("A", ((0, 3),), "lun"),)), "inside a word"),
        (
            replace(GIVEN, annotations=(Annotation("A", ((5, 16),), "cancer\npain"),)),
            "end of a sentence",
        ),
        (replace(GIVEN, id="a\nb"), "its id has a line break"),
    ],
)
def test_what_no_tag_can_say_is_refused_with_the_document(tmp_path, document, what):
    with pytest.raises(InputError, match=f"document .*{what}"):
        write_documents([document], tmp_path / "a.conll")
    assert not (tmp_path / "a.conll").exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"])), st.data())
def test_mentions_of_any_text_come_back(tmp_path, text, data):
    cuts = data.draw(st.lists(st.integers(0, len(text)), unique=True, max_size=6).map(sorted))
    spans = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    # Marks of lists and borders of cells are in no sentence.
    places = [span for sentence in split_sentences(text) for span in sentence.spans]
    inside = [[(max(s, a), min(e, b)) for s, e in places if s < b and e > a] for a, b in spans]
    spans = [span for span, words in zip(spans, inside, strict=True) if words]
    document = marked(text, *(("X", a, b) for a, b in spans))
    write_documents([document], tmp_path / "a.conll")
    (read,) = documents_of(tmp_path / "a.conll")
    letters = ["".join(text[s:e] for s, e in words) for words in inside if words]
    letters = [re.sub(r"\W|_", "", one) for one in letters]
    assert [re.sub(r"\W|_", "", one.text) for one in read.annotations] == letters


@pytest.mark.parametrize(
    ("start", "is_it"),
    [
        ("lung\tB-Disease\n.\tO\n", True),
        ("-DOCSTART- -X- O O\n\nEU NNP B-NP B-ORG\n", True),
        ("a\tO\n", True),
        ("Word\tTag\na\tO\n", True),
        ("word x O\n" * 9000, True),
        ("blood O\nhepatitis B\n", False),
        ("Aspirin helps.\nIt does.\n", False),
        ("id\ttext\n1\tB-cell lymphoma\n", False),
        ("text\tlabel\nlung cancer\tB\n", False),
        ("", False),
        ("-DOCSTART-\n", False),
    ],
)
def test_files_of_words_and_tags_are_recognised(start, is_it):
    assert FORMAT.recognises(start) == is_it


@pytest.mark.parametrize("corpus", ["NCBI-disease", "JNLPBA", "BC5CDR", "linnaeus"])
def test_public_corpora_are_recognised_and_written_as_they_are(public_file, tmp_path, corpus):
    path = public_file(f"{corpus}/devel.tsv")
    assert recognise(Source(path)).name == "conll"
    write_documents(read_documents(path), tmp_path / "a.conll")
    assert (tmp_path / "a.conll").read_text() == path.read_text().rstrip("\n") + "\n\n"
