"""The train, devel and test split of a corpus: the demo's, or those of annotated files."""

import difflib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from absl import logging

from bioner_kd.corpus.alignment import (
    DISCONTINUOUS,
    MISALIGNED,
    SNAP,
    Aligned,
    AlignmentConfig,
    align,
    aligned_words,
)
from bioner_kd.corpus.demo import SPLITS, read_demo
from bioner_kd.corpus.public_table import public_names
from bioner_kd.errors import InputError, UsageError
from bioner_kd.settings import SEED, Bound, Settings, setting
from bioner_kd.text.document import HULL, Document
from bioner_kd.text.documents import LINES, TEXT, read_documents, recognise
from bioner_kd.text.format import ReadOptions
from bioner_kd.text.formats.conll import read_conll
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.source import Source
from bioner_kd.text.tagged_words import tagged_document
from bioner_kd.text.text_file import folder_holds

DEMO = "demo"
# Of files of one word a line, in the order of preference where a folder holds several.
_EXTENSIONS = (".tsv", ".conll", ".iob2", ".iob", ".txt")
_STEMS = {"train": ("train", "training"), "devel": ("devel", "dev", "valid", "validation")}
# What holds no mentions; a file of words that is not as it should be is taken for one of these.
_PLAIN = frozenset({LINES, TEXT, "tsv", "conll"})
_SHOWN = 5


ENTITY_TYPE_HELP = (
    "Type of all mentions of files that name none, such as files with the tags B, I and O."
)
REPAIR_HELP = (
    "Read tags that break IOB2 (an I- without its B-), or are IOB1, IOBES or BILOU, as the IOB2 "
    "that was meant, instead of refusing the file."
)


def _are_shares(divide: tuple[str, ...]) -> bool:
    try:
        shares = tuple(map(float, divide))
    except ValueError:
        return False
    return (
        len(shares) == len(SPLITS)
        and all(shares[:2])
        and min(shares) >= 0
        and abs(sum(shares) - 1) < 1e-6
    )


@dataclass(frozen=True)
class CorpusConfig(Settings):
    """Which corpus is read, and how annotated files become its splits."""

    corpus: str = setting(
        DEMO,
        "'demo' (600 sentences that travel with the package); a folder with a file or folder for "
        "each split (train, devel, test), in any format that marks mentions, such as train.tsv "
        "with a word and its tag in each line; train=PATH,devel=PATH,test=PATH; or, with --divide, "
        "documents without splits.",
    )
    repair_tags: bool = setting(False, REPAIR_HELP)
    entity_type: str = setting("", ENTITY_TYPE_HELP)
    types: tuple[str, ...] = setting(
        (),
        "Entity types of documents that are read, Name or Name=NewName, with commas between; all "
        "as they are if empty.",
        bound=Bound(
            "names, or pairs of a name and a new name with = between",
            lambda types: all(all(map(str.strip, one.split("=", 1))) for one in types),
        ),
    )
    divide: tuple[str, ...] = setting(
        (),
        "Shares of the documents that become train, devel and test, such as 0.8,0.1,0.1, for a "
        "corpus without a devel split.",
        bound=Bound(
            "the shares of train, devel and test, such as 0.8,0.1,0.1, whose sum is 1 (the last "
            "may be 0)",
            lambda divide: not divide or _are_shares(divide),
        ),
    )
    divide_seed: int = setting(
        1,
        "Another seed divides the documents otherwise; it is the same for all trainings that are "
        "compared.",
        bound=SEED,
    )
    misaligned: str = setting(
        SNAP,
        "What becomes of mentions of documents that begin or end inside a word: snap (extended to "
        "whole words) or leave_out.",
        choices=MISALIGNED,
    )
    discontinuous: str = setting(
        HULL,
        "What becomes of discontinuous mentions: hull (from the first to the last character), "
        "parts (each part is a mention) or leave_out.",
        choices=DISCONTINUOUS,
    )

    @property
    def alignment(self) -> AlignmentConfig:
        """What becomes of mentions that tags cannot hold, and which types are read."""
        return AlignmentConfig(self.misaligned, self.discontinuous, self.types)

    @property
    def shares(self) -> tuple[float, ...]:
        """The shares of `divide` as numbers."""
        return tuple(map(float, self.divide))


