r"""Scores teachers, students and exported students on a split and prints them side by side.

Entity-level precision, recall and F1 (exact borders and type): by default as conlleval counts,
which is what published figures are; F1 in strict IOB2 mode beside it. Several folders in one row,
a,b,c, are seeds of one model: mean ± standard deviation; a+b+c are models that are averaged.
--by=characters compares with the mentions of documents, whatever words they are cut into.
--robustness measures exported students on the split written as lists, in wrapped lines, with
invisible characters, symbols, abbreviations and in capitals, beside the figures of usual text.
--documents=FILE scores exported students on whole documents.

  bioner_kd evaluate --corpus=corpora/NCBI-disease --report=scores.json \
      --run=teacher=saved_models/ncbi_disease/teacher \
      --run=student=saved_models/ncbi_disease/student_1,saved_models/ncbi_disease/student_2
  bioner_kd evaluate --corpus=test=my.PubTator --types=SpecificDisease=Disease,Modifier=Disease \
      --run=ready=saved_models/disease_bilstm --by=characters --by_type
  bioner_kd evaluate --corpus=corpora/NCBI-disease --split=devel --robustness \
      --run=ready=saved_models/disease_bilstm
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioner_kd.atomic import atomic_file, check_parent
from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.cli.shared_flags import CORPUS, machine, parse_runs
from bioner_kd.corpus.demo import SPLITS
from bioner_kd.evaluation.borders import BY, WORDS
from bioner_kd.extras import require
from bioner_kd.settings import Settings, at_least, setting
from bioner_kd.text.documents import recognise
from bioner_kd.text.source import Source

if TYPE_CHECKING:
    from bioner_kd.evaluation.comparison import Result
    from bioner_kd.evaluation.robustness.measured import Measured

    Measurements = Sequence[tuple[str, Sequence[Measured]]]
    DocumentScores = Sequence[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class EvaluationChoice(Settings):
    """What is scored on what."""

    run: tuple[str, ...] = setting(
        ("teacher=saved_models/demo/teacher", "student=saved_models/demo/student"),
        "A row of the table: 'name=folder' of a teacher or student, or 'name=folder,folder,…' for "
        "several seeds, whose mean and standard deviation are reported. 'folder+folder' is one "
        "model, the average of these models. An export folder, a .tflite file, a version folder of "
        "a SavedModel or the name of a ready or installed student is scored as it ships. Give the "
        "flag once a row.",
        repeated=True,
    )
    split: str = setting("test", "Split of the corpus to score on.", choices=SPLITS)
    by: str = setting(
        WORDS,
        "Compare the tags of words, where a mention that words cannot have counts as missed; or "
        "the first and last character of mentions of documents.",
        choices=BY,
    )
    by_type: bool = setting(
        False,
        "Print the scores of each entity type too, with 95 % bootstrap intervals of F1 over "
        "sentences (by characters: over documents). The report has them in any case.",
    )
    robustness: bool = setting(
        False,
        "Print too how well exported students read text that is not written like a corpus: lists, "
        "wrapped lines, invisible characters, symbols, borders of sentences and capitals. The "
        "mentions of the split are the text; takes a minute or two for each student.",
    )
    documents: str = setting(
        "",
        "File of annotated documents in any format. Exported students are scored on them too, by "
        "the characters of mentions, without and with the rules that see a whole document.",
    )
    batch_size: int = setting(32, "Sentences of a batch.", bound=at_least(1))
    report: str = setting(
        "", "File for all scores as JSON, per type and in both modes; none if empty."
    )


EVALUATION = FlagGroup("Evaluation", EvaluationChoice())
MACHINE = machine()


def main(program: Program) -> None:
    """Scores as the flags say."""
    choice = program.read(EVALUATION)
    rows = read_rows(choice)
    program.read(CORPUS).check(choice.split)

    from bioner_kd.evaluation.table import text_table, type_table
    from bioner_kd.recipes.scoring import evaluate as score

    results = score(
        program.read(CORPUS), rows, split=choice.split, by=choice.by,
        batch_size=choice.batch_size, machine=program.read(MACHINE),
    )  # fmt: skip
    print(text_table([result.row() for result in results]), end="")
    print(calibration_lines(results), end="")
    if choice.by_type:
        print()
        print(type_table([row for result in results for row in result.type_rows()]), end="")
    measured = print_robustness(program, rows) if choice.robustness else []
    documents = print_documents(program, rows) if choice.documents else []
    if choice.report:
        write_report(choice.report, results, program.settings(), measured, documents)


def print_robustness(program: Program, rows: dict[str, list[Path]]) -> "Measurements":
    """Measures exported students on other text than that of corpora, and prints the table."""
    from bioner_kd.evaluation.robustness.measure import robustness_table
    from bioner_kd.recipes.robustness import robustness

    measured = robustness(program.read(CORPUS), rows, split=program.read(EVALUATION).split)
    print()
    print(robustness_table(measured), end="")
    return measured


def print_documents(program: Program, rows: dict[str, list[Path]]) -> "DocumentScores":
    """Scores exported students on documents, and prints the table."""
    from bioner_kd.recipes.document_scores import documents_table, score_documents

    choice = program.read(EVALUATION)
    scores = score_documents(choice.documents, rows, corpus=program.read(CORPUS))
    print()
    print(documents_table(scores), end="")
    return scores


def calibration_lines(results: Sequence["Result"]) -> str:
    """A line for each exported student: how far the scores of its mentions are off."""
    return "".join(
        f"{one.name}: calibration error {error.scores:.3f} (raw scores {error.raw:.3f}, exact "
        f"scores by chance {error.chance:.3f}) over {error.mentions:,} found mentions\n"
        for one in results
        if (error := one.calibration)
    )


def read_rows(choice: EvaluationChoice) -> dict[str, list[Path]]:
    """Folders of each row, with all that can be checked before TensorFlow is imported.

    Raises:
        InputError: a folder holds no model, or the report cannot be written.
        UsageError: a row is not written as it should be, mixes models that are no seeds of one, or
            is no exported student where text is to be read.
    """
    from bioner_kd.lab.study.groups import check_seeds

    require("tensorflow")
    from bioner_kd.recipes.robustness import exported_rows

    if choice.report:
        check_parent(choice.report)
    rows = parse_runs(choice.run)
    for name, folders in rows.items():
        check_seeds(name, folders)
    if choice.documents:
        recognise(Source(choice.documents))
    for flag in ("robustness", "documents"):
        if getattr(choice, flag):
            exported_rows(rows, f"--{flag}")
    return rows


def write_report(
    path: str,
    results: Sequence["Result"],
    settings: dict[str, Any],
    measured: "Measurements" = (),
    documents: "DocumentScores" = (),
) -> None:
    """Writes all scores, what else was measured, and the settings of both."""
    report = {"settings": settings, "models": [result.to_json() for result in results]}
    if measured:
        report["robustness"] = [
            {"name": name, "rows": [row.to_json() for row in rows]} for name, rows in measured
        ]
    if documents:
        report["documents"] = [{"name": name, **scores} for name, scores in documents]
    with atomic_file(path) as file:
        json.dump(report, file, indent=1)


PROGRAM = Program(
    __doc__,
    main,
    (EVALUATION, CORPUS, MACHINE),
    first=("corpus", "run", "split", "report"),
)
