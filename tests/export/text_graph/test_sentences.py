import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.corpus.demo import read_demo
from bioner_kd.export.text_graph.characters import CharacterSets
from bioner_kd.export.text_graph.sentences import find_cuts
from bioner_kd.text.ranges import Ranges, ranges_of_characters
from bioner_kd.text.rules import FIRST_RULES, TextRules
from bioner_kd.text.sentence_ends import ABBREVIATIONS, SentenceEnds
from bioner_kd.text.tokenizer import Tokenizer

from .texts import TEXTS

SETS = CharacterSets(FIRST_RULES.ends.sets)


@tf.function(input_signature=[tf.TensorSpec([None], tf.int32)], autograph=False)
def cuts_of(code_points: tf.Tensor) -> tf.Tensor:
    return find_cuts(code_points, SETS.find(code_points), FIRST_RULES.ends)


def sentences_in_graph(text: str) -> list[list[str]]:
    """Words of the sentences, cut where the graph says so."""
    cuts = set((cuts_of(tf.constant([0, *map(ord, text), 0])).numpy() - 1).tolist())
    found: list[list[str]] = []
    words = [
        pair
        for s in FIRST_RULES.iterate_sentences(text)
        for pair in zip(s.words, s.spans, strict=True)
    ]
    before = 0
    for word, (start, end) in words:
        if not found or any(before < cut <= start or cut == before for cut in cuts):
            found.append([])
        found[-1].append(word)
        before = end
    return found


def sentences_in_python(text: str) -> list[list[str]]:
    return [list(sentence.words) for sentence in FIRST_RULES.iterate_sentences(text)]


# Little more than what the rules below are about.
PIECES = (*"\n\r |.;!)(*\"'Aab1é", ". A", "; b", "ab. ", "a.b. 1", ".b.a. A", "é|ab. a", "\n \n")


def some_of(characters: str) -> st.SearchStrategy[Ranges]:
    return st.sets(st.sampled_from(characters)).map(lambda found: ranges_of_characters(*found))


RULES_OF_ANY_KIND = st.builds(
    SentenceEnds,
    abbreviations=st.frozensets(st.text("ab", min_size=1, max_size=3), max_size=3),
    longest_abbreviation=st.integers(1, 6),
    white=some_of(" |").map(lambda found: (*found, *ranges_of_characters("\n", "\r"))),
    opening=some_of("(*\"'"),
    closing=some_of(")*\"'é"),
    first=some_of("Aab1é).;!"),
    inner=some_of("1é |)").map(lambda found: (*found, *ranges_of_characters("AZ", "az", "."))),
    stops=some_of(".;!A1("),
)


@settings(max_examples=100, deadline=None)
@given(ends=RULES_OF_ANY_KIND, text=st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_any_rule_that_tables_may_hold_cuts_as_in_python(ends: SentenceEnds, text: str) -> None:
    tokenizer = Tokenizer(ranges_of_characters("az", "AZ"), ((0, 32), (124, 124)))
    rules = TextRules(tokenizer, ends)
    code_points = tf.constant([0, *map(ord, text), 0])
    cuts = find_cuts(code_points, CharacterSets(ends.sets).find(code_points), ends)
    found: list[list[tuple[int, int]]] = [[]]
    for _, start, end in tokenizer.tokenize(text):
        if found[-1] and any(found[-1][-1][1] <= cut <= start for cut in cuts.numpy() - 1):
            found.append([])
        found[-1].append((start, end))
    assert [s for s in found if s] == [list(s.spans) for s in rules.iterate_sentences(text)]


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_sentences_are_those_of_the_splitter(text: str) -> None:
    assert sentences_in_graph(text) == sentences_in_python(text)


@settings(deadline=None)
@given(st.text("Aab.\n\r !?)(\"'0Ωé\u2003", max_size=40))
def test_sentences_of_little_more_than_stops_and_spaces(text: str) -> None:
    assert sentences_in_graph(text) == sentences_in_python(text)


def test_each_abbreviation_is_known_and_its_neighbours_are_not() -> None:
    for word in sorted(ABBREVIATIONS):
        for written in (word, word.upper(), word.capitalize()):
            assert len(sentences_in_graph(f"See {written}. Then")) == 1
        for other in (f"x{word}", f"{word}x", f"é{word}", f"0{word}", f"..{word}"):
            text = f"See {other}. Then"
            assert sentences_in_graph(text) == sentences_in_python(text)


def test_the_window_before_a_full_stop_ends_where_pythons_does() -> None:
    for number in range(12, 20):
        for start in ("", "é", "1", " "):
            for word in ("a." * 20, "abcdefgh" * 3, "Fig" * 8):
                text = f"{start}{word[:number]}. Then {word[-number:]}. Then"
                assert sentences_in_graph(text) == sentences_in_python(text)


def test_real_sentences() -> None:
    text = " ".join(sentence.text.replace(" .", ".") for sentence in read_demo("train")[:150])
    assert len(sentences_in_graph(text)) > 100
    assert sentences_in_graph(text) == sentences_in_python(text)
