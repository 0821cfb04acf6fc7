"""Text in, entities out, from an exported student."""

import hashlib
import json
import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

import numpy as np

from bioner_kd.tagging.choices import NOTHING_CHOSEN, Choices
from bioner_kd.tagging.decoding import Decoder, Entity
from bioner_kd.tagging.given import as_annotation, check_texts, entity_in_source, text_or_texts
from bioner_kd.tagging.models.word_model import ModelOnDisk, WordModel
from bioner_kd.tagging.name_lists import NamesPath
from bioner_kd.tagging.named import DEFAULT, named_export
from bioner_kd.tagging.names import Names
from bioner_kd.tagging.postprocessing import Postprocessing
from bioner_kd.tagging.reading import SentenceReader
from bioner_kd.tagging.tables import Tables
from bioner_kd.tagging.tagged_text import TaggedText
from bioner_kd.tagging.workers.parallel import map_in_order, number_of_workers
from bioner_kd.text.character_references import Unescaped, UnescapedDocument
from bioner_kd.text.document import Document
from bioner_kd.text.sentence import Sentence


class Tagger:
    """A student that tags text.

    It keeps nothing of one text for the next, may be used by several threads at once, and can be
    pickled: a .tflite model travels inside, a SavedModel is opened again from its folder.

    Examples:
        >>> tagger = Tagger.load()
        >>> [(e.type, e.text, e.start, e.end) for e in tagger.tag("Aspirin relieves headache.")]
        [('Chemical', 'Aspirin', 0, 7), ('Disease', 'headache', 17, 25)]
    """

    def __init__(self, model: WordModel, tables: Tables) -> None:
        """Takes a model and its tables; `load` finds both on disk."""
        self._model = model
        self._tables = tables
        self._reader = SentenceReader(model, tables)

    @classmethod
    def load(cls, path: str | os.PathLike[str] = DEFAULT, *, form: str = "") -> "Tagger":
        """Loads an exported student.

        Args:
            path: an export folder, a .tflite file, a version folder of a SavedModel, the name of an
                installed student, or "hf:owner/name" or "hf:owner/name@revision" for an export
                folder on the Hugging Face hub (needs huggingface_hub); the ready student for
                diseases and chemicals if not given.
            form: which model of an export folder: "float32" or "float16" (the tags that were
                scored), "int8" (the smallest and fastest) or "saved_model" (needs TensorFlow).
                Where empty, the first of these that the folder has.

        Raises:
            InputError: no exported student, or a damaged one, or tables of another one, or one that
                cannot be fetched from the hub.
            UsageError: `form` is none of these, or `path` leaves no choice.
        """
        return cls(*named_export(path, form).open())

    def __reduce__(self) -> tuple[Any, ...]:
        # Without the tables' cache of words, which may be large and is other threads' to change.
        return _restore, (self._model, self._tables.to_json())

    @property
    def digest(self) -> str:
        """SHA-256 of the model's files and its tables; of a student that `load` has read."""
        model = cast(ModelOnDisk, self._model).digest
        tables = json.dumps(self._tables.to_json(), sort_keys=True)
        return hashlib.sha256(f"{model} {tables}".encode()).hexdigest()

    @property
    def entity_types(self) -> tuple[str, ...]:
        """Types of the entities that it finds."""
        return self._tables.tag_set.entity_types

    @property
    def decoder(self) -> Decoder:
        """Its logits to tags."""
        return self._tables.decoder

    @property
    def postprocessing(self) -> Postprocessing:
        """Its rules that make the entities of a text of its tags."""
        return self._tables.postprocessing

    def tag(
        self,
        text: str,
        *,
        names: Names | None = None,
        min_precision: float | None = None,
        unescape: bool = False,
    ) -> list[Entity]:
        """Entities of a text, of one sentence or many.

        Args:
            text: any text; `bioner_kd.text.sentence_splitter` says how it is cut into sentences.
            names: names that are always or never entities, as `read_names` reads them.
            min_precision: precision that is expected of the entities that are kept, above 0 and at
                most 1, for each type; all are kept where None.
            unescape: read character references of HTML and XML, such as &alpha; and &#39;, as what
                they mean; offsets count in the text as it is given.

        Returns:
            Entities in order, with `text[entity.start:entity.end] == entity.text`.

        Raises:
            InputError: the student lacks a type of the names, or its scores are not calibrated and
                `min_precision` is given.
            TypeError: the text is no str.
            UsageError: `min_precision` is no precision.
        """
        if not isinstance(text, str):
            raise TypeError(f"{text_or_texts('tag', text)} to tag_many.")
        return self.tag_texts([text], self.checked(Choices(names, min_precision, unescape)))[0]

    def tag_many(
        self,
        texts: Iterable[str],
        *,
        workers: int = 0,
        names: Names | None = None,
        min_precision: float | None = None,
        unescape: bool = False,
    ) -> Iterator[list[Entity]]:
        """Entities of each text, in the order of the texts.

        Texts are read a little ahead, in a thread; their number may be infinite. Neighbouring texts
        are read by the model together, so that a score may differ from that of `tag` by rounding
        (about 1e-6). Where many texts wait, processes of their own share the work; they end with
        the iterator, when it is at its end, closed or no longer used.

        Args:
            texts: any texts.
            workers: processes at most, 0 for one a core, 1 for none but this one.
            names: as `tag` takes them, as the following.
            min_precision: precision that is expected.
            unescape: read character references.

        Raises:
            InputError: something is no text, or cannot be tagged; its number is said. Or the
                student lacks a type of the names.
            TypeError: `texts` is one text instead of several.
            UsageError: the number of workers is negative, or `min_precision` is no precision.
            ChildProcessError: a worker died.
        """
        # The characters of a str are texts too, and nobody means them.
        if isinstance(texts, str | bytes) or not isinstance(texts, Iterable):
            raise TypeError(f"{text_or_texts('tag_many', texts)} to tag_many.")
        job = partial(self.tag_texts, choices=self.checked(Choices(names, min_precision, unescape)))
        return map_in_order(job, check_texts(texts), self.workers(workers), len)

    def tag_documents(
        self,
        documents: Iterable[Document],
        *,
        workers: int = 0,
        names: Names | None = None,
        min_precision: float | None = None,
        unescape: bool = False,
    ) -> Generator[Document, None, None]:
        """Documents with the entities that are found in them as their annotations, in order.

        No sentence crosses the passages of a document, and offsets count in `Document.text`.
        Annotations of before, and what was said of them, are left out.

        Args:
            documents: as `bioner_kd.read_documents` gives them; their number may be infinite.
            workers: as for `tag_many`.
            names: as `tag` takes them, as the following.
            min_precision: precision that is expected.
            unescape: read character references.

        Raises:
            InputError: a document cannot be tagged, or a worker cannot go on; its number is said.
                Or the student lacks a type of the names.
            UsageError: the number of workers is negative, or `min_precision` is no precision.

        Examples:
            >>> document = Document.from_text("Aspirin relieves headache.", id="7")
            >>> (tagged,) = Tagger.load().tag_documents([document])
            >>> [(found.type, found.text) for found in tagged.annotations]
            [('Chemical', 'Aspirin'), ('Disease', 'headache')]
        """
        job = partial(self.tagged, choices=self.checked(Choices(names, min_precision, unescape)))
        return map_in_order(job, documents, self.workers(workers), len)

    def read_names(self, always: NamesPath = "", never: NamesPath = "") -> Names:
        """Reads lists of names for this student, whose types and words they have.

        Args:
            always: file with a name a line and its type behind a TAB, which may be left out where
                the student has one type; they are always entities.
            never: file of names that are never entities; without a type, of none.

        Raises:
            InputError: a file cannot be read, or a line is faulty; see `Names.read`.
        """
        tables = self._tables
        return Names.read(
            always, never, types=self.entity_types,
            tokenizer=tables.rules.tokenizer, folding=tables.features.folding,
        )  # fmt: skip

    def checked(self, choices: Choices) -> Choices:
        """A user's choices; InputError if the student lacks a type of names, or calibration."""
        if choices.names:
            choices.names.check_types(self.entity_types)
        if choices.min_precision is not None:
            self._tables.postprocessing.calibration.check()
        return choices

    def tagged(
        self, documents: Sequence[Document], choices: Choices = NOTHING_CHOSEN
    ) -> list[Document]:
        """Documents with what is found in them; neighbouring documents are read together."""
        if choices.unescape:
            views = list(map(UnescapedDocument.of, documents))
            found = self.tagged([view.document for view in views], replace(choices, unescape=False))
            return [view.in_source(one) for view, one in zip(views, found, strict=True)]
        cut = [tuple(document.cut(self.sentences)) for document in documents]
        return [
            replace(document.with_annotations(map(as_annotation, entities)), sentences=sentences)
            for document, sentences, entities in zip(
                documents, cut, self.tag_groups(cut, choices), strict=True
            )
        ]

    def tag_texts(
        self, texts: Sequence[str], choices: Choices = NOTHING_CHOSEN
    ) -> list[list[Entity]]:
        """Entities of each text; sentences of neighbouring texts are read together."""
        if choices.unescape:
            views = list(map(Unescaped.of, texts))
            groups = self.tag_texts([view.text for view in views], replace(choices, unescape=False))
            return [
                [entity_in_source(entity, view, text) for entity in entities]
                for entities, view, text in zip(groups, views, texts, strict=True)
            ]
        return self.tag_groups(map(self.sentences, texts), choices)

    def sentences(self, text: str) -> Iterator[Sentence]:
        """The sentences of a text that have words, cut by the rules of the student's tables."""
        return self._tables.sentences(text)

    def tag_groups(
        self, groups: Iterable[Iterable[Sentence]], choices: Choices = NOTHING_CHOSEN
    ) -> list[list[Entity]]:
        """Entities of each group of sentences; offsets count in the sentences' texts.

        Args:
            groups: all sentences of one text each.
            choices: of the user, as `checked` gives them.
        """
        rules = self._tables.postprocessing
        found = self._reader.texts(groups, rules.first_words)
        return [rules.entities(text, choices) for text in found]

    def tagged_texts(self, groups: Iterable[Iterable[Sentence]]) -> list[TaggedText]:
        """What the model says of each group of sentences, before any rule on tags.

        Args:
            groups: all sentences of one text each.
        """
        return self._reader.texts(groups, lambda text: None)

    def tag_words_in_groups(
        self, groups: Iterable[Iterable[Sentence]]
    ) -> list[list[tuple[Sentence, list[str]]]]:
        """Sentences of each group with the IOB2 tags of their words."""
        return self._reader.tags(groups)

    def tag_words(self, words: Sequence[str]) -> list[str]:
        """IOB2 tags of the words of one sentence."""
        ((_, tags),) = self.tag_words_in_groups([[Sentence.from_words(words)]])[0]
        return tags

    def workers(self, wanted: int) -> int:
        """Number of processes that tag many texts: as wanted, or as many as are of use where 0.

        Raises:
            UsageError: it is negative.
        """
        return number_of_workers(wanted, own_threads=self._model.own_threads)

    def logits(self, sentences: Iterable[Sentence]) -> Iterator[np.ndarray]:
        """The model's logits of each sentence, float32 (words, tags), in order."""
        return self._reader.logits(sentences)


def _restore(model: WordModel, tables: dict[str, Any]) -> Tagger:
    return Tagger(model, Tables.from_json(tables))
