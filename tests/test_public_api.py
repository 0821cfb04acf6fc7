"""What `import bioner_kd` gives."""

import subprocess
import sys

import pytest

import bioner_kd


@pytest.mark.parametrize("name", bioner_kd.__all__)
def test_every_public_name_is_there(name):
    assert getattr(bioner_kd, name) is not None
    assert name in dir(bioner_kd)


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Taggr'"):
        bioner_kd.Taggr  # noqa: B018 - the access is what is tested


def test_importing_the_package_imports_nothing_else():
    heavy = "{'numpy', 'tensorflow', 'absl'}"
    program = f"import sys, bioner_kd; print({heavy} & set(sys.modules))"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert finished.stdout == "set()\n"
