"""The train, devel and test split of a corpus: the demo's, or those of a folder of CoNLL files."""

import difflib
from pathlib import Path

from absl import logging

from bioner_kd.corpus.demo import SPLITS, read_demo
from bioner_kd.corpus.public_table import public_names
from bioner_kd.errors import InputError, UsageError
from bioner_kd.text.conll import read_conll
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.text_file import folder_holds

DEMO = "demo"
# In the order of preference where a folder holds several.
_EXTENSIONS = (".tsv", ".conll", ".iob2", ".iob", ".txt")
_STEMS = {"devel": ("devel", "dev", "valid", "validation")}


def read_split(corpus: str, split: str, *, repair_tags: bool = False) -> list[Sentence]:
    """Reads one split of a corpus, and says how many tags were repaired where that is asked for.

    Args:
        corpus: "demo", or a folder that holds train.tsv, devel.tsv and test.tsv. Also read are
            .conll, .iob2, .iob and .txt files of the same form, and dev, valid or validation for
            devel.
        split: train, devel or test.
        repair_tags: read IOB1, IOBES, BIOUL and stray I- as IOB2 instead of refusing them.

    Returns:
        Its sentences with IOB2 tags.

    Raises:
        InputError: the folder or the file is missing or not as it should be.
        UsageError: there is no such split.
    """
    if split not in SPLITS:
        raise UsageError(f"there is no split {split!r}; it must be one of {', '.join(SPLITS)}.")
    if corpus == DEMO:
        return read_demo(split)
    path, repairs = find_split(Path(corpus), split), list[int]()
    sentences = read_conll(path, repair_tags=repair_tags, count_repairs=repairs.append)
    if repair_tags:
        logging.info(
            "%s: %d tags repaired, in %d of %d sentences.",
            path, sum(repairs), sum(map(bool, repairs)), len(sentences),
        )  # fmt: skip
    return sentences


def find_split(folder: Path, split: str) -> Path:
    """The file of a folder that holds a split.

    Raises:
        InputError: the folder is missing or holds no such file.
    """
    if not folder.is_dir():
        what = "this is a file, not a folder" if folder.exists() else "there is no such folder"
        raise InputError(
            f"{folder}: {what}. Name a folder that holds train.tsv, devel.tsv and test.tsv, or "
            f"'{DEMO}' for the corpus inside the package.{_how_to_download(folder)}"
        )
    for extension in _EXTENSIONS:
        for stem in _STEMS.get(split, (split,)):
            if (folder / (stem + extension)).is_file():
                return folder / (stem + extension)
    raise InputError(
        f"{folder}: there is no {split}{_EXTENSIONS[0]} for the {split} split. "
        f"{folder_holds(folder)}{_how_to_download(folder)}"
    )


def _how_to_download(folder: Path) -> str:
    names = {name.lower(): name for name in public_names()}
    close = difflib.get_close_matches(folder.name.lower(), names, n=1, cutoff=0.8)
    if not close:
        return ""
    command = f"bioner_kd download_corpus --folder={folder.parent} {names[close[0]]}"
    return f" To download it: {command}"
