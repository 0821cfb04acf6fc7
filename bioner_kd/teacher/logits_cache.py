"""Word-level logits or hidden states on disk, computed once for the training of every student.

A cache is a folder with a manifest and shards of consecutive sentences. A shard appears when it is
complete, and is computed again if its checksum is wrong.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bioner_kd.atomic import atomic_file
from bioner_kd.encoding.ragged import Ragged
from bioner_kd.errors import InputError, one_line
from bioner_kd.regular_file import file_digest
from bioner_kd.teacher.cache_manifest import (
    WORDS,
    Fingerprint,
    ManifestFile,
    both_texts,
    shard_name,
    with_words,
)
from bioner_kd.teacher.checkpoint.files import Damaged
from bioner_kd.teacher.logits_shard import LOGITS, CacheKind, read_shard, shard_content
from bioner_kd.text.sentence import Sentence

SHARD_SENTENCES = 1024


class LogitsCache:
    """The cache of a split or of a text.

    Attributes:
        folder: the folder of the cache, which need not exist yet.
        kind: the kind of the cache's values.
    """

    def __init__(self, folder: Path, kind: CacheKind = LOGITS) -> None:
        self.folder, self.kind = folder, kind
        self._manifest = ManifestFile(folder, kind)

    def write(
        self,
        sentences: Sequence[Sentence],
        fingerprint: Fingerprint,
        compute: Callable[[Sequence[Sentence]], Sequence[np.ndarray]],
        *,
        shard_sentences: int = SHARD_SENTENCES,
    ) -> Iterator[int]:
        """Computes, shard by shard, the values that are not in the cache yet.

        A cache of the first of the sentences grows to a cache of all sentences.

        Args:
            sentences: the sentences in order.
            fingerprint: what the values depend on, by name (teacher, tokenizer, tags and so on), as
                JSON values.
            compute: from sentences to float32 (words, width of the values) for each sentence.
            shard_sentences: number of sentences of a shard.

        Yields:
            The number of sentences of each shard, as soon as the shard is on disk.

        Raises:
            InputError: the folder holds values of something else, or cannot be written.
        """
        fingerprint = with_words(fingerprint, sentences)
        if self._manifest.exists():
            manifest = self._manifest.extend(sentences, fingerprint)
            shard_sentences = manifest["shard_sentences"]
        else:
            manifest = self._manifest.start(sentences, fingerprint, shard_sentences)
        for start in range(0, len(sentences), shard_sentences):
            part = sentences[start : start + shard_sentences]
            name = shard_name(start // shard_sentences)
            if not self._intact(name, manifest["shards"].get(name)):
                manifest["shards"][name] = self._write_shard(name, compute(part))
                self._manifest.write(manifest)
            yield len(part)

    def read(self, sentences: Sequence[Sentence], fingerprint: Fingerprint) -> Ragged:
        """Reads the values of all sentences.

        Args:
            sentences: the sentences of which the cache was made.
            fingerprint: the entries of the cache's fingerprint that the reader knows; the others
                are not compared.

        Returns:
            (words of all sentences, width of the values), of the kind's dtype.

        Raises:
            InputError: the cache is missing, unfinished, damaged or belongs to something else.
        """
        shards = list(self._read_shards(sentences, fingerprint))
        values = np.concatenate([shard.flat for shard in shards])
        return Ragged(values, np.concatenate([shard.lengths for shard in shards]))

    def read_some(
        self, sentences: Sequence[Sentence], fingerprint: Fingerprint, places: Sequence[int]
    ) -> list[np.ndarray]:
        """Reads the values of some sentences, and holds no others in memory.

        Args:
            sentences: as in `read`.
            fingerprint: as in `read`.
            places: numbers of the wanted sentences, from 0.

        Returns:
            (words, width of the values) for each place, of the kind's dtype.

        Raises:
            InputError: as in `read`.
        """
        wanted, first = frozenset(places), 0
        rows: dict[int, np.ndarray] = {}
        for shard in self._read_shards(sentences, fingerprint):
            here = enumerate(shard.rows(), start=first)
            rows |= {place: row.copy() for place, row in here if place in wanted}
            first += len(shard.lengths)
        return [rows[place] for place in places]

    def check(self) -> dict[str, Any]:
        """Reads the manifest without comparing it.

        Raises:
            InputError: the cache is missing, or its manifest is damaged.
        """
        return self._manifest.read()

    def fingerprint(self) -> dict[str, Any]:
        """Reads what the values depend on, by name."""
        return self.check()["fingerprint"]

    def origin(self) -> dict[str, Any]:
        """Reads the fingerprint without the words, which is the same for all texts of a teacher."""
        return {name: value for name, value in self.fingerprint().items() if name != WORDS}

    def sentences(self) -> int:
        """Counts the sentences of a finished or unfinished cache; 0 if there is none."""
        return self.check()["sentences"] if self._manifest.exists() else 0

    def _read_shards(
        self, sentences: Sequence[Sentence], fingerprint: Fingerprint
    ) -> Iterator[Ragged]:
        manifest = self.check()
        expected = with_words(fingerprint, sentences)
        known = {name: manifest["fingerprint"].get(name) for name in expected}
        self._manifest.compare(known, expected, both_texts(manifest, sentences))
        lengths = [len(sentence.words) for sentence in sentences]
        size, width = manifest["shard_sentences"], None
        for number, name in enumerate(self._names(manifest, len(sentences))):
            part = lengths[number * size : (number + 1) * size]
            rows = self._read_shard(name, manifest["shards"][name], part)
            width = width or rows.flat.shape[1]
            self._check_width(name, rows, width, manifest["fingerprint"])
            yield rows

    def _names(self, manifest: Mapping[str, Any], sentences: int) -> list[str]:
        count = -(-sentences // manifest["shard_sentences"])
        names = [shard_name(number) for number in range(count)]
        missing = [name for name in names if name not in manifest["shards"]]
        if missing or manifest["sentences"] != sentences:
            raise InputError(
                f"{self.folder}: the cache is unfinished, {len(missing)} of {count} shards are "
                f"missing; run {self.kind.command} with the same flags to finish it."
            )
        return names

    def _write_shard(self, name: str, values: Sequence[np.ndarray]) -> str:
        rows = Ragged.from_arrays([row.astype(self.kind.dtype) for row in values])
        # In memory first: a ZIP file that a full disk cuts short complains once more when it dies.
        content = shard_content(rows, self.kind)
        with atomic_file(self.folder / name, "wb") as file:
            file.write(content)
        return file_digest(self.folder / name)

    def _intact(self, name: str, checksum: str | None) -> bool:
        path = self.folder / name
        return checksum is not None and path.is_file() and file_digest(path) == checksum

    def _read_shard(self, name: str, checksum: str, lengths: Sequence[int]) -> Ragged:
        if not self._intact(name, checksum):
            raise InputError(
                f"{self.folder / name}: this shard is damaged or missing (its checksum does not "
                f"fit); run {self.kind.command} with the same flags, which makes just this shard "
                "again."
            )
        try:
            return read_shard(self.folder / name, self.kind, lengths)
        except Damaged as error:
            raise InputError(
                f"{self.folder / name}: not a shard of {self.kind.title} ({one_line(error)})."
            ) from error

    def _check_width(self, name: str, rows: Ragged, width: int, fingerprint: Fingerprint) -> None:
        tags = len(fingerprint["tags"]) if self.kind == LOGITS else width
        if rows.flat.shape[1] != width or width != tags:
            raise InputError(
                f"{self.folder / name}: its {self.kind.title} have {rows.flat.shape[1]} columns, "
                f"and not {tags}; delete this file and run {self.kind.command} again."
            )
