"""What tests of several packages share: corpora, a student, its export, a full disk, the log."""

import contextlib
import logging
import os
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

_BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[2] / "shared" / "corpora"
# A test that uses one of these fixtures has the marker `corpora`.
_OF_CORPORA = {"public_file", "public_or_demo_sentences"}
# Enough to see that there are several; the full list takes a test of its own.
LENGTHS = (16, 32)


def pytest_configure() -> None:
    """Lets programs that tests start hear Ctrl-C, and tests take their time."""
    hypothesis.settings.register_profile("untimed", deadline=None)
    hypothesis.settings.load_profile("untimed")
    # A shell's background jobs ignore Ctrl-C, and hand that down.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before pytest's own hook, which selects by -m
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests whose run depends on the public corpora, or that may start processes."""
    for item in items:
        if hasattr(getattr(item, "module", None), "subprocess"):
            item.add_marker(pytest.mark.process)
        if _OF_CORPORA.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.corpora)


@pytest.fixture(scope="session")
def public_file() -> Callable[[str], Path]:
    """Path of a file of the public corpora, such as "BC2GM/test.tsv"; skips where it is missing."""

    def find(name: str) -> Path:
        path = _corpora_folder() / name
        if not path.is_file():
            pytest.skip(f"{path} is not there; name the corpora's folder by BIONER_KD_CORPORA")
        return path

    return find


@pytest.fixture(scope="session")
def public_or_demo_sentences() -> Any:
    """The test split of NCBI-disease where it is at hand, otherwise the whole demo corpus."""
    from bioner_kd.corpus.demo import SPLITS, read_demo
    from bioner_kd.text.formats.conll import read_conll

    path = _corpora_folder() / "NCBI-disease" / "test.tsv"
    if path.is_file():
        return read_conll(path)
    return [sentence for split in SPLITS for sentence in read_demo(split)]


def _corpora_folder() -> Path:
    return Path(os.environ.get("BIONER_KD_CORPORA", _BESIDE_THE_CHECKOUT))


@pytest.fixture
def absl_log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What absl logs; its logger hands nothing on to the root logger, which caplog listens to."""
    logger = logging.getLogger("absl")
    logger.addHandler(caplog.handler)
    logger.setLevel(logging.INFO)
    yield caplog
    logger.removeHandler(caplog.handler)


@pytest.fixture
def room_for() -> Callable[[int], contextlib.AbstractContextManager[None]]:
    """Within `room_for(size)` no file can grow beyond so many bytes, as on a disk that is full."""

    @contextlib.contextmanager
    def limited(size: int) -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited


def _made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that all processes of a test run share; the first one that asks for it makes it.

    Args:
        factory: of the process.
        name: of the folder.
        make: makes the folder at a path, at which it appears when it is complete.
    """
    from bioner_kd.lock import locked

    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = shared / f"shared_{name}" / name
    folder.parent.mkdir(exist_ok=True)
    with locked(folder.parent / ".lock", busy=f"another process is making {folder}", wait=1800):
        if not folder.exists():
            make(folder)
    return folder


@pytest.fixture(scope="session")
def trained_student(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A tiny student with every feature, trained for a moment on the demo corpus."""
    from bioner_kd.student.saved_student import load_student

    from .export.trained_student import make_student

    def make(folder: Path) -> None:
        make_student(folder.with_name("unfinished"))
        folder.with_name("unfinished").rename(folder)

    return load_student(_made_once(tmp_path_factory, "student", make))


@pytest.fixture(scope="session")
def crf_student(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A tiny student with a CRF, which no test may change."""
    from .export.trained_student import make_crf_student

    return make_crf_student(tmp_path_factory.mktemp("crf") / "student")


@pytest.fixture(scope="session")
def export_folder(trained_student: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its export in every form, which no test may change."""
    from bioner_kd.corpus.demo import read_demo
    from bioner_kd.export.config import Split
    from bioner_kd.export.folder import export_student

    def make(folder: Path) -> None:
        split = Split(read_demo("test"), corpus="demo", name="test")
        export_student(trained_student, folder, split, lengths=LENGTHS)

    return _made_once(tmp_path_factory, "export", make)
