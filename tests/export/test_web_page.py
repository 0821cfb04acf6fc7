"""The page as a person uses it, in headless Chromium, with a tiny student."""

import csv
import io
import json
import random
import re
import shutil
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.export.web.folder import FixedLengthModel
from bioner_kd.tagging.calibration import Calibration, Curve, Knot
from bioner_kd.tagging.names import Names
from bioner_kd.tagging.postprocessing import Postprocessing
from bioner_kd.tagging.tables import Tables, read_tables
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.text.sentence import Sentence

from .browser import served, unpacked
from .conftest import WEB_LENGTHS

pytestmark = pytest.mark.slow
TEXT = "Aspirin relieves headache. Cisplatin caused hearing loss in children with neuroblastoma."
Opened = tuple[Any, dict[str, list[str]]]


@pytest.fixture(scope="module")
def site(web_export: Path) -> Iterator[str]:
    with served(web_export / "web") as url:
        yield url


@pytest.fixture(scope="module")
def tagger(web_export: Path) -> Tagger:
    """Python's, with the page's own model."""
    content = unpacked(web_export / "web" / "student.tflite.gz")
    return Tagger(FixedLengthModel(content, WEB_LENGTHS), read_tables(web_export / "tables.json"))


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Opened]]:
    """Opens pages, each in a browser profile of its own, and notes what should not be there."""
    contexts = []

    def open_one(url: str, *, wait: bool = True, before: str = "", **options: Any) -> Opened:
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(60_000)
        if url.startswith("http:"):
            context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
        page = context.new_page()
        seen: dict[str, list[str]] = {"errors": [], "foreign": []}
        own = (url, f"blob:{url}", "data:")
        context.on(
            "request", lambda r: None if r.url.startswith(own) else seen["foreign"].append(r.url)
        )
        page.on("pageerror", lambda error: seen["errors"].append(str(error)))
        page.on("console", lambda m: m.type == "error" and seen["errors"].append(m.text))
        if before:
            page.add_init_script(before)
        page.goto(url)
        if wait:
            page.locator("#time", has_text="words/s").wait_for()
        return page, seen

    yield open_one
    for context in contexts:
        context.close()


def enter(page: Any, text: str) -> None:
    """Puts a text into the box and waits for its mentions."""
    page.evaluate("document.getElementById('time').textContent = ''")
    page.fill("#text", text)
    page.locator("#time", has_text=" ms").wait_for()


def table(page: Any) -> list[list[str]]:
    cells = "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
    return page.locator("#rows tr").evaluate_all(cells)


def expected_rows(tagger: Tagger, text: str) -> list[list[str]]:
    return [
        [e.type, e.text, str(e.start), str(e.end), pytest.approx(e.score, abs=2e-3)]
        for e in tagger.tag(text)
    ]


def rows_with_numbers(page: Any) -> list[list[Any]]:
    return [[*row[:4], float(row[4])] for row in table(page)]


IN_THE_PAGE = """async (sentences) => {
  const { readFile } = await import("./files.js");
  const { openModel, wasmBuild } = await import("./model.js");
  const { Tagger } = await import("./tagger.js");
  const base = location.href;
  const build = await wasmBuild(base);
  const [model, tables, wasm] = await Promise.all(
    ["student.tflite.gz", "tables.json.gz", `litert/${build}.wasm.gz`]
      .map((name) => readFile(base, name)));
  const opened = await openModel({ model, wasm: wasm.buffer, base, script: `${build}.js` });
  const tagger = new Tagger(opened, JSON.parse(new TextDecoder().decode(tables)));
  const found = [];
  for (const words of sentences) found.push(await tagger.tagWords(words));
  return found;
}"""


def test_tags_of_200_sentences_are_pythons(
    open_page: Callable[..., Opened],
    site: str,
    tagger: Tagger,
    public_or_demo_sentences: list[Sentence],
) -> None:
    page, _ = open_page(site)
    sentences = [list(s.words) for s in public_or_demo_sentences[:200]]
    assert len(sentences) == 200
    sentences.append([word for words in sentences[:12] for word in words])  # several pieces
    found = page.evaluate(IN_THE_PAGE, sentences)
    assert [f["tags"] for f in found] == [tagger.tag_words(words) for words in sentences]
    assert sum(tag != "O" for f in found for tag in f["tags"]) > 100
    assert found[-1]["pieces"] > 5


