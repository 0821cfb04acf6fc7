import pytest

from bioner_kd.corpus import leakage
from bioner_kd.corpus.leakage import HeldText, Text, fold, leave_out, prove_apart, texts_of
from bioner_kd.errors import InputError
from bioner_kd.text.document import Document
from bioner_kd.text.sentence import Sentence

TEST = "Famotidine causes delirium in old patients with renal failure as we report here ."


def sentence(text, path="train.tsv"):
    return Sentence.from_words(text.split(), path=path, line=1)


def document(text, name="7", path="docs.PubTator"):
    return Document.from_text(text, id=name, path=path, line=5)


@pytest.fixture
def held():
    return HeldText(
        texts_of([sentence(TEST, "test.tsv"), sentence("Patients sleep .", "test.tsv")])
    )


def test_eight_words_in_a_row_are_found(held):
    shared = held.find(
        Text.of_sentence(sentence("Does delirium in old patients with renal failure as"))
    )
    assert shared.words == tuple("delirium in old patients with renal failure as".split())
    assert str(shared).startswith("train.tsv:1 shares 'delirium in old patients with renal failu")
    assert str(shared).endswith("with test.tsv:1")


def test_seven_words_in_a_row_are_no_passage(held):
    seven = "Now delirium in old patients with renal failure is what we report here too"
    assert held.find(Text.of_sentence(sentence(seven))) is None


def test_marks_capitals_and_greek_letters_make_no_difference():
    held = HeldText(texts_of([sentence("Of TNF-alpha and IL-2 , IFN-gamma rises in cells .")]))
    written = document("We saw that of tnf \u03b1, and IL2? No: IL 2 / IFN-\u03b3 rises")
    assert held.find(Text.of_document(written)) is None
    written = document("we saw that of tnf \u03b1, and (IL/2) IFN\u2013\u0393 RISES")
    assert held.find(Text.of_document(written)).words[1:4] == ("tnf", "alpha", "and")


def test_folded_words():
    assert fold(["na\u00efve", "5\u2032-GMP", "\u00b5g", "...", ""]) == ("naive", "5", "gmp", "mug")


def test_passages_across_the_ends_of_sentences_of_a_document_are_found(held):
    given = document("They got famotidine. Causes delirium in old patients. With renal pain.")
    assert held.find(Text.of_document(given)) is not None
    parts = given.text.split(". ")
    assert [held.find(Text.of_sentence(sentence(part))) for part in parts] == [None] * 3


def test_short_sentences_are_compared_as_a_whole(held):
    assert held.find(Text.of_sentence(sentence("PATIENTS sleep"))).held == "test.tsv:1"
    assert held.find(Text.of_sentence(sentence("Patients sleep well ."))) is None
    assert held.find(Text.of_sentence(sentence("* * *"))) is None


def test_a_document_of_the_same_name_is_found():
    held = HeldText([Text("test.txt", (), "17")])
    assert str(held.find(Text.of_document(document("Else.", "17")))) == (
        "docs.PubTator:5, document '17' shares the name '17' with test.txt"
    )
    assert held.find(Text.of_document(document("Else.", "18"))) is None
    assert held.find(Text.of_document(document("Else.", ""))) is None


def test_a_number_that_two_passages_share_is_checked_by_the_words(held, monkeypatch):
    monkeypatch.setattr(leakage, "_hash", lambda word: 1)
    same = HeldText(texts_of([sentence(TEST, "test.tsv")]))
    assert same.find(Text.of_sentence(sentence(TEST))) is not None
    other = "one two three four five six seven eight nine"
    assert same.find(Text.of_sentence(sentence(other))) is None


def test_what_shares_text_is_left_out_and_told(held):
    given = [sentence("Other words ."), sentence(TEST), sentence("patients sleep")]
    kept, shared = leave_out(given, held, Text.of_sentence)
    assert kept == given[:1]
    assert [len(one.words) for one in shared] == [8, 2]


def test_training_that_was_filtered_is_proved_apart(held):
    given = [document(TEST, "1"), document("Some other text of ours.", "2")]
    kept, _ = leave_out(given, held, Text.of_document)
    assert prove_apart(texts_of(documents=kept), held) == 1


def test_training_that_was_not_filtered_is_refused_with_the_places(held):
    with pytest.raises(
        InputError,
        match="2 of 3 texts of training stand in held-out text: train.tsv:1 shares 'famotidine "
        ".* with test.tsv:1; docs.PubTator:5, document '7' shares .* Leave them out",
    ):
        prove_apart(texts_of([sentence(TEST), sentence("Fine .")], [document(TEST)]), held)


def test_the_first_places_are_told_and_the_others_counted(held):
    with pytest.raises(InputError, match="; and 4 more. Leave"):
        prove_apart(texts_of([sentence(TEST)] * 9), held)


def test_nothing_held_out_is_shared_with_nothing():
    empty = HeldText([])
    assert len(empty) == 0
    assert prove_apart(texts_of([sentence(TEST)]), empty) == 1
