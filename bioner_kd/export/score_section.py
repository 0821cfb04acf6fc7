"""The section of a model card on the scores of mentions."""

from collections.abc import Mapping, Sequence
from typing import Any

from bioner_kd.errors import one_line
from bioner_kd.evaluation.table import aligned_markdown

_NOT_CALIBRATED = """\
The scores of mentions are not calibrated: a score is the mean probability of the tags of a mention,
which ranks mentions and promises too much as a precision. `min_precision` cannot be used.
"""
_CALIBRATED = """\
The score of a mention is the share of right ones among mentions like it on the devel split.
`tagger.tag(text, min_precision=0.95)` and `--min_precision=0.95` keep, of each type, the mentions
of which a precision of 0.95 is expected together. Precision on other text is lower where the text
is further from the corpus.
"""


def score_section(scores: Mapping[str, Any] | None) -> str:
    """Markdown without a heading.

    Args:
        scores: the entry "calibration" of a manifest; None if it has none.
    """
    if not scores or not scores["mentions"]:
        return _NOT_CALIBRATED.rstrip()
    reports = scores["reports"]
    parts = [_CALIBRATED, _fitted_on(scores), *_errors(reports)]
    asked, least = "`min_precision`", "least score"
    parts += [_INTERVALS, _table(reports, "min_precisions", asked)]
    parts += ["Mentions with a least score:\n", _table(reports, "scores", least)]
    return "\n".join(part for part in parts if part).rstrip()


_INTERVALS = """\
Precision and recall of what is kept, percent, with 95 % bootstrap intervals over texts:
"""


def _fitted_on(scores: Mapping[str, Any]) -> str:
    mentions = (f"{_plain(name)} {number:,}" for name, number in scores["mentions"].items())
    text = f"The curves are fitted on mentions that were found on devel: {', '.join(mentions)}.\n"
    if scores["without"]:
        names = ", ".join(map(_plain, scores["without"]))
        text += f"Too few were found of {names}: these scores stay raw, and `min_precision` keeps\n"
        text += "none of these mentions.\n"
    return text


def _errors(reports: Sequence[Mapping[str, Any]]) -> list[str]:
    titles = ("split", "texts", "mentions", "raw scores", "scores", "exact scores, by chance")
    rows = [
        (
            _title(one),
            f"{one['texts']:,}",
            f"{error['mentions']:,}",
            *(f"{error[name]:.3f}" for name in _ERRORS),
        )
        for one in reports
        for error in [one["error"]]
    ]
    return [
        "Expected calibration error (ten bins of equal width, from 0 to 1). Scores that are exact\n"
        "precisions have an error too on so many mentions:\n",
        aligned_markdown([titles, *rows]),
        _SELECTION if any(one["cross_fitted"] for one in reports) else "",
    ]


_ERRORS = ("raw", "scores", "chance")
_SELECTION = """\
On devel each mention is scored by curves that were fitted on the other nine tenths of the texts.
The devel split may have chosen the epoch of the training, so that it flatters precision. The export
cannot know by how much; the rows of the other split show it.
"""


def _table(reports: Sequence[Mapping[str, Any]], entry: str, threshold: str) -> str:
    titles = ["type", threshold]
    for one in reports:
        titles += [f"{_title(one)}: kept", "precision", "recall"]
    rows: dict[tuple[str, float], list[str]] = {}
    for number, one in enumerate(reports):
        for kept in one[entry]:
            row = rows.setdefault((kept["type"], kept["threshold"]), [])
            row += ["–"] * (3 * number - len(row))
            row += [f"{kept['mentions']:,}", _rate(kept, "precision"), _rate(kept, "recall")]
    lines = [
        [_plain(name), f"{value:.2f}", *row, *["–"] * (3 * len(reports) - len(row))]
        for (name, value), row in sorted(rows.items())
    ]
    return aligned_markdown([titles, *lines])


def _rate(kept: Mapping[str, Any], name: str) -> str:
    value, interval = kept[name], kept[f"{name}_interval"]
    return "–" if value is None else f"{value:.1f} ({interval[0]:.1f} to {interval[1]:.1f})"


def _title(report: Mapping[str, Any]) -> str:
    return _plain(report["split"])


def _plain(text: str) -> str:
    return one_line(text)
