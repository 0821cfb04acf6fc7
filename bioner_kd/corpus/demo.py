"""The demo corpus: sentences written for this project, inside the package."""

from importlib import resources

from bioner_kd.corpus.inline import parse_inline_lines
from bioner_kd.errors import UsageError
from bioner_kd.text.sentence import Sentence

SPLITS = ("train", "devel", "test")


def read_demo(split: str) -> list[Sentence]:
    """Reads a split of the demo corpus; demo_data/README.md says how it was made.

    Args:
        split: train, devel or test.

    Returns:
        Its sentences with tags of the types Disease and Chemical.

    Raises:
        UsageError: there is no such split.
    """
    if split not in SPLITS:
        raise UsageError(f"there is no split {split!r}; it must be one of {', '.join(SPLITS)}.")
    name = f"{split}.txt"
    data = resources.files("bioner_kd.corpus") / "demo_data" / name
    lines = data.read_text(encoding="utf-8").split("\n")
    return list(parse_inline_lines(lines, path=f"demo/{name}"))
