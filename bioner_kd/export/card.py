"""The model card of a student: README.md of an export folder, with the YAML head of the hub.

Source:
    https://huggingface.co/docs/hub/model-cards, "Model card metadata".
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bioner_kd.errors import one_line
from bioner_kd.evaluation.table import aligned_markdown, human_bytes
from bioner_kd.export.release import ReleaseConfig
from bioner_kd.tagging.models.layout import FORMS, WEB
from bioner_kd.tagging.tag_set import TagSet

CARD = "README.md"
_FENCE = "---\n"
_METRICS = ("precision", "recall", "f1")


def model_card(manifest: Mapping[str, Any], name: str, release: ReleaseConfig) -> str:
    """Makes the model card.

    Args:
        manifest: of the export folder, or of the part of the folder that is in a wheel.
        name: of the student.
        release: licence and language.

    Returns:
        Markdown after a head in YAML.
    """
    head = "\n".join(_head(manifest, name, release))
    return f"{_FENCE}{head}\n{_FENCE}\n{_body(manifest, name, release)}"


def without_head(card: str) -> str:
    """The Markdown of a card without its head, for readers that do not know the head."""
    return card.split(_FENCE, 2)[2].lstrip() if card.startswith(_FENCE) else card


def _head(manifest: Mapping[str, Any], name: str, release: ReleaseConfig) -> list[str]:
    return [
        f"license: {_quoted(release.license.lower() or 'unknown')}",
        f"language: {_quoted(release.language)}",
        "library_name: bioner_kd",
        "pipeline_tag: token-classification",
        "tags: [named-entity-recognition, biomedical, knowledge-distillation, tflite]",
        *_model_index(manifest, name),
    ]


def _model_index(manifest: Mapping[str, Any], name: str) -> list[str]:
    # The hub names a result by its data set, so a corpus without a name gives no result.
    comparison = manifest["comparison"]
    if not comparison["corpus"]:
        return []
    corpus, model = _quoted(comparison["corpus"]), _first_model(manifest)
    lines = [
        "model-index:",
        f"- name: {_quoted(name)}",
        "  results:",
        "  - task: {type: token-classification, name: Named entity recognition}",
        f"    dataset: {{type: {corpus}, name: {corpus}, split: {_quoted(comparison['split'])}}}",
        "    metrics:",
    ]
    for metric in _METRICS:
        title = _quoted(f"{metric} of entities (conlleval), {model['path']}")
        value = round(model["parity"]["score"][metric] / 100, 4)
        lines.append(f"    - {{type: {metric}, value: {value}, name: {title}}}")
    return lines


def _first_model(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    # The model that is loaded if none is named.
    models = manifest["models"]
    return next(models[form] for form in (*FORMS, WEB) if form in models)


def _quoted(text: str) -> str:
    # YAML reads words such as `no` as strings only in quotation marks.
    plain = (c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08X}" for c in text)
    return f'"{"".join(plain)}"'


def _body(manifest: Mapping[str, Any], name: str, release: ReleaseConfig) -> str:
    name, types = one_line(name), ", ".join(TagSet.from_json(manifest["tags"]).entity_types)
    parameters = manifest["student"]["parameters"]
    return f"""\
# {name}

A student of bioner_kd that finds entities in text. Entity types: {types}. The student has
{parameters:,} parameters and needs no TensorFlow.

```python
from bioner_kd import Tagger

tagger = Tagger.load("{name}")
tagger.tag("Aspirin relieves headache.")
```

`{name}` is the name of the student where its wheel is installed. `Tagger.load` also takes the
folder of this file, and `hf:owner/name` for a repository on the Hugging Face hub.

## Scores

{_scores(manifest)}
{_document_scores(manifest.get("documents"))}
## Scores of mentions

{score_section(manifest.get("calibration"))}

## What it misses

Names that its corpus does not have, such as brand names of drugs and diseases of later years
(COVID-19). A file with a name a line, TAB and its type mends that: `--always=FILE` on the command
line, `tagger.tag(text, names=tagger.read_names(FILE))` in Python.

## Where it comes from

The export does not know. Before you publish the student, write here which corpus and teacher it was
trained with, and under which terms. The student has not been validated for any clinical use.

## Licence

{release.license or "Not stated. Without a licence nobody else may use the student."}
"""


def _document_scores(documents: Mapping[str, Any] | None) -> str:
    """The scores on whole documents, with an empty line in front; "" where there are none."""
    if not documents:
        return ""
    rows = [
        f"| {one_line(name)} | {report['documents']:,} | {report['without']['f1']:.2f} | "
        f"{report['with']['precision']:.2f} | {report['with']['recall']:.2f} | "
        f"{report['with']['f1']:.2f} |"
        for name, report in documents.items()
        if isinstance(report, Mapping)
    ]
    return "\n".join(
        [
            "",
            "Whole documents, in which an abbreviation is what its definition says (exact ones,",
            "percent; these rules are chosen on devel):",
            "",
            "| split | documents | F1 without these rules | precision | recall | F1 |",
            "|---|---:|---:|---:|---:|---:|",
            *rows,
            "",
        ]
    )


def _scores(manifest: Mapping[str, Any]) -> str:
    comparison = manifest["comparison"]
    corpus, split = one_line(comparison["corpus"]), one_line(comparison["split"])
    measured = f"the {split} split of {corpus}" if corpus else "the split that was compared"
    rows = [_row(model) for model in manifest["models"].values()]
    return "\n".join(
        [
            f"Scores of whole entities in percent (conlleval mode) on {measured}:",
            f"{comparison['sentences']:,} sentences, {comparison['words']:,} words. The last",
            "column is the number of tags that differ from those of the Keras student.",
            "",
            "| model | size | precision | recall | F1 | tags unlike Keras |",
            "|---|---:|---:|---:|---:|---:|",
            *rows,
        ]
    )


def _row(model: Mapping[str, Any]) -> str:
    parity = model["parity"]
    scores: Sequence[str] = [f"{parity['score'][metric]:.2f}" for metric in _METRICS]
    cells = [f"`{model['path']}`", human_bytes(model["bytes"]), *scores]
    return f"| {' | '.join(cells)} | {parity['tags_that_differ']:,} |"


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
