"""Names, versions and licences of a student that is released."""

from pathlib import Path

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.export.release import ReleaseConfig, check_name, normalized, student_name


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"name": "-x"}, "--name=-x: .* letters and digits"),
        ({"name": "a b"}, "--name=a b: "),
        ({"name": "naïve"}, "--name=naïve: "),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"name": "KD"}, "--name=KD: bioner_kd itself has something of this name"),
        ({"name": "Disease.Chemical-bilstm"}, "bioner_kd itself has something of this name"),
        ({"wheel_version": "1.0-beta"}, "--wheel_version=1.0-beta: .* PEP 440"),
        ({"wheel_version": "01.0"}, "--wheel_version=01.0: "),
        ({"wheel_version": ""}, "--wheel_version=: "),
        ({"wheel_version": "1.0\nName: x"}, "--wheel_version=1.0"),
        ({"license": "Apache 2"}, "--license=Apache 2: .* SPDX identifier"),
        ({"license": "mit\nName: x"}, "--license=mit"),
        ({"language": "English"}, "--language=English: "),
    ],
)
def test_what_is_not_written_as_it_must_be_is_refused(settings: dict, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        ReleaseConfig(**settings)


@pytest.mark.parametrize("version", ["0", "1.0.0", "2.1rc1", "1.0.post2", "1.0a1.dev3", "2026.11"])
def test_versions_of_pep_440_are_taken(version: str) -> None:
    from packaging.version import Version

    assert ReleaseConfig(wheel_version=version).wheel_version == str(Version(version))


@pytest.mark.parametrize("name", ["a", "my_diseases", "NCBI-disease", "v1.2"])
def test_names_of_packages_are_taken(name: str) -> None:
    from packaging.utils import canonicalize_name

    assert ReleaseConfig(name=name).name == name
    assert normalized(name) == canonicalize_name(name)


@pytest.mark.parametrize(
    ("folder", "name"),
    [("runs/genes", "genes"), ("runs/genes/export", "genes"), ("runs/genes/../cells", "cells")],
)
def test_the_export_folder_gives_the_name(folder: str, name: str) -> None:
    assert student_name(ReleaseConfig(), Path(folder)) == name
    assert student_name(ReleaseConfig(name="mine"), Path(folder)) == "mine"


def test_a_folder_that_is_no_name_says_which_flag_gives_one() -> None:
    with pytest.raises(UsageError, match="--name=мой: .* choose one by --name"):
        check_name(student_name(ReleaseConfig(), Path("мой")))


def test_the_text_of_the_licence_is_read(tmp_path: Path) -> None:
    assert ReleaseConfig().license_text() == b""
    (tmp_path / "LICENSE").write_text("Do as you like.")
    assert ReleaseConfig(license_file=f"{tmp_path}/LICENSE").license_text() == b"Do as you like."
    with pytest.raises(InputError, match="nosuch: cannot read this file .*--license_file"):
        ReleaseConfig(license_file=f"{tmp_path}/nosuch").license_text()