def test_mentions_of_a_text_are_pythons(
    open_page: Callable[..., Opened], site: str, tagger: Tagger
) -> None:
    page, _ = open_page(site)
    pieces = [
        *(" ".join(sentence.words) for sentence in read_demo("test")[:25]),
        "\U0001f9ec\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f600",
        "Sjo\u0308gren\u2019s syndrome, \u03b2-thalassemia and \ufb01brosis.",
        "Aspirin\u00ad\u200brelieves headache. \u00c5 Asthma?",
    ]
    random.Random(2).shuffle(pieces)
    text = " ".join(pieces[:14]) + "\n\n" + "\n".join(pieces[14:])
    enter(page, text)
    expected = expected_rows(tagger, text)
    assert rows_with_numbers(page) == expected
    assert len(expected) > 20
    assert page.inner_text("#marked").count("\U0001f9ec") == 1
    marks = page.locator("#marked mark").all_inner_texts()
    assert [" ".join(mark.split()) for mark in marks] == [" ".join(r[1].split()) for r in expected]


def test_offsets_with_windows_line_breaks(
    open_page: Callable[..., Opened], site: str, tagger: Tagger
) -> None:
    text = "\U0001f600 Asthma.\r\nAspirin relieves headache.\r\n\r\nGout\r\nand cisplatin."
    page, _ = open_page(site)
    found = page.evaluate(
        """(text) => new Promise(async (resolve) => {
          const { TaggerClient } = await import("./client.js");
          const ready = () => client.tag(text);
          const quiet = { loading() {}, progress() {} };
          const client = new TaggerClient(
            location.href, { ...quiet, ready, failed: resolve, result: resolve });
        })""",
        text,
    )
    assert [(e["type"], e["text"], e["start"], e["end"]) for e in found["entities"]] == [
        (e.type, e.text, e.start, e.end) for e in tagger.tag(text)
    ]
    # A text box makes one character of such a line break.
    enter(page, text)
    assert rows_with_numbers(page) == expected_rows(tagger, text.replace("\r\n", "\n"))


def test_the_page_is_quiet_and_speaks_to_its_own_server_alone(
    open_page: Callable[..., Opened], site: str
) -> None:
    page, seen = open_page(site)
    enter(page, TEXT)
    assert seen == {"errors": [], "foreign": []}


