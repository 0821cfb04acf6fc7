"""Sentences are read by a model, and what it says of a text is kept in columns."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

import numpy as np

from bioner_kd.tagging.decoding import Decoder, keep_outside
from bioner_kd.tagging.models.word_model import WordModel, read_in_pieces
from bioner_kd.tagging.probabilities import Probabilities, compute
from bioner_kd.tagging.sentence_groups import in_batches, in_groups
from bioner_kd.tagging.tables import Tables
from bioner_kd.tagging.tagged_text import TaggedText
from bioner_kd.tagging.word_columns import PLACE, Spans, Tags, Words
from bioner_kd.text.sentence import Sentence

# A sentence, the numbers of its tags, and the model's logits.
Read = tuple[Sentence, Sequence[int], np.ndarray]
# First words of names, in small letters.
FirstWords = frozenset[str]


class TextRead:
    """What a model has read of one text so far."""

    def __init__(self, decoder: Decoder) -> None:
        """Takes the decoder of the model's logits."""
        self._text = ""
        self._bounds = array(PLACE)
        self._written: dict[int, str] = {}
        self._tags = decoder.tag_set.tags
        self.probabilities = Probabilities(decoder)

    def append(self, read: Read) -> None:
        """Takes the next sentence, of which no object is kept."""
        sentence, ids, logits = read
        self._text = sentence.text
        if not sentence.words:
            return
        bounds = array(PLACE, chain.from_iterable(sentence.spans))
        # A word is shorter than what stands at its span, or is the same.
        if sum(map(len, sentence.words)) != sum(bounds[1::2]) - sum(bounds[::2]):
            self._keep_written(sentence)
        self._bounds += bounds
        self.probabilities.append(ids, logits)

    def _keep_written(self, sentence: Sentence) -> None:
        pairs = zip(sentence.words, sentence.spans, strict=True)
        for number, (word, (start, end)) in enumerate(pairs, len(self.probabilities)):
            if len(word) != end - start:
                self._written[number] = word

    def tagged(self) -> TaggedText:
        """The text; its probabilities are computed where they are looked at."""
        found = self.probabilities
        return TaggedText(
            self._text,
            Words(self._text, self._bounds, self._written),
            Spans(self._bounds),
            Tags(self._tags, found.ids),
            found.scores,
            found.in_entity,
            found.first_words,
        )


class SentenceReader:
    """A model with its tables: sentences become logits and tags."""

    def __init__(self, model: WordModel, tables: Tables) -> None:
        """Takes a model and its tables."""
        self._model, self._tables = model, tables

    def texts(
        self,
        groups: Iterable[Iterable[Sentence]],
        first_words: Callable[[TaggedText], FirstWords | None],
    ) -> list[TaggedText]:
        """What the model says of each group of sentences.

        Args:
            groups: all sentences of one text each.
            first_words: says of a text where somebody will look at probabilities besides sentences
                with a tag: in those with one of these words, or in all where None. Others are
                computed when they are looked at, which takes longer.
        """
        read = in_groups(self._read, groups, lambda: TextRead(self._tables.decoder))
        found = [one.tagged() for one in read]
        compute(
            (one.probabilities, number)
            for one, text in zip(read, found, strict=True)
            for number in _asked(one.probabilities, text, first_words(text))
        )
        for one in read:
            one.probabilities.leave_out_known()
        return found

    def tags(self, groups: Iterable[Iterable[Sentence]]) -> list[list[tuple[Sentence, list[str]]]]:
        """Sentences of each group with the tags of their words."""
        names = self._tables.tag_set.tags

        def find(sentences: Iterable[Sentence]) -> Iterator[tuple[Sentence, list[str]]]:
            for sentence, ids, _ in self._read(sentences):
                yield sentence, [names[number] for number in ids]

        return in_groups(find, groups, lambda: list[tuple[Sentence, list[str]]]())

    def logits(self, sentences: Iterable[Sentence]) -> Iterator[np.ndarray]:
        """The model's logits of each sentence, float32 (words, tags), in order."""
        for batch in in_batches(sentences, len):
            yield from self._logits(batch)

    def _read(self, sentences: Iterable[Sentence]) -> Iterator[Read]:
        for batch in in_batches(sentences, len):
            logits = self._logits(batch)
            paths = self._tables.decoder.paths_many(logits)
            yield from zip(batch, paths, logits, strict=True)

    def _logits(self, batch: Sequence[Sentence]) -> list[np.ndarray]:
        # The model is shown those that have words.
        features = [self._tables.features.encode(s.words) for s in batch if s.words]
        found = iter(read_in_pieces(self._model.batch_logits, features))
        nothing = np.zeros((0, len(self._tables.tag_set)), np.float32)
        outside_of = self._tables.rules.tokenizer.outside_of
        return [
            keep_outside(next(found), outside_of(s.words)) if s.words else nothing for s in batch
        ]


def _asked(of_text: Probabilities, text: TaggedText, words: FirstWords | None) -> Iterator[int]:
    """Numbers of the sentences of which probabilities are needed."""
    for number, tagged in enumerate(of_text.with_tags()):
        if tagged or words is None:
            yield number
        elif words:
            some = text.words[slice(*of_text.bounds(number))]
            if not words.isdisjoint(map(str.lower, some)):
                yield number
