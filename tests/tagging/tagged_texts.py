"""Texts with tags, for tests of the rules that come after the model."""

from bioner_kd.tagging.tagged_text import TaggedText
from bioner_kd.text.tokenizer import tokenize


def marked_text(text, marked, in_entity=0.5):
    """A text whose entities have the score 0.9, and whose words have one P(entity)."""
    found = tokenize(text)
    words, spans = [word for word, _, _ in found], [(start, end) for _, start, end in found]
    tags = ["O"] * len(words)
    for entity_type, mention, start in marked:
        assert text[start : start + len(mention)] == mention
        inside = [n for n, span in enumerate(spans) if start <= span[0] < start + len(mention)]
        tags[inside[0] : inside[-1] + 1] = [f"B-{entity_type}"] + [f"I-{entity_type}"] * (
            len(inside) - 1
        )
    return TaggedText(text, words, spans, tags, [0.9] * len(words), [in_entity] * len(words))
