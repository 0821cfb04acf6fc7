from bioner_kd.corpus.summary import in_words
from bioner_kd.text.sentence import Sentence


def test_mentions_are_counted_by_type():
    tags = ["B-Disease", "I-Disease", "O", "B-Chemical", "B-Disease"]
    sentences = [Sentence.from_words("lung cancer , aspirin fever".split(), tags)] * 300
    told = "300 sentences, 1,500 words, 900 mentions (Chemical 300, Disease 600)"
    assert in_words(sentences) == told


def test_text_without_tags_has_no_mentions():
    assert in_words([Sentence.from_words(["a", "b"])]) == "1 sentences, 2 words, 0 mentions"