def test_neither_page_nor_worker_can_reach_another_host(
    open_page: Callable[..., Opened], site: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("reached")
    with served(tmp_path) as other:
        page, _ = open_page(site)
        attempt = "fetch(url, { mode: 'no-cors' }).then(() => 'reached', () => 'refused')"
        assert page.evaluate(f"(url) => {attempt}", other + "secret") == "refused"
        in_worker = f"""(url) => new Promise((resolve) => {{
          const source = `const url = ${{JSON.stringify(url)}}; {attempt}.then(postMessage)`;
          const blob = URL.createObjectURL(new Blob([source], {{ type: "text/javascript" }}));
          new Worker(blob).onmessage = ({{ data }}) => resolve(data);
        }})"""
        assert page.evaluate(in_worker, other + "secret") == "refused"
        assert page.evaluate(in_worker, site + "style.css") == "reached"


def test_only_the_newest_text_counts(
    open_page: Callable[..., Opened], site: str, tagger: Tagger
) -> None:
    page, _ = open_page(site)
    page.evaluate("""() => {
      window.summaries = [];
      const summary = document.getElementById("summary");
      new MutationObserver(() => window.summaries.push(summary.textContent))
        .observe(summary, { childList: true });
    }""")
    page.evaluate("document.getElementById('time').textContent = ''")
    page.fill("#text", "Gout. " * 20_000)
    page.locator("#time", has_text="Reading").wait_for()
    enter(page, TEXT)
    assert rows_with_numbers(page) == expected_rows(tagger, TEXT)
    assert len(page.evaluate("window.summaries")) == 1


def test_long_text_leaves_the_page_usable(open_page: Callable[..., Opened], site: str) -> None:
    page, _ = open_page(site)
    sentences = [" ".join(s.words) for s in read_demo("test")]
    text = (" ".join(sentences) * 20)[:100_000]
    page.evaluate("""() => {
      window.happened = [];
      document.addEventListener("keydown", () => window.happened.push("key"));
      new MutationObserver(() => window.happened.push("result"))
        .observe(document.getElementById("summary"), { childList: true });
    }""")
    page.fill("#text", text)
    page.locator("#time", has_text="Reading").wait_for()
    page.keyboard.press("Shift")
    page.locator("#time", has_text=" ms").wait_for()
    assert page.evaluate("window.happened") == ["key", "result"]
    words = int(re.sub(r"\D", "", page.inner_text("#time").split(" words")[0]))
    assert words > 10_000


def test_what_is_not_shown_is_said_and_exported(
    open_page: Callable[..., Opened], site: str, tagger: Tagger
) -> None:
    page, _ = open_page(site)
    text = "Aspirin relieves headache.\n" * 1200
    assert len(tagger.tag("Aspirin relieves headache.")) > 0
    enter(page, text)
    count = len(tagger.tag(text))
    assert count > 1000 and len(table(page)) == 1000
    assert f"JSON and CSV have all {count:,}" in page.inner_text("#note")
    page.get_by_role("button", name="Copy JSON").click()
    page.locator("#done", has_text="Copied").wait_for()
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert len(copied["entities"]) == count and copied["text"] == text


def test_long_sentences_are_said(open_page: Callable[..., Opened], site: str) -> None:
    page, _ = open_page(site)
    enter(page, TEXT)
    assert not page.is_visible("#note")
    enter(page, "pain and " * 40)
    assert "1 sentence of more than 32 words was read in overlapping" in page.inner_text("#note")


def test_json_and_csv_are_the_table(open_page: Callable[..., Opened], site: str) -> None:
    page, _ = open_page(site)
    enter(page, TEXT)
    rows = table(page)
    assert rows

    def copied(form: str) -> str:
        page.get_by_role("button", name=f"Copy {form}").click()
        page.locator("#done", has_text=f"Copied as {form}.").wait_for()
        return page.evaluate("navigator.clipboard.readText()")

    def saved(form: str) -> str:
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Save {form}").click()
        assert download.value.suggested_filename == f"mentions.{form.lower()}"
        return Path(download.value.path()).read_bytes().decode()

    def as_rows(records: list[dict[str, Any]]) -> list[list[str]]:
        return [
            [e["type"], e["text"], str(e["start"]), str(e["end"]), f"{float(e['score']):.4f}"]
            for e in records
        ]

    record = json.loads(copied("JSON"))
    assert record["text"] == TEXT and as_rows(record["entities"]) == rows
    assert as_rows(list(csv.DictReader(io.StringIO(copied("CSV"), newline="")))) == rows
    assert json.loads(saved("JSON")) == record
    assert as_rows(list(csv.DictReader(io.StringIO(saved("CSV"), newline="")))) == rows


def test_a_refused_clipboard_is_said(open_page: Callable[..., Opened], site: str) -> None:
    refuses = "navigator.clipboard.writeText = () => Promise.reject(new Error('no'))"
    page, _ = open_page(site, before=refuses)
    page.get_by_role("button", name="Copy CSV").click()
    page.locator("#done", has_text="use Save CSV instead").wait_for()


def test_the_keyboard_reaches_everything(open_page: Callable[..., Opened], site: str) -> None:
    page, _ = open_page(site)
    focused = """() => { const e = document.activeElement;
      return e.id || e.textContent.trim() || e.tagName; }"""
    stops = []
    for _ in range(30):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(focused))
        if page.evaluate("document.activeElement.closest('footer') !== null"):
            break
    first = page.locator("#marked mark").first.inner_text()
    examples = page.locator(".examples button").all_inner_texts()
    actions = ["copy-json", "copy-csv", "save-json", "save-csv"]
    assert stops[:3] == ["Skip to the text", "clear", "text"]
    assert stops[3 : 3 + len(examples)] == examples
    names = "Names that you know"
    assert stops[3 + len(examples) : 9 + len(examples)] == [names, first, *actions]


