"""The manifest of a cache: which model and which sentences its values belong to.

A manifest is a JSON file. Its fingerprint holds everything that the values depend on, by name. It
also names the files of the sentences, for messages, and has the checksum of each finished shard.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bioner_kd.atomic import atomic_file
from bioner_kd.bounded import parse_json
from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.regular_file import read_small
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.teacher.logits_shard import LOGITS, CacheKind
from bioner_kd.text.sentence import Sentence

Fingerprint = Mapping[str, Any]

MANIFEST = "manifest.json"
# The one entry of a fingerprint that differs between the splits of a corpus.
WORDS = "words"
FILES = "files"
_MOST_FILES, _LISTED_FILES = 100, 3
_LARGEST_SHARD, _MOST_SENTENCES = 100_000, 10**12
# A shard takes 90 bytes, so this is enough for 40 million sentences.
_MOST_BYTES = 4_000_000
_ENTRIES = {"fingerprint": dict, "sentences": int, "shard_sentences": int, "shards": dict}


def words_digest(sentences: Iterable[Sentence]) -> str:
    """Computes the SHA-256 of the words of all sentences, in order."""
    digest = hashlib.sha256()
    for sentence in sentences:
        digest.update("\t".join(sentence.words).encode() + b"\n")
    return digest.hexdigest()


def with_words(fingerprint: Fingerprint, sentences: Iterable[Sentence]) -> dict[str, Any]:
    """Adds the digest of the words to a fingerprint, which becomes what JSON makes of it."""
    # JSON turns a tuple into a list, for example.
    return json.loads(json.dumps({**fingerprint, WORDS: words_digest(sentences)}))


def shard_name(number: int) -> str:
    """Makes the file name of a shard."""
    return f"shard-{number:05d}.npz"


class ManifestFile:
    """The manifest of a cache on disk.

    Attributes:
        folder: the folder of the cache.
        kind: the kind of the cache's values.
    """

    def __init__(self, folder: Path, kind: CacheKind) -> None:
        self.folder, self.kind = folder, kind
        self._path = folder / MANIFEST

    def exists(self) -> bool:
        """Tells whether there is a cache."""
        return self._path.exists()

    def read(self) -> dict[str, Any]:
        """Reads and checks the manifest.

        Raises:
            InputError: the manifest is missing or damaged, or its cache is of another kind.
        """
        if not self.exists():
            raise InputError(
                f"{self.folder}: no {self.kind.title} cache is here; make it with "
                f"{self.kind.command}."
            )
        try:
            manifest = parse_json(read_small(self._path, _MOST_BYTES))
            _check(manifest)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{self._path}: not the manifest of a {self.kind.title} cache "
                f"({one_line(error)}); delete the folder and run {self.kind.command} again."
            ) from error
        # The first caches held logits and did not say so.
        if (found := manifest.get("values", LOGITS.name)) != self.kind.name:
            raise InputError(
                f"{self.folder}: this cache holds {one_line(found, 80)}, not {self.kind.name}; "
                f"point to the right one, or make it with {self.kind.command}."
            )
        return manifest

    def write(self, manifest: Mapping[str, Any]) -> None:
        """Replaces the manifest."""
        with atomic_file(self._path) as file:
            json.dump(manifest, file, indent=1)

    def start(
        self, sentences: Sequence[Sentence], fingerprint: Fingerprint, shard_sentences: int
    ) -> dict[str, Any]:
        """Makes the manifest of a cache without shards."""
        return {
            "values": self.kind.name,
            FILES: files_of(sentences),
            "fingerprint": fingerprint,
            "sentences": len(sentences),
            "shard_sentences": shard_sentences,
            "shards": {},
        }

    def extend(self, sentences: Sequence[Sentence], fingerprint: Fingerprint) -> dict[str, Any]:
        """Reads the manifest for writing on, where sentences may have been added at the end.

        Raises:
            InputError: the cache belongs to something else, or to more sentences.
        """
        manifest = self.read()
        before, texts = manifest["sentences"], both_texts(manifest, sentences)
        if before > len(sentences):
            raise InputError(
                f"{self.folder}: {before} sentences are here, more than the {len(sentences)} of "
                f"now: {texts}; give the number of before, since fewer can be chosen of them when "
                "they are learnt from (bioner_kd distill --transfer_size), or name a new folder."
            )
        if before == len(sentences):
            self.compare(manifest["fingerprint"], fingerprint, texts)
            return manifest
        first = {**fingerprint, WORDS: words_digest(sentences[:before])}
        self.compare(manifest["fingerprint"], first, texts)
        # The last shard may have room for more sentences.
        last = shard_name(before // manifest["shard_sentences"])
        shards = {name: value for name, value in manifest["shards"].items() if name != last}
        return {
            **manifest,
            FILES: files_of(sentences),
            "fingerprint": fingerprint,
            "sentences": len(sentences),
            "shards": shards,
        }

    def compare(self, found: Fingerprint, expected: Fingerprint, texts: str) -> None:
        """Refuses a cache whose fingerprint is not the expected one.

        Args:
            found: the fingerprint of the cache.
            expected: the fingerprint that the cache must have.
            texts: what `both_texts` says, for a cache of other words.
        """
        for name in sorted(found.keys() | expected.keys()):
            was, wanted = found.get(name), expected.get(name)
            if was != wanted:
                both = f"{_in_short(was)}, expected {_in_short(wanted)}"
                raise InputError(
                    f"{self.folder}: these {self.kind.title} belong to something else: its "
                    f"{one_line(name, 80)}: {texts if name == WORDS else both}; point to the "
                    f"right cache, or make one in a new folder with {self.kind.command}."
                )


def _check(manifest: Any) -> None:
    for name, kind in _ENTRIES.items():
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


def check_files(manifest: Mapping[str, Any]) -> None:
    """Raises `TypeError` unless a manifest names its files in a list; old manifests name none."""
    files = manifest.get(FILES, [])
    if not isinstance(files, list) or not all(isinstance(name, str) for name in files):
        raise TypeError(f"{FILES} is no list of names")


def files_of(sentences: Sequence[Sentence]) -> list[str]:
    """Lists the files, at most 100, of sentences, in the order of the sentences."""
    files = dict.fromkeys(sentence.path for sentence in sentences if sentence.path)
    return list(files)[:_MOST_FILES]


def both_texts(manifest: Mapping[str, Any], sentences: Sequence[Sentence]) -> str:
    """Describes, for a message, the sentences of a cache and the sentences that are given now."""
    before, now = manifest.get(FILES, []), files_of(sentences)
    changed = before == now != [] and manifest["sentences"] == len(sentences)
    return (
        f"it was made of {_described(manifest['sentences'], before)}, and is wanted for "
        f"{_described(len(sentences), now)}{', whose words are others now' if changed else ''}"
    )


def _described(number: int, files: Sequence[str]) -> str:
    if not files:
        return f"{number} sentences of a text whose name is not known"
    left = len(files) - _LISTED_FILES
    more = f" and {left} more" if left > 0 else ""
    return f"{number} sentences of {', '.join(map(one_line, files[:_LISTED_FILES]))}{more}"


def _in_short(value: Any) -> str:
    """An entry of a fingerprint; of a checksum, the first digits."""
    if isinstance(value, str):
        return one_line(value if len(value) <= 40 else f"{value[:12]}…")
    return shown(value)
