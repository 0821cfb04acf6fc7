"""Text in, entities out, from an exported student."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bioner_kd.artefact.word_model import WordModel
from bioner_kd.corpus.sentence import Sentence
from bioner_kd.encoding.decoding import Entity, entities_from_tags
from bioner_kd.encoding.tables import Tables
from bioner_kd.runtime.exported import find_exported
from bioner_kd.runtime.sentence_splitter import split_sentences


class Tagger:
    """A student that tags text.

    It keeps nothing of one text for the next, may be used by several threads at once, and can be
    pickled: a .tflite model travels inside, a SavedModel is opened again from its folder.

    Example:
        >>> tagger = Tagger.load("saved_models/demo/export")
        >>> [(e.type, e.text, e.start, e.end) for e in tagger.tag("Aspirin relieves headache.")]
        [('Chemical', 'Aspirin', 0, 7), ('Disease', 'headache', 17, 25)]
    """

    def __init__(self, model: WordModel, tables: Tables) -> None:
        """Takes a model and its tables; `load` finds both on disk."""
        self._model = model
        self._tables = tables

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, form: str = "") -> "Tagger":
        """Loads what scripts/export.py wrote.

        Args:
            path: an export folder, a .tflite file, or a version folder of a SavedModel.
            form: which model of an export folder: "float32" or "float16" (the tags that were
                scored), "int8" (the smallest and fastest) or "saved_model" (needs TensorFlow).
                Where empty, the first of these that the folder has.

        Raises:
            InputError: no exported student, or a damaged one, or tables of another one.
            UsageError: `form` is none of these, or `path` leaves no choice.
        """
        return cls(*find_exported(Path(path), form).open())

    def __reduce__(self) -> tuple[Any, ...]:
        # Without the tables' cache of words, which may be large and is other threads' to change.
        return _restore, (self._model, self._tables.to_json())

    @property
    def entity_types(self) -> tuple[str, ...]:
        """Types of the entities that it finds."""
        return self._tables.tag_set.entity_types

    def tag(self, text: str) -> list[Entity]:
        """Entities of a text, of one sentence or many.

        Args:
            text: any text; how it is cut into sentences is said in `sentence_splitter`.

        Returns:
            Entities in order, with `text[entity.start:entity.end] == entity.text`.
        """
        return [entity for s in split_sentences(text) for entity in self.tag_sentence(s)]

    def tag_many(self, texts: Iterable[str]) -> Iterator[list[Entity]]:
        """Entities of each text, in the order of the texts; a text is read when it is its turn."""
        return map(self.tag, texts)

    def tag_sentence(self, sentence: Sentence) -> list[Entity]:
        """Entities of one sentence whose words are known; their offsets count in its text."""
        tags, scores = self._tag(sentence.words)
        return entities_from_tags(tags, scores, sentence.spans, sentence.text)

    def tag_words(self, words: Sequence[str]) -> list[str]:
        """IOB2 tags of the words of one sentence."""
        return self._tag(words)[0]

    def _tag(self, words: Sequence[str]) -> tuple[list[str], np.ndarray]:
        if not words:
            return [], np.zeros(0)
        decoder = self._tables.decoder
        logits = self._model.logits(self._tables.features.encode(words))
        tags = decoder.decode(logits)
        return tags, decoder.scores(logits, tags)


def _restore(model: WordModel, tables: dict[str, Any]) -> Tagger:
    return Tagger(model, Tables.from_json(tables))
