"""Numbers of the sentences, words and mentions of a split."""

from collections import Counter
from collections.abc import Sequence

from bioner_kd.text.iob2 import entities
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import split_words


def in_words(sentences: Sequence[Sentence]) -> str:
    """Counts sentences, words and, of each type, mentions.

    Examples:
        >>> in_words([Sentence.from_words(["No", "fever"], ["O", "B-Disease"])])
        '1 sentences, 2 words, 1 mentions (Disease 1)'
    """
    types = Counter(kind for s in sentences for kind, _, _ in entities(s.tags or ()))
    words = sum(map(len, sentences))
    by_type = ", ".join(f"{kind} {number:,}" for kind, number in sorted(types.items()))
    told = f"{len(sentences):,} sentences, {words:,} words, {types.total():,} mentions"
    return f"{told} ({by_type})" if types else told


def cut_otherwise(sentences: Sequence[Sentence]) -> tuple[int, int]:
    """Counts the words of a corpus that the tokeniser of the tagger cuts further.

    Args:
        sentences: with tags.

    Returns:
        Number of words that the tokeniser cuts further, and of mentions that have such a word.

    Examples:
        >>> cut_otherwise([Sentence.from_words(["IL-2", "rises"], ["B-protein", "O"])])
        (1, 1)
    """
    others = {word for s in sentences for word in s.words}
    others = {word for word in others if split_words(word) != [word]}
    words = sum(word in others for s in sentences for word in s.words)
    mentions = sum(
        not others.isdisjoint(s.words[first:end])
        for s in sentences
        for _, first, end in entities(s.tags or ())
    )
    return words, mentions
