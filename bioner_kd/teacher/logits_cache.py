"""Word-level logits or hidden states on disk: computed once, read in every epoch of every student.

A cache is a folder with `manifest.json` and shards of consecutive sentences. Shards appear complete
or not at all, carry a checksum, and are made again where it does not fit. The manifest says what
the logits belong to.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bioner_kd.atomic import atomic_file
from bioner_kd.bounded import parse_json
from bioner_kd.checksum import file_digest
from bioner_kd.encoding.ragged import Ragged
from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.regular_file import read_small
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.teacher.cache_kind import LOGITS, CacheKind
from bioner_kd.teacher.cache_origin import FILES, both_texts, check_files, files_of, in_short
from bioner_kd.teacher.checkpoint.weights_file import Damaged
from bioner_kd.teacher.logits_shard import read_shard, shard_content
from bioner_kd.text.sentence import Sentence

MANIFEST = "manifest.json"
# The one entry of a fingerprint that differs between the splits of a corpus.
WORDS = "words"
SHARD_SENTENCES = 1024
_LARGEST_SHARD, _MOST_SENTENCES = 100_000, 10**12
# A shard takes 90: 40 million sentences.
_MOST_BYTES = 4_000_000
_MANIFEST_ENTRIES = {"fingerprint": dict, "sentences": int, "shard_sentences": int, "shards": dict}

Fingerprint = Mapping[str, Any]


def words_digest(sentences: Iterable[Sentence]) -> str:
    """SHA-256 of the words of all sentences, in order."""
    digest = hashlib.sha256()
    for sentence in sentences:
        digest.update("\t".join(sentence.words).encode() + b"\n")
    return digest.hexdigest()


class LogitsCache:
    """The cache of one split or text file."""

    def __init__(self, folder: Path, kind: CacheKind = LOGITS) -> None:
        """Takes its folder, which need not exist yet, and what it holds."""
        self.folder, self.kind = folder, kind
        self._manifest = folder / MANIFEST

    def write(
        self,
        sentences: Sequence[Sentence],
        fingerprint: Fingerprint,
        compute: Callable[[Sequence[Sentence]], Sequence[np.ndarray]],
        *,
        shard_sentences: int = SHARD_SENTENCES,
    ) -> Iterator[int]:
        """Computes what is not there yet, a shard at a time.

        A cache of the first of the sentences grows to one of all of them.

        Args:
            sentences: the sentences in order.
            fingerprint: what the values depend on, by name: teacher, tokenizer, tags and so on;
                JSON values.
            compute: sentences to float32 (words, tags) each, or as wide as the values are.
            shard_sentences: sentences of a shard.

        Yields:
            The number of sentences of each shard, as soon as it is on disk or found to be there.

        Raises:
            InputError: the folder holds values of something else, or cannot be written.
        """
        # As JSON gives it back: a tuple, say, comes as a list.
        fingerprint = json.loads(json.dumps({**fingerprint, WORDS: words_digest(sentences)}))
        if self._manifest.exists():
            manifest = self._fitting(self._read_manifest(), sentences, fingerprint)
            shard_sentences = manifest["shard_sentences"]
        else:
            manifest = {
                "values": self.kind.name,
                FILES: files_of(sentences),
                "fingerprint": fingerprint,
                "sentences": len(sentences),
                "shard_sentences": shard_sentences,
                "shards": {},
            }
        for start in range(0, len(sentences), shard_sentences):
            part = sentences[start : start + shard_sentences]
            name = _shard_name(start // shard_sentences)
            if not self._intact(name, manifest["shards"].get(name)):
                manifest["shards"][name] = self._write_shard(name, compute(part))
                with atomic_file(self._manifest) as file:
                    json.dump(manifest, file, indent=1)
            yield len(part)

    def read(self, sentences: Sequence[Sentence], fingerprint: Fingerprint) -> Ragged:
        """The values of all sentences.

        Args:
            sentences: the sentences that the cache was made of.
            fingerprint: what the reader knows of how it must have been made; other entries are not
                compared.

        Returns:
            (words of all sentences, tags or width of the values), of the kind's dtype.

        Raises:
            InputError: the cache is missing, unfinished, damaged or belongs to something else.
        """
        shards = list(self._read_shards(sentences, fingerprint))
        values = np.concatenate([shard.flat for shard in shards])
        return Ragged(values, np.concatenate([shard.lengths for shard in shards]))

    def read_some(
        self, sentences: Sequence[Sentence], fingerprint: Fingerprint, places: Sequence[int]
    ) -> list[np.ndarray]:
        """The values of some sentences, which are all that is held in memory.

        Args:
            sentences: as in `read`.
            fingerprint: as in `read`.
            places: which of the sentences, counted from 0.

        Returns:
            (words, tags or width of the values) for each place, of the kind's dtype.

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

    def _read_shards(
        self, sentences: Sequence[Sentence], fingerprint: Fingerprint
    ) -> Iterator[Ragged]:
        manifest = self.check()
        expected = json.loads(json.dumps({**fingerprint, WORDS: words_digest(sentences)}))
        known = {name: manifest["fingerprint"].get(name) for name in expected}
        self._compare(known, expected, both_texts(manifest, sentences))
        lengths = [len(sentence.words) for sentence in sentences]
        size, width = manifest["shard_sentences"], None
        for number, name in enumerate(self._names(manifest, len(sentences))):
            part = lengths[number * size : (number + 1) * size]
            rows = self._read_shard(name, manifest["shards"][name], part)
            width = width or rows.flat.shape[1]
            self._check_width(name, rows, width, manifest["fingerprint"])
            yield rows

    def check(self) -> dict[str, Any]:
        """The manifest, where there is a cache, whatever it was made of.

        Raises:
            InputError: the cache is missing, or its manifest is damaged.
        """
        if not self._manifest.exists():
            raise InputError(
                f"{self.folder}: no {self.kind.title} cache is here; make it with "
                f"{self.kind.command}."
            )
        return self._read_manifest()

    def origin(self) -> dict[str, Any]:
        """What must agree between the caches of one teacher: the fingerprint without the words."""
        return {name: value for name, value in self.fingerprint().items() if name != WORDS}

    def sentences(self) -> int:
        """Of how many sentences it is, finished or not; 0 where there is none."""
        return self._read_manifest()["sentences"] if self._manifest.exists() else 0

    def fingerprint(self) -> dict[str, Any]:
        """What the values were made with, by name."""
        return self._read_manifest()["fingerprint"]

    def _fitting(
        self, manifest: dict[str, Any], sentences: Sequence[Sentence], fingerprint: Fingerprint
    ) -> dict[str, Any]:
        """The manifest of what may be kept; InputError where that is nothing."""
        before, texts = manifest["sentences"], both_texts(manifest, sentences)
        if before > len(sentences):
            raise InputError(
                f"{self.folder}: {before} sentences are here, more than the {len(sentences)} of "
                f"now: {texts}; give the number of before, since fewer can be chosen of them when "
                "they are learnt from (bioner_kd distill --transfer_size), or name a new folder."
            )
        if before == len(sentences):
            self._compare(manifest["fingerprint"], fingerprint, texts)
            return manifest
        first = {**fingerprint, WORDS: words_digest(sentences[:before])}
        self._compare(manifest["fingerprint"], first, texts)
        # The last shard may have room for more.
        last = _shard_name(before // manifest["shard_sentences"])
        shards = {name: value for name, value in manifest["shards"].items() if name != last}
        return {
            **manifest,
            FILES: files_of(sentences),
            "fingerprint": fingerprint,
            "sentences": len(sentences),
            "shards": shards,
        }

    def _names(self, manifest: Mapping[str, Any], sentences: int) -> list[str]:
        count = -(-sentences // manifest["shard_sentences"])
        names = [_shard_name(number) for number in range(count)]
        missing = [name for name in names if name not in manifest["shards"]]
        if missing or manifest["sentences"] != sentences:
            raise InputError(
                f"{self.folder}: the cache is unfinished, {len(missing)} of {count} shards are "
                f"missing; run {self.kind.command} with the same flags to finish it."
            )
        return names

    def _read_manifest(self) -> dict[str, Any]:
        try:
            manifest = parse_json(read_small(self._manifest, _MOST_BYTES))
            _check_manifest(manifest)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{self._manifest}: not the manifest of a {self.kind.title} cache "
                f"({one_line(error)}); delete the folder and run {self.kind.command} again."
            ) from error
        # The first caches held logits and did not say so.
        if (found := manifest.get("values", LOGITS.name)) != self.kind.name:
            raise InputError(
                f"{self.folder}: this cache holds {one_line(found, 80)}, not {self.kind.name}; "
                f"point to the right one, or make it with {self.kind.command}."
            )
        return manifest

    def _compare(self, found: Fingerprint, expected: Fingerprint, texts: str) -> None:
        for name in sorted(found.keys() | expected.keys()):
            was, wanted = found.get(name), expected.get(name)
            if was != wanted:
                both = f"{in_short(was)}, expected {in_short(wanted)}"
                raise InputError(
                    f"{self.folder}: these {self.kind.title} belong to something else: its "
                    f"{one_line(name, 80)}: {texts if name == WORDS else both}; point to the "
                    f"right cache, or make one in a new folder with {self.kind.command}."
                )

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


def _check_manifest(manifest: Any) -> None:
    for name, kind in _MANIFEST_ENTRIES.items():
        if type(manifest[name]) is not kind:
            raise TypeError(f"{name} is {shown(manifest[name])}")
    if (
        not 0 <= manifest["sentences"] < _MOST_SENTENCES
        or not 1 <= manifest["shard_sentences"] <= _LARGEST_SHARD
    ):
        raise ValueError("a number of sentences is impossible")
    check_files(manifest)
    if not all(isinstance(checksum, str) for checksum in manifest["shards"].values()):
        raise TypeError("a checksum is no text")
    TagSet.from_json(manifest["fingerprint"]["tags"])


def _shard_name(number: int) -> str:
    return f"shard-{number:05d}.npz"