def read_split(corpus: str, split: str, *, repair_tags: bool = False) -> list[Sentence]:
    """The sentences of a split that `read_aligned` reads, where nothing else is chosen."""
    return read_aligned(CorpusConfig(corpus=corpus, repair_tags=repair_tags), split).sentences


def read_aligned(config: CorpusConfig, split: str) -> Aligned:
    """Reads one split of a corpus, and says what was read otherwise than it stands there.

    Args:
        config: which corpus, and how it is read.
        split: train, devel or test.

    Returns:
        Its sentences with IOB2 tags, and the mentions that tags do not hold as the source does.

    Raises:
        InputError: a file or folder is missing or not as it should be, or has no mention.
        UsageError: there is no such split, or the shares do not fit the corpus.
    """
    if config.corpus == DEMO:
        _check_name(split)
        return aligned_words(read_demo(split))
    path, part = _source_of(config, split)
    if part is None and not config.types and _is_conll(path):
        return aligned_words(_read_words(path, config))
    aligned = align(_documents(path, part, config), config.alignment)
    if not aligned.sentences:
        raise InputError(f"{path}: no sentence is in this {split} split; name another file.")
    _tell(aligned, path)
    return aligned


def read_split_documents(config: CorpusConfig, split: str) -> list[Document]:
    """The documents of a split with their mentions as the source has them.

    Args:
        config: which corpus; of its settings, `types`, `misaligned` and `discontinuous` do not
            count here.
        split: train, devel or test.

    Raises:
        InputError: as `read_aligned`.
        UsageError: as `read_aligned`.
    """
    if config.corpus == DEMO:
        _check_name(split)
        return [tagged_document([sentence]) for sentence in read_demo(split)]
    path, part = _source_of(config, split)
    if part is None and _is_conll(path):
        return [tagged_document([sentence]) for sentence in _read_words(path, config)]
    return _documents(path, part, config)


def check_split(config: CorpusConfig, split: str) -> None:
    """Checks that a split has a file, without reading it.

    Raises:
        InputError: the folder or the file is missing.
        UsageError: the shares of `config` do not fit the corpus.
    """
    if config.corpus != DEMO:
        _source_of(config, split)


def _check_name(split: str) -> None:
    if split not in SPLITS:
        raise UsageError(f"there is no split {split!r}; it must be one of {', '.join(SPLITS)}.")


def _source_of(config: CorpusConfig, split: str) -> tuple[Path, str | None]:
    # The path of a split, and which part of its documents is meant where not all.
    _check_name(split)
    corpus = config.corpus
    named = _named_paths(corpus)
    if named is None and not Path(corpus).exists():
        raise InputError(
            f"{corpus}: there is no such folder. Name a folder that holds train.tsv, devel.tsv and "
            f"test.tsv, or '{DEMO}' for the corpus inside the package."
            f"{_how_to_download(Path(corpus))}"
        )
    found = named if named is not None else _paths_in(Path(corpus))
    if not config.divide:
        if split in found:
            return found[split], None
        raise _no_split(corpus, split, found)
    if "devel" in found:
        raise UsageError(
            f"--divide={','.join(config.divide)}: {corpus} has a devel split, {found['devel']}; "
            "leave --divide out."
        )
    if split == "test" and "test" in found:
        return found["test"], None
    if "test" in found and config.shares[2]:
        raise UsageError(
            f"--divide={','.join(config.divide)}: {corpus} has a test split, {found['test']}; the "
            "last share must be 0."
        )
    return found.get("train", Path(corpus)), split


def _named_paths(corpus: str) -> dict[str, Path] | None:
    # The paths of "train=PATH,devel=PATH"; None where `corpus` is one path.
    if not corpus.startswith(tuple(f"{split}=" for split in SPLITS)):
        return None
    paths = {}
    for entry in corpus.split(","):
        split, _, path = entry.partition("=")
        if split not in SPLITS or not path or split in paths:
            raise UsageError(
                f"--corpus={corpus}: {entry!r} is not one of {', '.join(SPLITS)} with a path, such "
                "as train=a.xml,devel=b.xml."
            )
        if not Path(path).exists():
            raise InputError(f"{path}: there is no such file or folder for the {split} split.")
        paths[split] = Path(path)
    return paths


