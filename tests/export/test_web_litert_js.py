"""LiteRT.js is fetched once, checked, and explained where it cannot be had."""

import base64
import gzip
import hashlib
import io
import socket
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bioner_kd.corpus.http_download import RetryPolicy
from bioner_kd.errors import InputError
from bioner_kd.export.web import litert_js
from bioner_kd.export.web.litert_js import Package, cache_folder, litert_js_files

from .browser import served

FAST = RetryPolicy(timeout=5, retries=0, pause=0)
BUILDS = ("litert_wasm_internal", "litert_wasm_compat_internal")
CORE = {
    "dist/index.js": b'a;\nimport { createWasmLib } from "@litertjs/wasm-utils";\nb;',
    "dist/index.js.map": b"not served",
    **{f"wasm/{build}.js": build.encode() for build in BUILDS},
    **{f"wasm/{build}.wasm": build.encode() * 1000 for build in BUILDS},
}


def tarball(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def package(path: str, content: bytes) -> Package:
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    return Package(path, len(content), hashlib.sha256(content).hexdigest(), f"sha512-{digest}")


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Folder of a registry with small packages; the cache is empty."""
    folder = tmp_path / "registry"
    contents = {"core": tarball(CORE), "wasm-utils": tarball({"dist/index.js": b"utils"})}
    for name, constant in (("core", "CORE"), ("wasm-utils", "WASM_UTILS")):
        path = f"@litertjs/{name}/-/{name}-2.5.3.tgz"
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_bytes(contents[name])
        monkeypatch.setattr(litert_js, constant, package(path, contents[name]))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with served(folder) as url:
        monkeypatch.setenv("npm_config_registry", url)
        yield folder


def test_what_is_served(registry: Path) -> None:
    files = litert_js_files(retry=FAST)
    assert set(files) == {
        "core.js",
        "wasm_utils.js",
        *(f"{build}.{kind}" for build in BUILDS for kind in ("js", "wasm.gz")),
        "LICENSE",
        "NOTICE.txt",
    }
    assert files["core.js"] == b'a;\nimport { createWasmLib } from "./wasm_utils.js";\nb;'
    assert files["wasm_utils.js"] == b"utils"
    for build in BUILDS:
        assert gzip.decompress(files[f"{build}.wasm.gz"]) == build.encode() * 1000
    assert b"Apache License" in files["LICENSE"]
    assert litert_js.VERSION.encode() in files["NOTICE.txt"]


def test_packages_are_fetched_once(registry: Path, tmp_path: Path) -> None:
    first = litert_js_files(retry=FAST)
    assert cache_folder() == tmp_path / "cache" / "bioner_kd" / "litert_js"
    assert {path.name for path in cache_folder().iterdir()} == {
        "litertjs-core-2.5.3.tgz",
        "litertjs-wasm-utils-2.5.3.tgz",
    }
    for path in registry.rglob("*.tgz"):
        path.unlink()
    assert litert_js_files(retry=FAST) == first


def test_a_folder_of_npm_pack_needs_no_registry(registry: Path, tmp_path: Path) -> None:
    expected = litert_js_files(retry=FAST)
    folder = cache_folder().rename(tmp_path / "mine")
    for path in registry.rglob("*.tgz"):
        path.unlink()
    assert litert_js_files(str(folder)) == expected
    assert not cache_folder().exists()


def test_a_folder_without_them_is_told(registry: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"core-2.5.3.tgz: cannot read.*--litert_js.*npm pack"):
        litert_js_files(str(tmp_path))


def test_another_file_of_that_name_is_refused(registry: Path, tmp_path: Path) -> None:
    (tmp_path / "litertjs-core-2.5.3.tgz").write_bytes(b"something else")
    with pytest.raises(InputError, match=r"not the published file \(integrity sha512-.*npm pack"):
        litert_js_files(str(tmp_path))


def test_a_registry_with_another_file_is_refused(registry: Path) -> None:
    path = next(registry.rglob("core-*.tgz"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(InputError, match="wrong SHA-256.*npm_config_registry.*--litert_js"):
        litert_js_files(retry=FAST)
    assert not list(cache_folder().iterdir())


def test_no_network_is_explained(registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    monkeypatch.setenv("npm_config_registry", url)
    with pytest.raises(InputError) as caught:
        litert_js_files(retry=FAST)
    message = str(caught.value)
    assert "\n" not in message and "--base_url" not in message
    for part in (
        "LiteRT.js",
        url,
        "npm_config_registry",
        "npm pack @litertjs/core@2.5.3",
        "--litert",
    ):
        assert part in message


def test_the_pins_are_of_one_version_and_say_what_npm_says() -> None:
    for pinned in (litert_js.CORE, litert_js.WASM_UTILS):
        assert f"-{litert_js.VERSION}.tgz" in pinned.path
        assert len(base64.b64decode(pinned.integrity.removeprefix("sha512-"))) == 64
        assert len(pinned.sha256) == 64
    assert litert_js.CORE.file_name == f"litertjs-core-{litert_js.VERSION}.tgz"
    assert litert_js.WASM_UTILS.file_name == f"litertjs-wasm-utils-{litert_js.VERSION}.tgz"
