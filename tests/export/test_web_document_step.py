"""The page's rules on whole texts, run in node, beside Python's."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from bioner_kd.export.web.folder import page_files
from bioner_kd.tagging.brackets import Brackets
from bioner_kd.tagging.document_step import Abbreviations, DocumentStep, RepeatedNames
from bioner_kd.tagging.postprocessing import Postprocessing

from ..tagging.tagged_texts import marked_text

CASES = json.loads(
    (Path(__file__).parents[1] / "tagging" / "document_cases.json").read_text(encoding="utf-8")
)
RULES = Postprocessing(
    brackets=Brackets(), document_step=DocumentStep(Abbreviations(), RepeatedNames())
)
SCRIPT = """
import { readFileSync } from "node:fs";
import { Postprocessing } from "./postprocessing.js";
const { rules, texts } = JSON.parse(readFileSync(0, "utf8"));
const after = new Postprocessing(rules);
const row = (e) => [e.type, e.text, e.start, e.score];
const found = texts.map((text) => after.entities(text).map(row));
console.log(JSON.stringify(found));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_pages_entities_are_what_the_cases_say(tmp_path):
    for name, content in page_files().items():
        if name.endswith(".js"):
            (tmp_path / name).write_bytes(content)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (tmp_path / "run.js").write_text(SCRIPT, encoding="utf-8")
    texts = [marked_text(c["text"], c["marked"], c.get("in_entity", 0.5)) for c in CASES]
    given = json.dumps({"rules": RULES.to_json(), "texts": list(map(_for_page, texts))})
    ran = subprocess.run(
        ["node", "run.js"], cwd=tmp_path, input=given, capture_output=True, text=True, check=True
    )
    for case, text, found in zip(CASES, texts, json.loads(ran.stdout), strict=True):
        assert [[*one[:3], round(one[3], 6)] for one in found] == case["wanted"], case["about"]
        assert [one[:3] for one in found] == [
            [e.type, e.text, e.start] for e in RULES.entities(replace(text))
        ]


def _for_page(text):
    def units(end):
        return len(text.text[:end].encode("utf-16-le")) // 2

    words = [
        {"text": word, "start": start, "end": end, "from": units(start), "to": units(end)}
        for word, (start, end) in zip(text.words, text.spans, strict=True)
    ]
    return {
        "text": text.text,
        "words": words,
        "tags": text.tags,
        "scores": text.scores,
        "inEntity": text.in_entity,
    }