def _paths_in(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        return {}
    entries = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    found = {}
    for split in SPLITS:
        stems = _STEMS.get(split, (split,))
        mine = [path for path in entries if path.name.partition(".")[0].lower() in stems]
        mine = [path for path in mine if path.suffix != ".ann"]  # it is read with its .txt
        if mine:
            found[split] = min(mine, key=_preference)
    return found


def _preference(path: Path) -> tuple[int, int, str]:
    name = path.name.partition(".")[0].lower()
    stems = [stem for stems in (*_STEMS.values(), SPLITS) for stem in stems]
    known = _EXTENSIONS.index(path.suffix) if path.suffix in _EXTENSIONS else len(_EXTENSIONS)
    return known, stems.index(name), path.name


def _no_split(corpus: str, split: str, found: dict[str, Path]) -> InputError:
    where = Path(corpus)
    if not found and where.is_file():
        return InputError(
            f"{corpus}: this is one file, not a folder with a file for each split; "
            f"{_ways_out(split)}"
        )
    holds = f"{folder_holds(where)} " if where.is_dir() else ""
    return InputError(
        f"{corpus}: there is no {split}{_EXTENSIONS[0]} for the {split} split. {holds}"
        f"{_ways_out(split)}{_how_to_download(where)}"
    )


def _ways_out(split: str) -> str:
    named = f"name it, such as --corpus=train=PATH,{'devel' if split == 'train' else split}=PATH"
    return f"Where its file has another name, {named}; --divide=0.8,0.1,0.1 divides documents."


def _is_conll(path: Path) -> bool:
    if path.is_dir():
        return False
    return not path.is_file() or recognise(Source(path)).name in _PLAIN


def _read_words(path: Path, config: CorpusConfig) -> list[Sentence]:
    repairs = list[int]()
    sentences = read_conll(
        path, repair_tags=config.repair_tags, entity_type=config.entity_type,
        count_repairs=repairs.append,
    )  # fmt: skip
    if config.repair_tags:
        logging.info(
            "%s: %d tags repaired, in %d of %d sentences.",
            path, sum(repairs), sum(map(bool, repairs)), len(sentences),
        )  # fmt: skip
    return sentences


def _documents(path: Path, part: str | None, config: CorpusConfig) -> list[Document]:
    options = ReadOptions(entity_type=config.entity_type, repair_tags=config.repair_tags)
    documents = list(read_documents(path, options=options, told=logging.info))
    if not any(document.annotations for document in documents):
        raise InputError(
            f"{path}: no mention is marked in its {len(documents)} documents; name annotated files."
        )
    return documents if part is None else divide(documents, config)[part]


def divide(documents: Sequence[Document], config: CorpusConfig) -> dict[str, list[Document]]:
    """Divides documents by the shares of a configuration, each time alike.

    Args:
        documents: of which each goes to one split as a whole.
        config: shares and seed.

    Returns:
        The documents of each split, in their order.

    Raises:
        InputError: there are too few documents for a train and a devel split.
    """
    numbers = list(range(len(documents)))
    random.Random(config.divide_seed).shuffle(numbers)
    train, devel, _ = config.shares
    ends = [round(share * len(numbers)) for share in (train, train + devel)]
    parts = (numbers[: ends[0]], numbers[ends[0] : ends[1]], numbers[ends[1] :])
    if not parts[0] or not parts[1]:
        raise InputError(
            f"--divide={','.join(config.divide)}: {len(documents)} documents are too few for it, "
            f"of which train would have {len(parts[0])} and devel {len(parts[1])}."
        )
    return {
        split: [documents[number] for number in sorted(part)]
        for split, part in zip(SPLITS, parts, strict=True)
    }


def _tell(aligned: Aligned, path: Path) -> None:
    if not aligned.odd:
        return
    logging.info("%s: %s", path, aligned.summary())
    for odd in aligned.odd[:_SHOWN]:
        logging.info("%s", odd)
    if len(aligned.odd) > _SHOWN:
        logging.info("… and %d more.", len(aligned.odd) - _SHOWN)


def _how_to_download(folder: Path) -> str:
    names = {name.lower(): name for name in public_names()}
    close = difflib.get_close_matches(folder.name.lower(), names, n=1, cutoff=0.8)
    if not close:
        return ""
    command = f"bioner_kd download_corpus --folder={folder.parent} {names[close[0]]}"
    return f" To download it: {command}"
