"""tagger.pyz where nothing is installed but numpy and a TFLite interpreter."""

import gzip
import importlib.util
import json
import os
import shutil
import subprocess
import venv
import zipfile
from pathlib import Path

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.export.zipapp import runtime_sources, write_zipapp
from bioner_kd.tagging.models.layout import ARCHIVE, TFLITE_FILES
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.text import formats
from bioner_kd.text.documents import all_formats

# What `pip install numpy ai-edge-litert` brings, as far as it is imported.
INSTALLED = ("numpy", "numpy.libs", "ai_edge_litert")
TEXTS = [sentence.text for sentence in read_demo("test")[:20]]
Result = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with these packages alone."""
    folder = tmp_path_factory.mktemp("device") / "venv"
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    for name in INSTALLED:
        found = site_packages() / name
        if found.exists():
            (site / name).symlink_to(found)
    return folder / "bin" / "python"


def site_packages() -> Path:
    specification = importlib.util.find_spec("ai_edge_litert")
    if specification is None or specification.origin is None:
        pytest.skip("ai-edge-litert is not installed here")
    return Path(specification.origin).parents[1]


@pytest.fixture(scope="module")
def device(export_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was copied to a device: an export folder, without its SavedModel."""
    folder = tmp_path_factory.mktemp("device") / "student"
    shutil.copytree(export_folder, folder, ignore=shutil.ignore_patterns("saved_model"))
    return folder


def run(python: Path, *arguments: object, stdin: str = "", cwd: Path | None = None) -> Result:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    finished = subprocess.run(
        [str(python), *map(str, arguments)],
        input=stdin.encode(),
        capture_output=True,
        cwd=cwd or "/",
        env=clean,
        timeout=120,
        check=False,
    )
    errors = finished.stderr.decode()
    assert "Traceback" not in errors
    return Result(finished.args, finished.returncode, finished.stdout.decode(), errors)


@pytest.mark.parametrize("name", ["tensorflow", "keras", "absl", "tqdm", "bioner_kd", "scipy"])
def test_nothing_else_is_installed_there(python: Path, name: str) -> None:
    program = f"import importlib.util; print(importlib.util.find_spec({name!r}))"
    assert run(python, "-c", program).stdout == "None\n"


def test_the_folder_and_two_packages_are_all_that_tagging_needs(
    python: Path, device: Path, export_folder: Path
) -> None:
    result = run(python, device / ARCHIVE, stdin="\n".join(TEXTS))
    assert (result.returncode, result.stderr) == (0, "")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [record["text"] for record in found] == TEXTS
    tagger = Tagger.load(export_folder)
    expected = [[(e.type, e.start, e.end) for e in tagger.tag(text)] for text in TEXTS]
    assert any(expected)
    assert [[(e["type"], e["start"], e["end"]) for e in r["entities"]] for r in found] == expected


def test_one_text_and_the_folder_it_lies_in_by_a_relative_path(python: Path, device: Path) -> None:
    result = run(python, ARCHIVE, "--text", "It is gout.", "--form=int8", cwd=device)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout)["text"] == "It is gout."


def test_conll_to_a_file(python: Path, device: Path, tmp_path: Path) -> None:
    text = "The doctors of this old town say that it is\ngout."
    (tmp_path / "in.txt").write_text(text, encoding="utf-8")
    result = run(
        python, device / ARCHIVE, "--input=text", "--format=conll",
        f"--output={tmp_path / 'out.tsv'}", tmp_path / "in.txt",
    )  # fmt: skip
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    rows = (tmp_path / "out.tsv").read_text(encoding="utf-8").split("\n")
    words = [row.split("\t")[0] for row in rows]
    assert words == ["-DOCSTART- (in)", "", *text[:-1].split(), ".", "", ""]


PUBMED = """<?xml version="1.0"?><PubmedArticleSet><PubmedArticle><MedlineCitation>
<PMID Version="1">7</PMID><Article><ArticleTitle>{0}</ArticleTitle><Abstract>
<AbstractText Label="METHODS">{1}</AbstractText></Abstract></Article></MedlineCitation>
</PubmedArticle></PubmedArticleSet>"""


def test_documents_come_in_and_go_out_in_other_formats(
    python: Path, device: Path, tmp_path: Path
) -> None:
    first, second = [text for text in TEXTS if Tagger.load(device).tag(text)][:2]
    (tmp_path / "in.xml.gz").write_bytes(gzip.compress(PUBMED.format(first, second).encode()))
    output = tmp_path / "out.PubTator"
    result = run(python, device / ARCHIVE, tmp_path / "in.xml.gz", f"--output={output}")
    assert result.returncode == 0 and "is read as pubmed" in result.stderr
    title, abstract, *mentions = output.read_text(encoding="utf-8").strip().split("\n")
    assert (title, abstract) == (f"7|t|{first}", f"7|a|METHODS: {second}")
    passages = (first, f"METHODS: {second}")
    expected = [e.text for text in passages for e in Tagger.load(device).tag(text)]
    assert [mention.split("\t")[3] for mention in mentions] == expected


IMPORTED = """
import sys
sys.path.insert(0, sys.argv[1])
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.text import formats
from bioner_kd.text.documents import all_formats
assert "tensorflow" not in sys.modules
tagger = Tagger.load(sys.argv[2])
texts = [sys.argv[3]] * 4000
# Without `if __name__ == "__main__":`, and with workers that find the archive too.
found = list(tagger.tag_many(texts, workers=2))
assert len(found) == len(texts)
print(*[(e.type, e.start, e.end) for e in found[0]], sep="\\n")
"""


