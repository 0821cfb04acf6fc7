"""A student as a wheel: `pip install` installs it, and `Tagger.load` then finds it by name.

Equal inputs give equal bytes, and neither network nor build backend is needed.

Source:
    PEP 427 (wheels), PEP 376 (RECORD), PEP 639 (licences), "Core metadata specifications" and
    "Entry points specification" on packaging.python.org.
"""

import base64
import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bioner_kd import __version__
from bioner_kd.atomic import atomic_file
from bioner_kd.errors import one_line
from bioner_kd.export.card import CARD, model_card, without_head
from bioner_kd.export.release import ReleaseConfig, check_name, normalized, student_name
from bioner_kd.tagging.models.layout import MANIFEST
from bioner_kd.tagging.named import GROUP
from bioner_kd.tagging.tables import TABLES
from bioner_kd.tagging.tag_set import TagSet

# The first time that a zip file can hold, and the code of Unix, whose file modes it has.
_TIME, _UNIX = (1980, 1, 1, 0, 0, 0), 3
# Names of the hub for unknown licences, which are no SPDX identifiers.
_NO_SPDX = ("other", "unknown")


@dataclass(frozen=True)
class StudentWheel:
    """The wheel of a student.

    Attributes:
        name: of the student.
        release: version, licence and language.
        license_text: text of the licence in the wheel; empty if there is none.
    """

    name: str
    release: ReleaseConfig
    license_text: bytes = b""

    @classmethod
    def plan(cls, release: ReleaseConfig, folder: Path) -> "StudentWheel":
        """Checks name and licence, so that errors come before the export.

        Args:
            release: name, version, licence and language.
            folder: the export folder, which gives the name if `release` has none.

        Raises:
            UsageError: a wheel cannot have this name.
            InputError: the licence cannot be read.
        """
        name = student_name(release, folder)
        check_name(name)
        return cls(name, release, release.license_text())

    @property
    def package(self) -> str:
        """Name of the Python package in the wheel; its folder is an export folder."""
        return f"bioner_{normalized(self.name).replace('-', '_')}"

    @property
    def file_name(self) -> str:
        """File name of the wheel."""
        return f"{self.package}-{self.release.wheel_version}-py3-none-any.whl"

    def write(self, folder: Path, manifest: Mapping[str, Any], form: str) -> Path:
        """Writes the wheel into an export folder.

        Args:
            folder: has the tables and the model.
            manifest: of the folder.
            form: form of the .tflite model that the wheel gets.

        Returns:
            Path of the wheel.

        Raises:
            InputError: the wheel cannot be written.
        """
        path = folder / self.file_name
        files = self._package_files(folder, _part_of(manifest, form))
        files |= self._metadata_files(files[f"{self.package}/{CARD}"], manifest)
        record = f"{self._info}/RECORD"
        lines = [_record_line(name, content) for name, content in files.items()]
        files[record] = ("\n".join([*lines, f"{record},,"]) + "\n").encode()
        with atomic_file(path, "wb") as file, zipfile.ZipFile(file, "w") as archive:
            for name, content in files.items():
                archive.writestr(_entry(name), content, compresslevel=9)
        return path

    @property
    def _info(self) -> str:
        return f"{self.package}-{self.release.wheel_version}.dist-info"

    def _package_files(self, folder: Path, manifest: Mapping[str, Any]) -> dict[str, bytes]:
        files = {name: (folder / name).read_bytes() for name in manifest["files"]}
        files[MANIFEST] = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        files[CARD] = model_card(manifest, self.name, self.release).encode()
        files["__init__.py"] = (
            f'"""A student of bioner_kd: Tagger.load("{self.name}")."""\n'.encode()
        )
        return {f"{self.package}/{name}": files[name] for name in sorted(files)}

    def _metadata_files(self, card: bytes, manifest: Mapping[str, Any]) -> dict[str, bytes]:
        wheel = [
            "Wheel-Version: 1.0",
            f"Generator: bioner_kd {__version__}",
            "Root-Is-Purelib: true",
            "Tag: py3-none-any",
        ]
        files = {
            "METADATA": "\n".join([*self._metadata(manifest), "", without_head(card.decode())]),
            "WHEEL": "\n".join([*wheel, ""]),
            "entry_points.txt": f"[{GROUP}]\n{self.name} = {self.package}\n",
        }
        encoded = {f"{self._info}/{name}": text.encode() for name, text in files.items()}
        if self.license_text:
            encoded[f"{self._info}/licenses/LICENSE"] = self.license_text
        return encoded

    def _metadata(self, manifest: Mapping[str, Any]) -> list[str]:
        types = ", ".join(TagSet.from_json(manifest["tags"]).entity_types)
        lines = [
            "Metadata-Version: 2.4",
            f"Name: {self.package.replace('_', '-')}",
            f"Version: {self.release.wheel_version}",
            f"Summary: {one_line(f'A student of bioner_kd that finds entities: {types}')}",
            "Requires-Python: >=3.10",
            f"Requires-Dist: {requirement()}",
            "Description-Content-Type: text/markdown; charset=UTF-8",
        ]
        if self.release.license.lower() not in ("", *_NO_SPDX):
            lines.append(f"License-Expression: {self.release.license}")
        if self.license_text:
            lines.append("License-File: LICENSE")
        return lines


def requirement() -> str:
    """The versions of bioner_kd that can open the student: this one up to the next major one."""
    return f"bioner_kd>={__version__},<{int(__version__.partition('.')[0]) + 1}"


def _part_of(manifest: Mapping[str, Any], form: str) -> dict[str, Any]:
    # A manifest of the tables and one model, as if nothing else had been exported.
    model = manifest["models"][form]
    files = {name: manifest["files"][name] for name in (TABLES, model["path"])}
    return {**manifest, "models": {form: model}, "files": files}


def _record_line(name: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}"


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.create_system = _UNIX
    entry.external_attr = 0o100644 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
