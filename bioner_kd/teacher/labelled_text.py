"""Plain text that a teacher labelled: its sentences beside their logits."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.encoding.ragged import Ragged
from bioner_kd.errors import InputError
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.teacher.logits_cache import Fingerprint, LogitsCache
from bioner_kd.text.plain_text import read_plain_text, write_plain_text
from bioner_kd.text.sentence import Sentence

SENTENCES = "sentences.txt.gz"


@dataclass(frozen=True)
class LabelledText:
    """Unlabelled sentences and their soft targets.

    Attributes:
        sentences: without tags.
        logits: float32 (words of all sentences, tags).
        tag_set: the tags of the logits' last axis.
    """

    sentences: list[Sentence]
    logits: Ragged
    tag_set: TagSet

    def tagged(self) -> list[Sentence]:
        """The sentences with the tags that the teacher would give them."""
        decoder = Decoder(self.tag_set)
        return [
            dataclasses.replace(sentence, tags=tuple(decoder.decode(rows)))
            for sentence, rows in zip(self.sentences, self.logits.rows(), strict=True)
        ]


def write_sentences(folder: Path, sentences: Sequence[Sentence]) -> None:
    """Puts the sentences beside their logits, so that readers need not find and draw them again."""
    write_plain_text(folder / SENTENCES, (sentence.text for sentence in sentences))


def read_sentences(folder: Path) -> list[Sentence]:
    """The sentences of a labelled text without their logits.

    Raises:
        InputError: there is no such text, or it is unfinished or damaged.
    """
    if not (folder / SENTENCES).is_file():
        raise InputError(
            f"{folder}: no labelled text is here, or it is unfinished; make it with "
            "bioner_kd cache_logits --text=FILE and the same --cache."
        )
    return list(read_plain_text(folder / SENTENCES))


def read_labelled_text(folder: Path, fingerprint: Fingerprint) -> LabelledText:
    """Reads a text that bioner_kd cache_logits labelled.

    Args:
        folder: of the text in the cache.
        fingerprint: what the reader knows of how the logits must have been made.

    Raises:
        InputError: there is no such text, it is unfinished or damaged, or its logits belong to
            something else.
    """
    sentences, cache = read_sentences(folder), LogitsCache(folder)
    if cache.sentences() > len(sentences):
        raise InputError(
            f"{folder}: the labelling of {cache.sentences()} sentences is unfinished here; run "
            "bioner_kd cache_logits with the same flags to finish it."
        )
    logits = cache.read(sentences, fingerprint)
    return LabelledText(sentences, logits, TagSet.from_json(cache.fingerprint()["tags"]))
