"""Name, version, licence and language of a student, for its model card and its wheel."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.errors import InputError, UsageError, shown
from bioner_kd.regular_file import read_small
from bioner_kd.settings import Bound, Settings, setting
from bioner_kd.tagging.named import DEFAULT

_LONGEST_NAME = 100
_LONGEST_LICENSE = 1 << 20  # bytes
# Names as PEP 508 has them, versions as PEP 440 has them (without epoch and local part),
# identifiers of SPDX, and language codes as the hub has them.
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_NUMBER = r"(?:0|[1-9][0-9]*)"
_VERSION = re.compile(
    rf"{_NUMBER}(?:\.{_NUMBER})*(?:(?:a|b|rc){_NUMBER})?(?:\.post{_NUMBER})?(?:\.dev{_NUMBER})?"
)
# Empty where it is unknown.
_LICENSE = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9.+-]*)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]+)*")


@dataclass(frozen=True)
class ReleaseConfig(Settings):
    """What the card and the wheel of a student say of it."""

    name: str = setting(
        "",
        "Name of the student in its card (README.md) and its wheel, by which Tagger.load finds it "
        "after pip install. Where empty, the name of the output folder, or of the folder above if "
        "the output folder is called export.",
    )
    wheel_version: str = setting(
        "1.0.0",
        "Version of the wheel.",
        bound=Bound("a version as PEP 440 writes it, such as 1.0.0 or 2.1rc1", _VERSION.fullmatch),
    )
    license: str = setting(
        "",
        "Licence of the student as an SPDX identifier, such as apache-2.0 or cc-by-4.0; unknown if "
        "empty.",
        bound=Bound("an SPDX identifier, such as apache-2.0 or cc-by-4.0", _LICENSE.fullmatch),
    )
    license_file: str = setting(
        "", "File with the text of that licence, which goes into the wheel; none if empty."
    )
    language: str = setting(
        "en",
        "Code of the language that the student reads, for its card.",
        bound=Bound("a language code, such as en", _LANGUAGE.fullmatch),
    )

    def __post_init__(self) -> None:
        """Checks the values.

        Raises:
            UsageError: one is not written as it must be.
        """
        super().__post_init__()
        if self.name:
            check_name(self.name)

    def license_text(self) -> bytes:
        """The text of the licence; empty if no file is named.

        Raises:
            InputError: the file cannot be read.
        """
        if not self.license_file:
            return b""
        try:
            return read_small(self.license_file, _LONGEST_LICENSE)
        except OSError as error:
            raise InputError(
                f"{self.license_file}: cannot read this file ({error.strerror}); name the text of "
                "the licence by --license_file."
            ) from error


def student_name(release: ReleaseConfig, folder: Path) -> str:
    """The name of a student: the given name, or the name of the export folder.

    If the folder is called "export", as in saved_models/demo/export, the folder above gives the
    name.
    """
    path = Path(os.path.abspath(folder))
    return release.name or (path.parent if path.name == "export" else path).name


def check_name(name: str) -> None:
    """Checks the name of a student that becomes a wheel.

    Raises:
        UsageError: a package cannot have this name, or bioner_kd has it already.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise UsageError(
            f"--name={shown(name)[1:-1]}: the name of a student in a wheel must be letters and "
            "digits, with any of - _ . between them, and have at most "
            f"{_LONGEST_NAME} characters; choose one by --name, such as --name=my_diseases."
        )
    # A wheel "kd" would overwrite bioner_kd itself, and Tagger.load would prefer the ready student.
    if normalized(name) in ("kd", normalized(DEFAULT)):
        raise UsageError(
            f"--name={name}: bioner_kd itself has something of this name; choose another by --name."
        )


def normalized(name: str) -> str:
    """The form of a package name that PEP 503 compares."""
    return re.sub(r"[-_.]+", "-", name).lower()
