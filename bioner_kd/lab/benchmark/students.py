"""The student as contestants: in Keras, and every model that bioner_kd export made of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioner_kd.lab.benchmark.contestant import OfTexts, OfWords, Span
from bioner_kd.tagging.models.layout import SERVING, TEXT
from bioner_kd.text import iob2
from bioner_kd.text.sentence import Sentence

if TYPE_CHECKING:
    import numpy as np


def open_student(*, folder: str, batch_size: int) -> OfWords:
    """A student as bioner_kd distill saved it, in batches by length."""
    from bioner_kd.lab.benchmark.tensorflow_threads import use_threads

    use_threads()
    from bioner_kd.student.saved_student import load_student

    student = load_student(Path(folder))
    decoder = student.decoder

    def tag(sentences: Sequence[Sentence]) -> list[list[str]]:
        return [decoder.decode(rows) for rows in student.logits(sentences, batch_size)]

    return OfWords(tag)


def open_tagger(*, path: str, form: str) -> OfTexts:
    """An exported model, one text after the other by `Tagger.tag`."""
    from bioner_kd.tagging.tagger import Tagger

    tagger = Tagger.load(path, form=form)
    return OfTexts(lambda texts: _spans(map(tagger.tag, texts)))


def open_tagger_many(*, path: str, form: str, threads: int) -> OfTexts:
    """An exported model, many texts at once by `Tagger.tag_many` with a worker a thread."""
    from bioner_kd.tagging.tagger import Tagger

    tagger = Tagger.load(path, form=form)
    return OfTexts(lambda texts: _spans(tagger.tag_many(texts, workers=threads)))


def open_saved_model_texts(*, folder: str, batch_size: int) -> OfTexts:
    """A SavedModel by its text signature, as TF Serving calls it for a batch of texts."""
    from bioner_kd.lab.benchmark.tensorflow_threads import use_threads

    use_threads()
    import tensorflow as tf

    loaded = tf.saved_model.load(folder)
    serve = loaded.signatures[SERVING]

    def tag(texts: Sequence[str]) -> Iterator[list[Span]]:
        for start in range(0, len(texts), batch_size):
            found = serve(**{TEXT: tf.constant(texts[start : start + batch_size])})
            yield from spans_of_batch({name: value.numpy() for name, value in found.items()})

    tagging = OfTexts(tag)
    # Its variables live as long as what was loaded.
    vars(tagging)["loaded"] = loaded
    return tagging


def spans_of_batch(found: "Mapping[str, np.ndarray]") -> Iterator[list[Span]]:
    """Entities of each text, from what the text signature returns.

    Args:
        found: bytes "tags", int32 "starts" and "ends" (batch, longest) and "num_words" (batch,).
    """
    rows = zip(found["tags"], found["starts"], found["ends"], found["num_words"], strict=True)
    for tags, starts, ends, words in rows:
        names = [tag.decode("utf-8") for tag in tags[:words]]
        yield [
            (name, int(starts[first]), int(ends[end - 1]))
            for name, first, end in iob2.entities(names)
        ]


def _spans(found: Iterable[Iterable[Any]]) -> Iterator[list[Span]]:
    return ([(entity.type, entity.start, entity.end) for entity in of_text] for of_text in found)
