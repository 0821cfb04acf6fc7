"""Our own models as contestants: teachers, the Keras student, and every exported model.

TensorFlow is imported inside of the functions, so that the process of a contestant that does not
need TensorFlow does not load it.
"""

import os
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
    """A student that bioner_kd distill saved, in batches of sentences of like length."""
    use_threads()
    from bioner_kd.student.saved_student import load_student

    return _batched(load_student(Path(folder)), batch_size)


def open_tagger(*, path: str, form: str) -> OfTexts:
    """An exported model that tags one text after the other, by `Tagger.tag`."""
    from bioner_kd.tagging.tagger import Tagger

    tagger = Tagger.load(path, form=form)
    return OfTexts(lambda texts: _spans(map(tagger.tag, texts)))


def open_tagger_many(*, path: str, form: str, threads: int) -> OfTexts:
    """An exported model that tags many texts at once by `Tagger.tag_many`, a worker per core."""
    from bioner_kd.tagging.tagger import Tagger

    tagger = Tagger.load(path, form=form)
    return OfTexts(lambda texts: _spans(tagger.tag_many(texts, workers=threads)))


def open_saved_model_texts(*, folder: str, batch_size: int) -> OfTexts:
    """A SavedModel called by its text signature with batches of texts, as TF Serving calls it."""
    use_threads()
    import tensorflow as tf

    loaded = tf.saved_model.load(folder)
    serve = loaded.signatures[SERVING]

    def tag(texts: Sequence[str]) -> Iterator[list[Span]]:
        for start in range(0, len(texts), batch_size):
            found = serve(**{TEXT: tf.constant(texts[start : start + batch_size])})
            yield from spans_of_batch({name: value.numpy() for name, value in found.items()})

    tagging = OfTexts(tag)
    # The variables live only as long as the loaded object.
    vars(tagging)["loaded"] = loaded
    return tagging


def spans_of_batch(found: "Mapping[str, np.ndarray]") -> Iterator[list[Span]]:
    """Entities of each text, from the result of the text signature.

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


# From the config.json of BioBERT v1.1; Lee et al. (2020), Bioinformatics 36(4).
SHAPE: Mapping[str, Any] = {
    "vocab_size": 28996,
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
    "hidden_act": "gelu",
}
_BYTES_OF_A_WEIGHT = 4


class StandInTokenizer:
    """Cuts words into as many subwords as BioBERT's vocabulary does, without that vocabulary.

    A word has one subword for its first six characters and one for every further four or fewer.
    On the test splits of NCBI-disease and BC5CDR that gives 1.003 and 1.000 times the number of
    subwords of BioBERT's own vocabulary (1.35 and 1.39 per word).
    """

    pad_id, cls_id, sep_id = 0, 101, 102
    _FIRST_ID, _FIRST, _NEXT = 1000, 6, 4

    def subwords(self, word: str) -> list[int]:
        """Ids of the subwords of a word, the same in every process."""
        starts = [0, *range(self._FIRST, len(word), self._NEXT)]
        ends = [*starts[1:], len(word)]
        return [self._id(word[start:end]) for start, end in zip(starts, ends, strict=True)]

    def _id(self, piece: str) -> int:
        number = sum(ord(character) * 31**place for place, character in enumerate(piece))
        return self._FIRST_ID + number % (SHAPE["vocab_size"] - self._FIRST_ID)


def shape_size(tags: int, shape: Mapping[str, Any] = SHAPE) -> int:
    """Bytes of the float32 weights of a token classifier without pooler.

    Args:
        tags: number of tags.
        shape: sizes of the BERT, by the names of its config.json.
    """
    hidden, inner = shape["hidden_size"], shape["intermediate_size"]
    norm = 2 * hidden
    rows = sum(shape[f"{n}_size"] for n in ("vocab", "type_vocab"))
    embeddings = (rows + shape["max_position_embeddings"]) * hidden + norm
    attention = 4 * (hidden + 1) * hidden + norm
    dense = (hidden + 1) * inner + (inner + 1) * hidden + norm
    layers = shape["num_hidden_layers"] * (attention + dense)
    return _BYTES_OF_A_WEIGHT * (embeddings + layers + (hidden + 1) * tags)


def open_shape(
    *, tags: Sequence[str], precision: str, batch_size: int, shape: Mapping[str, Any] = SHAPE
) -> OfWords:
    """A BERT of BioBERT's shape with random weights, which takes as long as trained weights.

    Args:
        tags: tags of its head.
        precision: "float32" or "bfloat16".
        batch_size: number of sentences in a batch.
        shape: sizes of the BERT, by the names of its config.json.
    """
    use_threads()
    from transformers import BertConfig, TFBertForTokenClassification

    from bioner_kd.encoding.windows import WindowConfig
    from bioner_kd.tagging.tag_set import TagSet
    from bioner_kd.teacher.checkpoint.encoder_model import calculating_in
    from bioner_kd.teacher.model import Teacher
    from bioner_kd.teacher.saved_teacher import SavedTeacher

    tokenizer, tag_set = StandInTokenizer(), TagSet(tuple(tags))
    with calculating_in(precision):
        bert = TFBertForTokenClassification(BertConfig(**shape, num_labels=len(tags)))
        bert.build_in_name_scope()
    teacher = SavedTeacher(
        Path(),
        Teacher(bert, pad_id=tokenizer.pad_id),
        tokenizer,  # type: ignore[arg-type]
        tag_set,
        WindowConfig(),
        {},
    )
    return _batched(teacher, batch_size)


def open_teacher(*, folder: str, batch_size: int) -> OfWords:
    """A teacher that bioner_kd finetune_teacher saved."""
    use_threads()
    from bioner_kd.teacher.saved_teacher import load_teacher

    return _batched(load_teacher(Path(folder)), batch_size)


def _batched(model: Any, batch_size: int) -> OfWords:
    def tag(sentences: Sequence[Sentence]) -> list[list[str]]:
        return [model.decoder.decode(rows) for rows in model.logits(sentences, batch_size)]

    return OfWords(tag)


def use_threads() -> None:
    """Gives TensorFlow as many threads as the process has cores; call it before any other use."""
    from bioner_kd.training.machine import MachineConfig

    # `run_child` sets this variable for every contestant.
    threads = int(os.environ["OMP_NUM_THREADS"])
    MachineConfig(intra_op_threads=threads, inter_op_threads=threads).apply(seed=0)