def test_scores_show_on_focus_and_on_hover(open_page: Callable[..., Opened], site: str) -> None:
    page, _ = open_page(site)
    enter(page, TEXT)
    rows, tip = table(page), page.locator("#tip")
    assert len(rows) > 1 and not tip.is_visible()

    def said(row: list[str]) -> str:
        return f"{row[0]}, score {row[4]}, characters {row[2]} to {row[3]}"

    page.locator("#marked mark").first.focus()
    assert tip.inner_text() == said(rows[0])
    assert page.locator("#marked mark").first.get_attribute("aria-describedby") == "tip"
    for key, row in (("ArrowRight", 1), ("End", -1), ("ArrowRight", -1), ("Home", 0)):
        page.keyboard.press(key)
        assert tip.inner_text() == said(rows[row]), key
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    page.locator("#marked mark").nth(1).hover()
    assert tip.inner_text() == said(rows[1])


def test_a_screen_reader_finds_its_way(open_page: Callable[..., Opened], site: str) -> None:
    page, _ = open_page(site)
    enter(page, TEXT)
    for landmark in ("banner", "main", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1, landmark
    for name in ("Your text", "Mentions in it", "Table of mentions"):
        assert page.get_by_role("region", name=name, exact=True).count() == 1, name
    assert page.get_by_role("table", name="Table of mentions").count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_label("Your text", exact=True).first.evaluate("e => e.tagName") in (
        "SECTION",
        "TEXTAREA",
    )
    assert page.get_by_role("textbox", name="Your text").count() == 1
    assert page.get_by_role("columnheader").all_inner_texts() == [
        "Type",
        "Text",
        "Start",
        "End",
        "Score",
    ]
    status = page.get_by_role("status").all_inner_texts()
    mentions = len(table(page))
    assert any(re.match(rf"{mentions} mentions \(.*\) in 2 sentences\.", s) for s in status)
    legend = page.get_by_role("list", name="Entity types").get_by_role("listitem")
    assert legend.count() == len({"Chemical", "Disease"})
    assert all(button.inner_text().strip() for button in page.get_by_role("button").all())


CONTRAST = """() => {
  const channels = (colour) => colour.match(/[0-9.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).slice(0, 3).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if ((channels(colour)[3] ?? 1) === 1) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const box = document.getElementById("marked");
  for (let type = 0; type < 8; type += 1) {
    const mark = document.createElement("mark");
    mark.className = `type-${type}`;
    mark.dataset.type = mark.textContent = "Type";
    const label = document.createElement("span");
    label.className = `label type-${type}`;
    label.textContent = "Type";
    box.append(mark, label);
  }
  document.getElementById("problem").hidden = false;
  document.getElementById("tip").hidden = false;
  const found = {};
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const name = `${element.tagName}.${element.className}#${element.id}`;
    if (own) found[name] = ratio(getComputedStyle(element).color, behind(element));
    const after = getComputedStyle(element, "::after");
    if (after.content !== "none") found[`${name}::after`] = ratio(after.color, behind(element));
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough(open_page: Callable[..., Opened], site: str, scheme: str) -> None:
    page, _ = open_page(site, color_scheme=scheme)
    ratios = page.evaluate(CONTRAST)
    assert len([name for name in ratios if name.endswith("::after")]) >= 8
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 28)"
    assert dark == (scheme == "dark")


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_screen(
    open_page: Callable[..., Opened], site: str, width: int
) -> None:
    page, _ = open_page(site, viewport={"width": width, "height": 800})
    enter(page, TEXT + " " + "a" * 300)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_nothing_moves_for_those_who_ask_for_less_motion(
    open_page: Callable[..., Opened], site: str
) -> None:
    page, _ = open_page(site, reduced_motion="reduce")
    duration = "getComputedStyle(document.getElementById('marked')).transitionProperty"
    assert page.evaluate(duration) == "none"


def test_examples_and_clear(open_page: Callable[..., Opened], site: str) -> None:
    page, _ = open_page(site)
    texts = set()
    for button in page.locator(".examples button").all():
        button.click()
        texts.add(page.input_value("#text"))
    assert len(texts) == 3 and all(4 <= text.count(". ") + 1 <= 9 for text in texts)
    page.get_by_role("button", name="Clear").click()
    page.locator("#summary", has_text="No mentions in 0 sentences.").wait_for()
    assert page.input_value("#text") == "" and table(page) == []
    assert page.evaluate("document.activeElement.id") == "text"


def test_text_is_not_read_as_markup(open_page: Callable[..., Opened], site: str) -> None:
    page, seen = open_page(site)
    enter(page, "<img src=x onerror=alert(1)> headache & <b>asthma</b>")
    assert page.locator("#marked img, #marked b, #rows img").count() == 0
    assert seen["errors"] == []


def test_works_without_a_network_once_loaded(
    open_page: Callable[..., Opened], site: str, tagger: Tagger
) -> None:
    page, _ = open_page(site)
    page.context.set_offline(True)
    enter(page, TEXT)
    assert rows_with_numbers(page) == expected_rows(tagger, TEXT)


def test_a_server_that_unpacks_on_the_way(
    open_page: Callable[..., Opened], web_export: Path, tagger: Tagger
) -> None:
    with served(web_export / "web", unpacks=True) as url:
        page, seen = open_page(url)
        enter(page, TEXT)
        assert rows_with_numbers(page) == expected_rows(tagger, TEXT)
        assert seen["errors"] == []


def test_an_older_browser_gets_the_other_build(
    open_page: Callable[..., Opened], site: str, tagger: Tagger
) -> None:
    # LiteRT.js asks for relaxed SIMD by starting a tiny program that uses it.
    lacks = "WebAssembly.instantiate = () => Promise.reject(new Error('no relaxed SIMD'));"
    page, _ = open_page(site)
    build = page.evaluate(
        f"""async () => {{ {lacks}
          const {{ wasmBuild }} = await import("./model.js"); return wasmBuild(location.href); }}"""
    )
    assert build == "litert_wasm_compat_internal"
    page, _ = open_page(site)
    forced = IN_THE_PAGE.replace("await wasmBuild(base)", "'litert_wasm_compat_internal'")
    words = list(read_demo("test")[0].words)
    forced = forced.replace("const base", "delete self.Module; const base")
    assert page.evaluate(forced, [words])[0]["tags"] == tagger.tag_words(words)


def problem(page: Any) -> str:
    page.locator("#problem").wait_for()
    assert not page.is_visible("#loading")
    return page.inner_text("#problem")


@pytest.fixture
def broken(web_export: Path, tmp_path: Path) -> Path:
    """A copy of the page that a test may damage."""
    return Path(shutil.copytree(web_export / "web", tmp_path / "web"))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("student.tflite.gz", "student.tflite.gz could not be fetched: the server answered 404"),
        ("tables.json.gz", "tables.json.gz could not be fetched: the server answered 404"),
        ("litert/core.js", "core.js"),
        ("worker.js", "worker.js"),
        ("app.js", "app.js could not be loaded"),
        ("view.js", "app.js could not be loaded"),
    ],
)
def test_a_missing_file_is_named(
    open_page: Callable[..., Opened], broken: Path, name: str, says: str
) -> None:
    (broken / name).unlink()
    with served(broken) as url:
        page, _ = open_page(url, wait=False)
        assert says in problem(page)


def test_a_damaged_file_is_named(open_page: Callable[..., Opened], broken: Path) -> None:
    path = broken / "tables.json.gz"
    path.write_bytes(path.read_bytes()[:-500])
    with served(broken) as url:
        page, _ = open_page(url, wait=False)
        assert "tables.json.gz is damaged" in problem(page)


def test_a_damaged_model_is_told(open_page: Callable[..., Opened], broken: Path) -> None:
    path = broken / "student.tflite.gz"
    path.write_bytes(unpacked(path)[:-1])
    with served(broken) as url:
        page, _ = open_page(url, wait=False)
        assert "student.tflite.gz is damaged, or tables.json.gz belongs to another" in problem(page)


def test_a_model_that_is_none_is_told(open_page: Callable[..., Opened], broken: Path) -> None:
    (broken / "student.tflite.gz").write_bytes(b"no model at all")
    path = broken / "tables.json.gz"
    tables = {**json.loads(unpacked(path)), "model_crc32": zlib.crc32(b"no model at all")}
    path.write_text(json.dumps(tables), encoding="utf-8")
    with served(broken) as url:
        page, _ = open_page(url, wait=False)
        assert "LiteRT.js cannot run student.tflite.gz" in problem(page)


def test_tables_of_another_model_are_told(open_page: Callable[..., Opened], broken: Path) -> None:
    path = broken / "tables.json.gz"
    tables = json.loads(unpacked(path))
    tables["model_crc32"] += 1
    path.write_text(json.dumps(tables), encoding="utf-8")
    with served(broken) as url:
        page, _ = open_page(url, wait=False)
        assert "or tables.json.gz belongs to another model" in problem(page)


def test_a_slider_keeps_the_mentions_of_a_precision(
    open_page: Callable[..., Opened], broken: Path, tagger: Tagger
) -> None:
    raw_scores = sorted(entity.score for entity in tagger.tag(TEXT))
    middle = raw_scores[len(raw_scores) // 2]
    curve = Curve(90, (Knot(0, 0.1, 0.55), Knot(middle, 0.6, 0.8), Knot(1, 0.9, 0.95)))
    path = broken / "tables.json.gz"
    tables = json.loads(unpacked(path))
    calibration = Calibration(dict.fromkeys(tagger.entity_types, curve))
    tables["postprocessing"] = Postprocessing(calibration).to_json()
    path.write_text(json.dumps(tables), encoding="utf-8")
    calibrated = Tagger(tagger._model, Tables.from_json(tables))
    with served(broken) as url:
        page, seen = open_page(url)
        slider = page.get_by_label("Keep mentions of which this precision is expected together")
        assert slider.is_visible() and page.inner_text("#precision-value") == "all"
        assert "share of right ones" in page.inner_text("#score-help")
        enter(page, TEXT)
        every = expected_rows(calibrated, TEXT)
        assert rows_with_numbers(page) == every
        slider.fill("0.79")
        assert page.inner_text("#precision-value") == "0.79"
        kept = [
            [e.type, e.text, str(e.start), str(e.end), pytest.approx(e.score, abs=2e-3)]
            for e in calibrated.tag(TEXT, min_precision=0.79)
        ]
        assert rows_with_numbers(page) == kept
        assert 0 < len(kept) < len(every)
        assert page.locator("#marked mark").count() == len(kept)
        slider.fill("0.5")
        assert rows_with_numbers(page) == every
        assert seen["errors"] == []


def test_a_page_without_calibration_has_no_slider(
    open_page: Callable[..., Opened], site: str
) -> None:
    page, _ = open_page(site)
    assert not page.locator("#precision-choice").is_visible()
    assert "mean probability" in page.inner_text("#score-help")


def test_a_page_that_is_opened_as_a_file_says_how_to_serve_it(
    open_page: Callable[..., Opened], broken: Path
) -> None:
    page, _ = open_page((broken / "index.html").as_uri(), wait=False)
    assert "python -m http.server 8000" in problem(page)


@pytest.mark.parametrize(
    ("before", "says"),
    [
        ("delete window.WebAssembly", "no WebAssembly"),
        ("delete window.DecompressionStream", "too old"),
    ],
)
def test_a_browser_that_lacks_something_is_told(
    open_page: Callable[..., Opened], site: str, before: str, says: str
) -> None:
    page, _ = open_page(site, wait=False, before=before)
    assert says in problem(page)


def test_names_that_a_user_knows_are_marked_and_faulty_lists_are_told(
    open_page: Callable[..., Opened], site: str, tagger: Tagger
) -> None:
    page, seen = open_page(site)
    text = f"{TEXT} Then zzqx fever."
    enter(page, text)
    plain = tagger.tag(text)
    page.click("text=Names that you know")
    page.get_by_label("Always a mention").fill("zzqx fever\tDisease")
    marked = page.locator("#marked mark", has_text="zzqx fever")
    marked.wait_for()
    names = Names.of([("zzqx fever", "Disease")], [one.text for one in plain])
    page.get_by_label("Never a mention").fill("\n".join({one.text for one in plain}))
    page.locator("#summary", has_text="1 mention ").wait_for()
    found = tagger.tag(text, names=names)
    named = [[e.type, e.text, str(e.start), str(e.end), e.score] for e in found]
    assert rows_with_numbers(page) == named and len(named) == 1
    page.get_by_label("Always a mention").fill("zzqx\tGene")
    problem = page.locator("#names-problem", has_text="always, line 1: “zzqx” has the type “Gene”")
    problem.wait_for()
    assert rows_with_numbers(page) == expected_rows(tagger, text)
    page.get_by_label("Always a mention").fill("")
    problem.wait_for(state="hidden")
    assert seen["errors"] == [] and seen["foreign"] == []
