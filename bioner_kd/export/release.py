"""What an export says of its student: name, version, licence, language, and the model card.

The card is README.md of the export folder. It has the YAML head that the Hugging Face hub reads.

Source:
    https://huggingface.co/docs/hub/model-cards, "Model card metadata".
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bioner_kd.errors import InputError, UsageError, check_bounds, one_line, shown
from bioner_kd.evaluation.table import human_bytes
from bioner_kd.regular_file import read_small
from bioner_kd.tagging.models.layout import FORMS, WEB
from bioner_kd.tagging.named import DEFAULT
from bioner_kd.tagging.tag_set import TagSet

_LONGEST_NAME = 100
_LONGEST_LICENSE = 1 << 20  # bytes
# Names as PEP 508 has them, versions as PEP 440 has them (without epoch and local part),
# identifiers of SPDX, and language codes as the hub has them.
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_NUMBER = r"(?:0|[1-9][0-9]*)"
_VERSION = re.compile(
    rf"{_NUMBER}(?:\.{_NUMBER})*(?:(?:a|b|rc){_NUMBER})?(?:\.post{_NUMBER})?(?:\.dev{_NUMBER})?"
)
_LICENSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]+)*")
CARD = "README.md"
_FENCE = "---\n"
_METRICS = ("precision", "recall", "f1")


@dataclass(frozen=True)
class ReleaseConfig:
    """What the card and the wheel of a student say of it.

    Attributes:
        name: of the student; where empty, that of the export folder (see `student_name`).
        wheel_version: version of the wheel.
        license: SPDX identifier of the student's licence; unknown where empty.
        license_file: file with the text of the licence, which goes into the wheel; none if empty.
        language: code of the language that the student reads.
    """

    name: str = ""
    wheel_version: str = "1.0.0"
    license: str = ""
    license_file: str = ""
    language: str = "en"

    def __post_init__(self) -> None:
        """Checks the values.

        Raises:
            UsageError: one is not written as it must be.
        """
        rules = {
            "wheel_version": (
                bool(_VERSION.fullmatch(self.wheel_version)),
                "a version as PEP 440 writes it, such as 1.0.0 or 2.1rc1",
            ),
            "license": (
                not self.license or bool(_LICENSE.fullmatch(self.license)),
                "an SPDX identifier, such as apache-2.0 or cc-by-4.0",
            ),
            "language": (bool(_LANGUAGE.fullmatch(self.language)), "a language code, such as en"),
        }
        check_bounds(self, rules)
        if self.name:
            check_name(self.name)

    def license_text(self) -> bytes:
        """The text of the licence; empty if no file is named.

        Raises:
            InputError: the file cannot be read.
        """
        if not self.license_file:
            return b""
        try:
            return read_small(self.license_file, _LONGEST_LICENSE)
        except OSError as error:
            raise InputError(
                f"{self.license_file}: cannot read this file ({error.strerror}); name the text of "
                "the licence by --license_file."
            ) from error


def student_name(release: ReleaseConfig, folder: Path) -> str:
    """The name of a student: the given name, or the name of the export folder.

    If the folder is called "export", as in saved_models/demo/export, the folder above gives the
    name.
    """
    path = Path(os.path.abspath(folder))
    return release.name or (path.parent if path.name == "export" else path).name


def check_name(name: str) -> None:
    """Checks the name of a student that becomes a wheel.

    Raises:
        UsageError: a package cannot have this name, or bioner_kd has it already.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise UsageError(
            f"--name={shown(name)[1:-1]}: the name of a student in a wheel must be letters and "
            "digits, with any of - _ . between them, and have at most "
            f"{_LONGEST_NAME} characters; choose one by --name, such as --name=my_diseases."
        )
    # A wheel "kd" would overwrite bioner_kd itself, and Tagger.load would prefer the ready student.
    if normalized(name) in ("kd", normalized(DEFAULT)):
        raise UsageError(
            f"--name={name}: bioner_kd itself has something of this name; choose another by --name."
        )


def normalized(name: str) -> str:
    """The form of a package name that PEP 503 compares."""
    return re.sub(r"[-_.]+", "-", name).lower()


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

## Where it comes from

The export does not know. Before you publish the student, write here which corpus and teacher it was
trained with, and under which terms. The student has not been validated for any clinical use.

## Licence

{release.license or "Not stated. Without a licence nobody else may use the student."}
"""


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
