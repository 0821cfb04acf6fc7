import dataclasses
import importlib.util
from pathlib import Path

import pytest
from absl import flags

from bioner_kd.cli.program import Program

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(path.stem for path in (ROOT / "scripts").glob("*.py"))


def load_program(script: str) -> Program:
    """The program of a script, with flag values of its own."""
    spec = importlib.util.spec_from_file_location(script, ROOT / "scripts" / f"{script}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    program = dataclasses.replace(module.PROGRAM, values=flags.FlagValues(), arguments=[])
    program.define()
    return program


@pytest.fixture(params=SCRIPTS)
def script(request: pytest.FixtureRequest) -> str:
    return request.param
