"""Students on the hub: its real client against a server of the tests' own."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bioner_kd.errors import InputError
from bioner_kd.tagging.hub import fetch_student, is_on_hub
from bioner_kd.tagging.tagger import Tagger
from tests.hub_server import COMMIT, REPOSITORY, Hub, client_environment, serving

pytest.importorskip("huggingface_hub")

READY = Path(__file__).resolve().parents[2] / "saved_models" / "disease_bilstm"
STUDENT = f"hf:{REPOSITORY}"
NEEDED = ["manifest.json", "student_int8.tflite", "tables.json"]
PROGRAM = """
import json, sys, time
time.sleep = lambda seconds: None  # the client waits longer before each new attempt
if sys.argv[3:]:
    sys.modules["huggingface_hub"] = None  # as where it is not installed
from bioner_kd import InputError, Tagger
try:
    tagger = Tagger.load(sys.argv[1], form=sys.argv[2])
except InputError as error:
    sys.exit(f"InputError: {error}")
print(json.dumps([(e.text, e.type) for e in tagger.tag("She had breast cancer.")]))
"""
FOUND = [["breast cancer", "Disease"]]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def hub() -> Iterator[Hub]:
    files = [path for path in READY.rglob("*") if path.is_file()]
    with serving({path.relative_to(READY).as_posix(): path.read_bytes() for path in files}) as hub:
        yield hub


@pytest.fixture
def load(hub: Hub, tmp_path: Path) -> Run:
    """Runs Tagger.load in a process of its own, as the client reads its settings at import."""

    def run(
        student: str = STUDENT, form: str = "", *more: str, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, student, form, *more],
            capture_output=True,
            text=True,
            env=client_environment(hub, tmp_path) | settings,
            cwd=tmp_path,
            timeout=120,
        )

    return run


def found(ran: subprocess.CompletedProcess[str]) -> list[list[str]]:
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def error_of(ran: subprocess.CompletedProcess[str]) -> str:
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    error = ran.stderr[ran.stderr.index("InputError: ") :].strip()
    assert "\n" not in error
    return error.removeprefix("InputError: ")


def cached(folder: Path) -> list[str]:
    snapshot = folder / "hf_home" / "hub" / f"models--{REPOSITORY.replace('/', '--')}" / "snapshots"
    files = (path for path in (snapshot / COMMIT).rglob("*") if path.is_file())
    return sorted(path.relative_to(snapshot / COMMIT).as_posix() for path in files)


def asked_for(hub: Hub) -> list[tuple[str, str]]:
    """Requests for files; newer clients also ask for what concerns themselves."""
    return [(verb, path) for verb, path, _ in hub.requests if not path.startswith("/api/")]


def test_what_a_tagger_needs_is_fetched_and_nothing_else(load: Run, tmp_path: Path) -> None:
    assert found(load()) == FOUND
    assert cached(tmp_path) == NEEDED


def test_the_form_says_which_model_is_fetched(hub: Hub, load: Run, tmp_path: Path) -> None:
    manifest = json.loads(hub.files["manifest.json"])
    # A second model, of the same content.
    manifest["models"]["float16"] = manifest["models"]["int8"] | {"path": "student_float16.tflite"}
    for files in (manifest["files"], hub.files):
        files["student_float16.tflite"] = files["student_int8.tflite"]
    hub.files["manifest.json"] = json.dumps(manifest).encode()
    assert found(load(STUDENT, "int8")) == FOUND
    assert cached(tmp_path) == NEEDED
    assert found(load()) == FOUND  # the first of the two
    assert cached(tmp_path) == sorted([*NEEDED, "student_float16.tflite"])


def test_the_second_time_only_the_revision_is_asked_for(hub: Hub, load: Run) -> None:
    found(load())
    hub.requests.clear()
    assert found(load()) == FOUND
    assert asked_for(hub) == [("HEAD", f"/{REPOSITORY}/resolve/main/manifest.json")]


def test_a_commit_can_be_named_and_is_not_asked_for_again(hub: Hub, load: Run) -> None:
    assert found(load(f"{STUDENT}@{COMMIT}")) == FOUND
    hub.requests.clear()
    assert found(load(f"{STUDENT}@{COMMIT}")) == FOUND
    assert asked_for(hub) == []


def test_offline_the_copy_in_the_cache_is_taken(hub: Hub, load: Run) -> None:
    found(load())
    hub.requests.clear()
    assert found(load(HF_HUB_OFFLINE="1")) == FOUND
    assert hub.requests == []
    # Port 9 discards: nothing listens there.
    assert found(load(HF_ENDPOINT="http://127.0.0.1:9")) == FOUND


def test_offline_without_a_copy_says_so(hub: Hub, load: Run) -> None:
    error = error_of(load(HF_HUB_OFFLINE="1"))
    assert error.startswith(f"{STUDENT}: ") and "unset" in error and "HF_HUB_OFFLINE" in error
    assert hub.requests == []


def test_without_network_and_copy_the_error_says_what_to_do(load: Run) -> None:
    error = error_of(load(HF_ENDPOINT="http://127.0.0.1:9"))
    assert "not in the cache" in error and "http://127.0.0.1:9" in error
    assert "check the network" in error


@pytest.mark.parametrize(
    ("status", "headers"), [(401, {"X-Error-Code": "RepoNotFound"}), (404, {})]
)
def test_a_repository_that_does_not_exist_is_named(
    hub: Hub, load: Run, status: int, headers: dict[str, str]
) -> None:
    hub.missing, hub.missing_headers = status, headers
    error = error_of(load("hf:owner/nosuch"))
    assert error.startswith("hf:owner/nosuch: ") and f"at http://127.0.0.1:{hub.port}" in error


def test_a_revision_that_does_not_exist_is_named(load: Run) -> None:
    error = error_of(load(f"{STUDENT}@v9"))
    assert error.startswith(f"{STUDENT}@v9: ") and "branch, tag or commit" in error


def test_a_repository_that_is_no_export_folder_says_what_it_lacks(hub: Hub, load: Run) -> None:
    del hub.files["manifest.json"]
    error = error_of(load())
    assert error.startswith(f"{STUDENT}: ") and "no manifest.json" in error


def test_a_file_that_the_manifest_promises_is_missed(hub: Hub, load: Run) -> None:
    del hub.files["student_int8.tflite"]
    assert "no student_int8.tflite" in error_of(load())


def test_a_gated_repository_says_where_to_ask(hub: Hub, load: Run) -> None:
    hub.gated = True
    error = error_of(load())
    assert "accept its terms" in error and f"http://127.0.0.1:{hub.port}/{REPOSITORY}" in error


def test_a_refusal_is_told_with_its_status(hub: Hub, load: Run) -> None:
    hub.status = 403
    error = error_of(load())
    assert "403 Forbidden" in error and "check HF_TOKEN" in error


def test_a_file_that_is_not_the_one_of_the_manifest_is_refused(hub: Hub, load: Run) -> None:
    hub.files["student_int8.tflite"] = hub.files["student_int8.tflite"][:-1] + b"!"
    assert "not the file that was exported" in error_of(load())


def test_a_cut_download_is_one_line_or_goes_on(hub: Hub, load: Run) -> None:
    hub.cuts = [1_000_000]
    ran = load()
    if ran.returncode:
        assert "did not deliver" in error_of(ran) and "goes on where it stopped" in ran.stderr
        ran = load()
    assert found(ran) == FOUND


def test_a_manifest_cannot_name_files_outside_of_the_repository(hub: Hub, load: Run) -> None:
    manifest = json.loads(hub.files["manifest.json"])
    manifest["models"]["int8"]["path"] = "../../../../secret.tflite"
    manifest["files"]["../../../../secret.tflite"] = {"bytes": 1, "sha256": "0"}
    hub.files["manifest.json"] = json.dumps(manifest).encode()
    assert "is no name of a file in this folder" in error_of(load())
    assert not any("secret" in path for _, path, _ in hub.requests)


def test_a_cache_that_cannot_be_written_is_named(load: Run, tmp_path: Path) -> None:
    (tmp_path / "hf_home").write_text("a file where the cache should be")
    error = error_of(load())
    assert f"{tmp_path / 'hf_home' / 'hub'} cannot be written" in error


def test_without_the_client_the_error_names_the_extra(hub: Hub, load: Run) -> None:
    error = error_of(load(STUDENT, "", "not installed"))
    assert 'pip install "bioner_kd[hub]"' in error
    assert hub.requests == []


@pytest.mark.parametrize(
    "name",
    ["hf:", "hf:owner", "hf:owner/name@", "hf:a/b/c", "hf:/etc/passwd", "hf:a/../b", "hf: a/b"],
)
def test_a_name_that_is_none_says_how_they_are_written(name: str) -> None:
    assert is_on_hub(name)
    with pytest.raises(InputError, match="hf:owner/name@revision"):
        Tagger.load(name)


def test_a_name_that_the_hub_forbids_is_an_input_error() -> None:
    with pytest.raises(InputError, match="^hf:owner/a--b: .*no such repository"):
        fetch_student("hf:owner/a--b")


def test_other_paths_are_not_of_the_hub() -> None:
    assert not any(map(is_on_hub, ("disease_bilstm", "owner/name", "/hf:a/b", "")))