def test_it_is_imported_from_and_its_workers_are(python: Path, device: Path) -> None:
    text = next(text for text in TEXTS if Tagger.load(device).tag(text))
    result = run(python, "-c", IMPORTED, ARCHIVE, ".", text, cwd=device)
    assert (result.returncode, result.stderr) == (0, "")
    expected = [str((e.type, e.start, e.end)) for e in Tagger.load(device).tag(text)]
    assert result.stdout.split("\n")[:-1] == expected


def test_many_texts_are_shared_by_workers(python: Path, device: Path) -> None:
    texts = TEXTS * 150
    result = run(python, device / ARCHIVE, "--workers=2", stdin="\n".join(texts))
    assert (result.returncode, result.stderr) == (0, "")
    assert [json.loads(line)["text"] for line in result.stdout.splitlines()] == texts


def test_help_and_version(python: Path, device: Path) -> None:
    assert "--workers" in run(python, device / ARCHIVE, "--help").stdout
    assert run(python, device / ARCHIVE, "--version").stdout.startswith("bioner_kd ")


def broken(device: Path, folder: Path) -> Path:
    shutil.copytree(device, folder)
    return folder


def test_a_folder_without_its_tables_is_refused(python: Path, device: Path, tmp_path: Path) -> None:
    folder = broken(device, tmp_path / "student")
    (folder / "tables.json").unlink()
    result = run(python, folder / ARCHIVE, "--text=gout")
    assert result.returncode == 1
    assert result.stderr.startswith("tagger.pyz: ") and "tables.json" in result.stderr
    assert "copy" in result.stderr


def test_tables_of_another_model_are_refused(python: Path, device: Path, tmp_path: Path) -> None:
    folder = broken(device, tmp_path / "student")
    tables = json.loads((folder / "tables.json").read_text(encoding="utf-8"))
    tables["features"]["tables"]["word"].reverse()
    (folder / "tables.json").write_text(json.dumps(tables), encoding="utf-8")
    result = run(python, folder / ARCHIVE, "--text=gout")
    assert result.returncode == 1
    assert "tables.json: not the file that was exported" in result.stderr


@pytest.mark.parametrize("manifest", [True, False])
def test_a_truncated_model_is_refused(
    python: Path, device: Path, tmp_path: Path, manifest: bool
) -> None:
    folder = broken(device, tmp_path / "student")
    path = folder / TFLITE_FILES["float32"]
    path.write_bytes(path.read_bytes()[:5000])
    if not manifest:
        (folder / "manifest.json").unlink()
    result = run(python, folder / ARCHIVE, "--text=gout", f"--model={path}")
    assert result.returncode == 1
    assert str(path) in result.stderr and "again" in result.stderr


def test_a_python_without_numpy_is_told_what_to_install(python: Path, device: Path) -> None:
    result = run(python, "-S", device / ARCHIVE, "--text=It is gout.")
    assert result.returncode == 1
    assert result.stderr.startswith("tagger.pyz needs numpy")
    assert f"{python} -m pip install numpy ai-edge-litert" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_python_that_is_too_old_is_named(python: Path, device: Path) -> None:
    program = (
        "import runpy, sys; sys.version_info = (3, 9, 18, 'final', 0);"
        f"runpy.run_path({str(device / ARCHIVE)!r}, run_name='__main__')"
    )
    result = run(python, "-c", program)
    assert result.returncode == 1
    assert result.stderr.startswith("tagger.pyz needs Python 3.10 or later, and this is 3.9")
    assert result.stderr.count("\n") == 1


def test_a_missing_file_is_named(python: Path, device: Path, tmp_path: Path) -> None:
    result = run(python, device / ARCHIVE, tmp_path / "no.txt")
    assert (result.returncode, result.stdout) == (1, "")
    assert "no.txt: there is no such file" in result.stderr


def test_bytes_that_are_no_utf8_are_named(python: Path, device: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"gout\ngout \xff\n")
    result = run(python, device / ARCHIVE, tmp_path / "a.txt")
    assert result.returncode == 1
    assert "a.txt:2: byte 0xff" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--text=gout", "a.txt"], "give a text or files, not both"),
        (["--workers=-1", "--text=gout"], "--workers=-1: must be at least 0"),
        (["--form=int4", "--text=gout"], "--form=int4"),
        (["--format=xml", "--text=gout"], "xml"),
    ],
)
def test_usage_errors(python: Path, device: Path, arguments: list[str], says: str) -> None:
    result = run(python, device / ARCHIVE, *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert says in result.stderr


def test_equal_sources_give_equal_bytes(tmp_path: Path) -> None:
    write_zipapp(tmp_path / "a.pyz")
    write_zipapp(tmp_path / "b.pyz")
    assert (tmp_path / "a.pyz").read_bytes() == (tmp_path / "b.pyz").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.pyz") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(archive.namelist())
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_it_holds_the_runtime_and_nothing_of_the_training() -> None:
    names = set(runtime_sources())
    assert {"bioner_kd/__init__.py", "bioner_kd/tagging/workers/worker.py"} <= names
    packages = {name.split("/")[1] for name in names if name.count("/") > 1}
    assert packages == {"tagging", "text"}
    assert not any("demo" in name or "public" in name for name in names)


def test_it_holds_the_module_of_every_format() -> None:
    folder = Path(formats.__file__).parent
    modules = {f"bioner_kd/text/formats/{path.name}" for path in folder.glob("*.py")}
    assert len(modules) > len(all_formats()) > 0
    assert modules <= set(runtime_sources())
