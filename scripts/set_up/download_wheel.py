"""Downloads a wheel with the standard library alone, for a Python that has no pip.

Usage:
    python download_wheel.py NAME==VERSION FOLDER

It runs on Python 3.6 and later. The index, the credentials in its address and the certificates are
those of pip's settings (PIP_INDEX_URL, PIP_CERT, pip.conf), and HTTPS_PROXY is obeyed. A wheel is
kept only if its SHA-256 is the one that the index gives.
"""

import configparser
import hashlib
import http.client
import os
import platform
import ssl
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPPasswordMgrWithPriorAuth,
    HTTPSHandler,
    OpenerDirector,
    Request,
    build_opener,
)

PYPI = "https://pypi.org/simple"
TIMEOUT = 60  # seconds without an answer


def pip_configuration_files() -> list:
    """Where pip looks for its settings. A later file goes before an earlier one."""
    own = os.environ.get("PIP_CONFIG_FILE", "")
    if own == os.devnull:
        return []
    user = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    folders = (os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    mac = "Library/Application Support/pip/pip.conf"
    files = [f"{folder}/pip/pip.conf" for folder in reversed(folders)]
    files += [f"/{mac}", "/etc/pip.conf", "~/.pip/pip.conf", f"~/{mac}", f"{user}/pip/pip.conf"]
    return [os.path.expanduser(file) for file in [*files, own]]


def pip_setting(name: str) -> str:
    """Returns a setting of pip, from the environment or its files; "" where there is none."""
    value = os.environ.get("PIP_" + name.upper())
    if value:
        return value
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = lambda option: option.lower().replace("-", "_")
    parser.read(pip_configuration_files(), encoding="utf-8")
    for section in ("download", "global"):
        if parser.has_option(section, name):
            return parser.get(section, name)
    return ""


def without_credentials(url: str) -> str:
    """Returns the URL without a user's name and password, as it may be shown."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def make_opener(index: str) -> OpenerDirector:
    """Opens URLs with pip's certificates, and the index's host with the index's credentials."""
    certificates = ssl.create_default_context(cafile=pip_setting("cert") or None)
    handlers = [HTTPSHandler(context=certificates)]
    parts = urlsplit(index)
    if parts.username:
        passwords = HTTPPasswordMgrWithPriorAuth()
        host = urljoin(without_credentials(index), "/")
        user, password = unquote(parts.username), unquote(parts.password or "")
        passwords.add_password(None, host, user, password, is_authenticated=True)
        handlers.append(HTTPBasicAuthHandler(passwords))
    return build_opener(*handlers)


class Links(HTMLParser):
    """Collects the links of an index's page.

    Attributes:
        targets: what they point to, in the page's order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.targets = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        """Keeps the target of a link."""
        if tag == "a":
            self.targets.append(dict(attrs).get("href") or "")


def runs_here(platform_tag: str) -> bool:
    """Tells whether a wheel with this platform tag is for this machine."""
    system = {"linux": "manylinux", "darwin": "macosx"}.get(sys.platform, sys.platform)
    machine = platform.machine()
    return platform_tag == "any" or (
        platform_tag.startswith(system) and platform_tag.endswith((machine, "universal2"))
    )


def find_wheel(targets: list, name: str, version: str) -> str:
    """Returns the link to the wheel for this machine, of several the one for the oldest system.

    Raises:
        ValueError: where there is no such wheel.
    """
    wheels = {}
    for target in targets:
        file = unquote(urlsplit(target).path.rpartition("/")[2])
        platforms = file[: -len(".whl")].rpartition("-")[2].split(".")
        if file.startswith(f"{name}-{version}-") and file.endswith(".whl"):
            if any(map(runs_here, platforms)):
                wheels[file] = target
    if not wheels:
        machine = f"{sys.platform} {platform.machine()}"
        raise ValueError(f"the index has no wheel of {name} {version} for {machine}")
    return wheels[min(wheels)]


def download(opener: OpenerDirector, link: str, folder: Path) -> None:
    """Writes the wheel into the folder once its SHA-256 is known to be the index's.

    Raises:
        ValueError: where the index gives no SHA-256, or the wheel has another one.
    """
    url, fragment = urldefrag(link)
    expected = fragment.partition("sha256=")[2].partition("&")[0]
    if not expected:
        raise ValueError(f"the index gives no SHA-256 for {without_credentials(url)}")
    with opener.open(url, timeout=TIMEOUT) as answer:
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != expected:
        raise ValueError(f"{without_credentials(url)} has not the SHA-256 that the index gives")
    (folder / unquote(urlsplit(url).path.rpartition("/")[2])).write_bytes(content)


def download_wheel(requirement: str, folder: Path) -> None:
    """Downloads the wheel of NAME==VERSION for this machine into the folder."""
    name, _, version = requirement.partition("==")
    index = pip_setting("index_url") or PYPI
    opener = make_opener(index)
    page_url = f"{without_credentials(index).rstrip('/')}/{name}/"
    try:
        with opener.open(
            Request(page_url, headers={"Accept": "text/html"}), timeout=TIMEOUT
        ) as page:
            base, html = page.geturl(), page.read().decode("utf-8")
    except (OSError, http.client.HTTPException) as error:
        raise ValueError(f"{page_url} cannot be read ({error})") from error
    links = Links()
    links.feed(html)
    download(opener, urljoin(base, find_wheel(links.targets, name, version)), folder)


if __name__ == "__main__":
    try:
        download_wheel(sys.argv[1], Path(sys.argv[2]))
    except (OSError, ValueError, http.client.HTTPException, configparser.Error) as error:
        sys.exit(f"{sys.argv[1]} could not be downloaded: {error}")
