"""The hub's real client against a server of the tests' own."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.source import choose_files
from tests.hub_server import COMMIT, REPOSITORY, Hub, client_environment, serving

SMALL = {"config.json": b'{"model_type": "bert"}', "vocab.txt": b"[PAD]\n", "README.md": b"# bert"}
WEIGHTS = bytes(range(256)) * 800
PROGRAM = """
import sys
from huggingface_hub import constants
# In whole chunks, the client would lose a cut file of this size altogether.
constants.DOWNLOAD_CHUNK_SIZE = 10_000
from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.source import resolve_teacher
try:
    print(resolve_teacher(sys.argv[1]))
except InputError as error:
    sys.exit(f"InputError: {error}")
"""


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving({**SMALL, "pytorch_model.bin": WEIGHTS}) as hub:
        yield hub


@pytest.fixture
def resolve(hub, tmp_path):
    """Runs resolve_teacher in a process of its own, as the client reads its settings at import."""

    def run(teacher: str = REPOSITORY, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, teacher],
            capture_output=True,
            text=True,
            env=client_environment(hub, tmp_path) | settings,
            cwd=tmp_path,
            timeout=120,
        )

    return run


def folder_of(ran: subprocess.CompletedProcess[str]) -> Path:
    assert ran.returncode == 0, ran.stderr
    return Path(ran.stdout.strip())


def error_of(ran: subprocess.CompletedProcess[str]) -> str:
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    return ran.stderr[ran.stderr.index("InputError: ") :].strip()


def test_a_checkpoint_is_downloaded_and_nothing_else(hub, resolve):
    hub.files |= {"tf_model.h5": WEIGHTS, "flax_model.msgpack": WEIGHTS, "sub/config.json": b"{}"}
    folder = folder_of(resolve())
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json",
        "pytorch_model.bin",
        "vocab.txt",
    ]
    assert (folder / "pytorch_model.bin").read_bytes() == WEIGHTS
    assert (folder / "config.json").read_bytes() == SMALL["config.json"]
    assert hub.fetched().count("/cdn/pytorch_model.bin") == 1


def test_the_second_time_nothing_is_downloaded_again(hub, resolve):
    first = folder_of(resolve())
    hub.requests.clear()
    assert folder_of(resolve()) == first
    assert all(path.startswith("/api/") for path in hub.fetched())


def test_a_commit_can_be_named(resolve):
    assert folder_of(resolve(f"{REPOSITORY}@{COMMIT}")).name == COMMIT


def test_offline_mode_takes_the_copy_in_the_cache(hub, resolve):
    first = folder_of(resolve())
    hub.requests.clear()
    assert folder_of(resolve(HF_HUB_OFFLINE="1")) == first
    assert hub.requests == []


def test_offline_mode_without_a_copy_says_so(hub, resolve):
    error = error_of(resolve(HF_HUB_OFFLINE="1"))
    assert error.startswith(f"InputError: {REPOSITORY}: not in the cache, and HF_HUB_OFFLINE")
    assert hub.requests == []


def test_without_network_the_copy_in_the_cache_is_taken(resolve):
    first = folder_of(resolve())
    # Port 9 discards: nothing listens there.
    assert folder_of(resolve(HF_ENDPOINT="http://127.0.0.1:9")) == first


def test_without_network_and_copy_the_error_says_what_to_do(resolve):
    error = error_of(resolve(HF_ENDPOINT="http://127.0.0.1:9"))
    assert "not in the cache, and http://127.0.0.1:9 did not deliver" in error
    assert "check the network" in error
    assert "\n" not in error


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_in_trouble_is_a_clear_error(hub, resolve, status):
    hub.status = status
    assert "did not deliver" in error_of(resolve())


def test_a_refusal_is_told_with_its_status(hub, resolve):
    hub.status = 403
    assert "answered 403 Forbidden; check HF_TOKEN" in error_of(resolve())


@pytest.mark.parametrize("status", [401, 404])
@pytest.mark.parametrize("headers", [{"X-Error-Code": "RepoNotFound"}, {}])
def test_a_repository_that_does_not_exist_is_named(hub, resolve, status, headers):
    hub.missing, hub.missing_headers = status, headers
    error = error_of(resolve("owner/brt"))
    assert error.startswith("InputError: owner/brt: neither a folder here nor a repository at http")
    assert "\n" not in error


def test_a_revision_that_does_not_exist_is_named(resolve):
    error = error_of(resolve(f"{REPOSITORY}@v9"))
    assert error.startswith(f"InputError: {REPOSITORY}@v9: the repository exists, but not this")


def test_a_name_that_the_hub_forbids_is_an_input_error(hub, resolve):
    assert "neither a folder here nor a repository" in error_of(resolve("owner/a--b"))
    assert hub.requests == []


def test_a_gated_repository_says_where_to_ask(hub, resolve):
    hub.gated = True
    error = error_of(resolve())
    assert f"accept its terms at http://127.0.0.1:{hub.port}/{REPOSITORY}" in error


def test_a_repository_without_readable_weights_says_what_is_read(hub, resolve):
    hub.files = SMALL
    assert "none of the weights that can be read (model.safetensors" in error_of(resolve())


def test_a_cut_download_goes_on_where_it_stopped(hub, resolve):
    hub.cuts = [50_000]
    folder = folder_of(resolve())
    assert (folder / "pytorch_model.bin").read_bytes() == WEIGHTS
    ranges = [asked for _, path, asked in hub.requests if path.startswith("/cdn/") and asked]
    assert ranges == ["bytes=50000-"]


def test_a_download_that_is_cut_again_and_again_is_resumed_by_the_next_run(hub, resolve):
    hub.cuts = [50_000, 20_000, 20_000]
    error = error_of(resolve())
    assert "the copy in the cache is not complete" in error
    assert "it goes on where it stopped" in error
    hub.requests.clear()
    folder = folder_of(resolve())
    assert (folder / "pytorch_model.bin").read_bytes() == WEIGHTS
    ranges = [asked for _, path, asked in hub.requests if path.startswith("/cdn/")]
    assert ranges == ["bytes=90000-"]


def test_an_incomplete_copy_is_not_taken_offline(hub, resolve):
    hub.cuts = [100] * 3
    error_of(resolve())
    error = error_of(resolve(HF_HUB_OFFLINE="1"))
    assert "the copy in the cache is not complete, and HF_HUB_OFFLINE" in error


def test_a_cache_that_cannot_be_written_is_named(resolve, tmp_path):
    (tmp_path / "hf_home").write_text("a file where the cache should be")
    error = error_of(resolve())
    assert f"{tmp_path / 'hf_home' / 'hub'} cannot be written" in error
    assert "set HF_HOME" in error


def test_safetensors_are_chosen_before_torch_and_torch_before_tensorflow():
    names = [*SMALL, "tf_model.h5", "pytorch_model.bin", "model.safetensors"]
    assert choose_files("x", names) == ["config.json", "vocab.txt", "model.safetensors"]
    assert choose_files("x", names[:-1])[-1] == "pytorch_model.bin"
    assert choose_files("x", names[:-2])[-1] == "tf_model.h5"


def test_both_files_of_byte_level_bpe_are_downloaded():
    names = ["config.json", "merges.txt", "model.safetensors", "README.md", "vocab.json"]
    assert choose_files("x", names) == [name for name in names if name != "README.md"]


def test_an_index_is_chosen_with_its_shards_alone():
    names = [
        *SMALL,
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model-old.safetensors",
        "model.safetensors.index.json",
        "pytorch_model-00001-of-00001.bin",
        "pytorch_model.bin.index.json",
    ]
    assert choose_files("x", names) == [
        "config.json",
        "vocab.txt",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
    ]


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["vocab.txt", "model.safetensors"], "no configuration"),
        (["config.json", "model.safetensors"], "no vocabulary"),
        (["config.json", "tokenizer.json", "model.gguf"], "none of the weights"),
    ],
)
def test_a_repository_that_is_no_checkpoint_says_what_it_lacks(names, reason):
    with pytest.raises(InputError, match=reason):
        choose_files("owner/name", names)
