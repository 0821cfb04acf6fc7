from bioner_kd.corpus.summary import cut_otherwise, in_words
from bioner_kd.text.sentence import Sentence


def test_mentions_are_counted_by_type():
    tags = ["B-Disease", "I-Disease", "O", "B-Chemical", "B-Disease"]
    sentences = [Sentence.from_words("lung cancer , aspirin fever".split(), tags)] * 300
    told = "300 sentences, 1,500 words, 900 mentions (Chemical 300, Disease 600)"
    assert in_words(sentences) == told


def test_text_without_tags_has_no_mentions():
    assert in_words([Sentence.from_words(["a", "b"])]) == "1 sentences, 2 words, 0 mentions"


def test_words_that_the_tokeniser_cuts_further_are_counted_with_their_mentions():
    first = Sentence.from_words(["IL-2", "binds", "IL-2", "."], ["B-DNA", "I-DNA", "O", "O"])
    other = Sentence.from_words(["gout", "IL-4"], ["B-Disease", "O"])
    assert cut_otherwise([first, other]) == (3, 1)
    assert cut_otherwise([other, Sentence.from_words(["gout"])]) == (1, 0)
