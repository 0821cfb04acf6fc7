"""Measures the robustness of a student in all ways, and shows the rows as a table."""

from collections.abc import Callable, Sequence

from bioner_kd.evaluation.robustness.characters import measure_capitals, measure_characters
from bioner_kd.evaluation.robustness.layout import measure_lines, measure_lists
from bioner_kd.evaluation.robustness.measured import Finder, Measured, Split
from bioner_kd.evaluation.robustness.sentence_borders import measure_borders
from bioner_kd.evaluation.robustness.written import write
from bioner_kd.evaluation.table import ruled_text
from bioner_kd.progress import track
from bioner_kd.tagging.tables import Tables
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.text.sentence import Sentence

_PARTS = (measure_lists, measure_lines, measure_characters, measure_borders, measure_capitals)
_TITLES = ("Model", "Text", "Measure", "Cases", "Percent", "Usual", "Wanted", "Reached")
_TEXT_COLUMNS = frozenset({0, 1, 2})


def measure(
    tagger: Tagger,
    sentences: Sequence[Sentence],
    *,
    knows: Callable[[str], bool],
    types: frozenset[str] = frozenset(),
    name: str = "",
) -> list[Measured]:
    """Measures how well a student reads text that is not written like a corpus.

    The same student and sentences give the same rows each time.

    Args:
        tagger: an exported student.
        sentences: annotated sentences of a split.
        knows: whether the student's tables have a word.
        types: entity types that count; all if empty.
        name: of the progress bar.
    """
    with_words = [sentence for sentence in sentences if sentence.words]
    split = Split(Finder(tagger, types), with_words, list(map(write, with_words)), knows)
    return [row for part in track(_PARTS, name, "part", len(_PARTS)) for row in part(split)]


def knows_words(tables: Tables) -> Callable[[str], bool]:
    """Whether a student's tables have a word, by itself or by its vector."""
    features = tables.features
    known = {*features.tables["word"], *features.tables.get("vector", ())}
    return lambda word: features.entries(word)["word"][0] in known


def robustness_table(measured: Sequence[tuple[str, Sequence[Measured]]]) -> str:
    """A table of models and rows for the terminal, which ends with a newline."""
    lines = [_cells(name, row) for name, rows in measured for row in rows]
    return ruled_text([_TITLES, *lines], _TEXT_COLUMNS)


def _cells(name: str, row: Measured) -> list[str]:
    wanted = [
        f"{sign} {_shown(limit)}"
        for sign, limit in (("≥", row.least), ("≤", row.most))
        if limit is not None
    ]
    reached = {None: "–", True: "yes", False: "no"}[row.reached]
    return [
        name, row.text, row.measure, f"{row.cases:,}", _shown(row.percent), _shown(row.usual),
        " ".join(wanted) or "–", reached,
    ]  # fmt: skip


def _shown(percent: float | None) -> str:
    return "–" if percent is None else f"{percent:.2f}"
