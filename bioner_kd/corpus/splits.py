"""The train, devel and test split of a corpus: the demo's, or those of annotated files."""

import difflib
import random
from collections.abc import Sequence
from pathlib import Path

from absl import logging

from bioner_kd.corpus.alignment import Aligned, align, aligned_words
from bioner_kd.corpus.config import DEMO, CorpusConfig
from bioner_kd.corpus.demo import SPLITS, read_demo
from bioner_kd.corpus.public_table import public_names
from bioner_kd.errors import InputError, UsageError
from bioner_kd.text.document import Document
from bioner_kd.text.documents import LINES, TEXT, read_documents, recognise
from bioner_kd.text.format import ReadOptions
from bioner_kd.text.formats.conll import read_conll
from bioner_kd.text.notation.tagged_words import tagged_document
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.source import Source
from bioner_kd.text.text_file import folder_holds

# Of files of one word a line, in the order of preference where a folder holds several.
_EXTENSIONS = (".tsv", ".conll", ".iob2", ".iob", ".txt")
_STEMS = {"train": ("train", "training"), "devel": ("devel", "dev", "valid", "validation")}
# What holds no mentions; a file of words that is not as it should be is taken for one of these.
_PLAIN = frozenset({LINES, TEXT, "tsv", "conll"})
_SHOWN = 5


def read_split(corpus: str, split: str, *, repair_tags: bool = False) -> list[Sentence]:
    """Reads the sentences of a split as `read_aligned` does with default settings."""
    return read_aligned(CorpusConfig(corpus=corpus, repair_tags=repair_tags), split).sentences


def read_aligned(config: CorpusConfig, split: str) -> Aligned:
    """Reads one split of a corpus, with a list of the mentions that reading changed or left out.

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
    """Divides documents by the shares of a configuration, the same way each time.

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
