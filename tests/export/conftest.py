"""The web page of a tiny student, and a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .browser import chromium, unavailable

# Short, so that many a sentence of the demo corpus is longer than the longest.
WEB_LENGTHS = (16, 32)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def web_export(trained_student: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export folder with a web page, which no test may change."""
    from bioner_kd.corpus.demo import read_demo
    from bioner_kd.errors import InputError
    from bioner_kd.export.config import ExportConfig, Split
    from bioner_kd.export.folder import export_student
    from bioner_kd.export.web.litert_js import litert_js_files

    try:
        litert_js_files()
    except InputError as error:
        unavailable(str(error))
    folder = tmp_path_factory.mktemp("web") / "export"
    split = Split(read_demo("test"), corpus="demo", name="test")
    config = ExportConfig(format=("web",))
    export_student(trained_student, folder, split, config=config, lengths=WEB_LENGTHS)
    return folder
