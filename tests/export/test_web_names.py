"""The page's names in JavaScript, by the cases of all runtimes."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bioner_kd.export.web.folder import page_files
from bioner_kd.tagging.word_form import folding_table
from bioner_kd.text.rules import RULES

CASES = json.loads(
    (Path(__file__).parents[1] / "tagging" / "names_cases.json").read_text(encoding="utf-8")
)
TYPES = ["Chemical", "Disease"]
PROGRAM = """
import { readFileSync } from "node:fs";
import { Names } from "./names.js";
import { characterClasses } from "./tokenizer.js";
import { Sight, wordsOf } from "./visible.js";
const { rule, folding, types, cases } = JSON.parse(readFileSync(0, "utf8"));
const student = {
  types, classes: characterClasses(rule), sight: new Sight(rule.invisible),
  folding: new Map(Object.entries(folding)),
};
const answers = cases.map(({ always, never, text, found, first_words }) => {
  try {
    const words = wordsOf(text, student.classes, student.sight);
    const entities = found.map(([type, , start, score, end]) => ({
      type, start, end, score,
      from: words.find((word) => word.start === start).from,
      to: words.find((word) => word.end === end).to,
    }));
    const names = new Names(always, never, student);
    const marked = names.mark({ text, words, firstWords: first_words }, entities);
    return marked.map((one) => [one.type, text.slice(one.from, one.to), one.start, one.score]);
  } catch (error) {
    return error.message;
  }
});
process.stdout.write(JSON.stringify(answers));
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Any:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    folder = tmp_path_factory.mktemp("page")
    for name, content in page_files().items():
        (folder / name).write_bytes(content)
    (folder / "program.mjs").write_text(PROGRAM, encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")

    def answers(cases: list[dict], types: list[str] = TYPES) -> list:
        rule = RULES.to_json()["tokenizer"]
        given = {"rule": rule, "folding": folding_table(), "types": types, "cases": cases}
        finished = subprocess.run(
            ["node", "program.mjs"],
            input=json.dumps(given).encode(),
            capture_output=True,
            cwd=folder,
            timeout=60,
            check=False,
        )
        assert not finished.stderr, finished.stderr.decode()
        return json.loads(finished.stdout)

    return answers


def lines(pairs: list) -> str:
    return "\r\n".join(f"{name}\t{type_}" for name, type_ in pairs)


def case_of(always: str = "", never: str = "", text: str = "gout", **others: Any) -> dict:
    return {
        "always": always,
        "never": never,
        "text": text,
        "found": [],
        "first_words": [],
        **others,
    }


def test_names_mark_what_the_cases_say(node: Any) -> None:
    given = [
        case_of(
            lines(case.get("always", [])),
            lines(case.get("never", [])),
            case["text"],
            found=[[*one, one[2] + len(one[1])] for one in case.get("found", [])],
            first_words=case.get("first_words", []),
        )
        for case in CASES
    ]
    for case, marked in zip(CASES, node(given), strict=True):
        assert marked == case["wanted"], case["about"]


def test_faulty_lists_are_refused_with_their_line(node: Any) -> None:
    faults = {
        "always, line 2: “TP53” has the type “Gene”, which the model lacks; it has Chemical": (
            "gout\tDisease\nTP53\tGene",
            "",
        ),
        "always, line 1: “gout” has no type; write TAB and one of Chemical, Disease": ("gout", ""),
        "never, line 3: a name has a letter or a digit": ("", "# my list\n\n\u2014"),
        "never, line 1: a name has a letter or a digit": ("", "\tDisease"),
        "always, line 1: more than a name, TAB and a type": ("gout\tDisease\tM10", ""),
        "always, line 1: “gout,Disease” looks like": ("gout,Disease", ""),
        "always, line 2: “Gout” stands in this list twice": ("gout\tDisease\nGout\tChemical", ""),
        "never, line 1: “Gout” is in the other list too": ("gout\tDisease", "Gout"),
        "always, line 1: a name of 101 words": ("a " * 101 + "\tDisease", ""),
    }
    answers = node([case_of(*lists) for lists in faults.values()])
    for message, answer in zip(faults, answers, strict=True):
        assert isinstance(answer, str) and answer.startswith(message)


def test_the_type_may_be_left_out_where_the_student_has_one(node: Any) -> None:
    (marked,) = node([case_of("gout")], ["Disease"])
    assert marked == [["Disease", "gout", 0, 1]]
