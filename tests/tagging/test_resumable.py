import itertools
import random
import sys
from pathlib import Path

import pytest

from bioner_kd.errors import InputError
from bioner_kd.lock import locked
from bioner_kd.tagging.resumable import JOURNAL, ResumableFile
from bioner_kd.text.document import Document
from bioner_kd.text.format import RecordWriter

SETTINGS = {"model": "a1", "min_precision": 0.5}
LETTERS = random.Random(1)
# About 30 chunks.
DOCUMENTS = [
    Document.from_text("µ" * LETTERS.randrange(5000), id=str(number)) for number in range(240)
]


class Bracketed(RecordWriter):
    """A format with something before, between and behind its records."""

    separator = ",\n"

    def start(self, first: Document | None) -> str:
        return f"{first and first.id}["

    def record(self, document: Document) -> str:
        return f"{document.id}:{document.text}"

    def end(self) -> str:
        return "]"


class Job:
    """Writes records, which say with how many others they were made, and breaks once."""

    def __init__(self, breaks_at: str = "", error: type[BaseException] = KeyboardInterrupt) -> None:
        self.breaks_at, self.error, self.asked = breaks_at, error, 0

    def __call__(self, documents: list[Document]) -> list[str]:
        self.asked += len(documents)
        if self.breaks_at in [document.id for document in documents]:
            raise self.error("stop")
        return [f"{Bracketed().record(one)} of {len(documents)}" for one in documents]


def write(
    output: Path,
    job: Job,
    documents: list[Document] = DOCUMENTS,
    settings: dict[str, object] = SETTINGS,
    resume: bool = True,
) -> None:
    part = output.with_name(f"{output.name}.part")
    file = ResumableFile(output, part, settings, resume)
    file.write(job, Bracketed(), documents, workers=1)


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    write(tmp_path / "whole", Job())
    return (tmp_path / "whole").read_bytes()


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """An output whose run was stopped in the middle."""
    output = tmp_path / "new" / "out"
    output.parent.mkdir()
    with pytest.raises(KeyboardInterrupt):
        write(output, Job("120"))
    return output


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_format_has_its_frame_whether_or_not_there_are_documents(
    tmp_path: Path, whole: bytes
) -> None:
    assert whole.startswith(b"0[0:") and whole.endswith(b"]") and whole.count(b",\n") == 239
    write(tmp_path / "none", Job(), [])
    assert (tmp_path / "none").read_text() == "None[]"


def test_a_run_goes_on_to_the_same_bytes_and_makes_only_what_is_missing(
    stopped: Path, whole: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert names(stopped.parent) == ["out.part", f"out.part{JOURNAL}"]
    job = Job()
    write(stopped, job)
    assert stopped.read_bytes() == whole
    assert names(stopped.parent) == ["out"]
    assert 120 <= job.asked < 140


def test_a_stopped_run_says_how_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "out", Job("120"))
    assert "out.part; run the same with --resume to go on." in capsys.readouterr().err
    with pytest.raises(InputError, match=r"full. What was .*out\.part; run the same with --resume"):
        write(tmp_path / "out", Job("180", lambda _: InputError("Text 181: full.")))


@pytest.mark.parametrize("seed", range(5))
def test_wherever_a_kill_cuts_the_files_the_end_is_the_same(
    stopped: Path, whole: bytes, seed: int
) -> None:
    part, journal = (stopped.with_name(f"out.part{end}") for end in ("", JOURNAL))
    chance = random.Random(seed)
    # The records of a line of the journal are written before the line.
    lines = journal.read_bytes().splitlines(keepends=True)
    kept = chance.randrange(1, len(lines))
    torn = lines[kept][: chance.randrange(len(lines[kept]))]
    journal.write_bytes(b"".join(lines[:kept]) + torn)
    size = int(lines[kept - 1].split()[1]) if kept > 1 else 0
    part.write_bytes(part.read_bytes()[: chance.randint(size, part.stat().st_size)])
    write(stopped, Job())
    assert stopped.read_bytes() == whole


def test_a_fault_in_the_input_is_mended_and_the_end_is_the_same(
    tmp_path: Path, whole: bytes
) -> None:
    def faulty() -> itertools.chain[Document]:
        def fault() -> list[Document]:
            raise InputError("in.txt:118: broken.")

        return itertools.chain(DOCUMENTS[:117], (one for one in fault()))

    with pytest.raises(InputError, match="broken"):
        write(tmp_path / "out", Job(), faulty())
    write(tmp_path / "out", Job())
    assert (tmp_path / "out").read_bytes() == whole


def test_a_run_that_was_killed_before_its_last_act_is_finished(stopped: Path) -> None:
    stopped.with_name("out.part").rename(stopped)
    job = Job()
    write(stopped, job)
    assert job.asked == 0 and names(stopped.parent) == ["out"]


def test_where_nothing_is_left_a_run_starts(tmp_path: Path, whole: bytes) -> None:
    write(tmp_path / "out", Job())
    assert (tmp_path / "out").read_bytes() == whole
    with pytest.raises(InputError, match=r"out: this output is finished; leave out --resume"):
        write(tmp_path / "out", Job())
    write(tmp_path / "out", Job(), DOCUMENTS[:1], resume=False)
    assert (tmp_path / "out").read_bytes() != whole


def test_without_resume_a_run_starts_again(stopped: Path, whole: bytes) -> None:
    job = Job()
    write(stopped, job, resume=False)
    assert job.asked == len(DOCUMENTS) and stopped.read_bytes() == whole


def test_other_settings_another_model_and_other_documents_are_refused(stopped: Path) -> None:
    before = stopped.with_name("out.part").read_bytes()
    with pytest.raises(InputError, match=r"had min_precision=0.5, now it is 0.9; use the same"):
        write(stopped, Job(), settings={**SETTINGS, "min_precision": 0.9})
    with pytest.raises(InputError, match=r"had model='a1', now it is 'b2'"):
        write(stopped, Job(), settings={**SETTINGS, "model": "b2"})
    for others in (DOCUMENTS[1:], [Document.from_text("x"), *DOCUMENTS[1:]], DOCUMENTS[:5]):
        with pytest.raises(InputError, match=r"documents are not those that are read now"):
            write(stopped, Job(), others)
    assert stopped.with_name("out.part").read_bytes() == before


def test_files_that_do_not_fit_are_refused(stopped: Path) -> None:
    part, journal = (stopped.with_name(f"out.part{end}") for end in ("", JOURNAL))
    content = part.read_bytes()
    part.write_bytes(content[:100])
    with pytest.raises(InputError, match="has fewer than the"):
        write(stopped, Job())
    part.write_bytes(content)
    journal.write_text("[1]\n")
    with pytest.raises(InputError, match="this journal is damaged"):
        write(stopped, Job())
    journal.unlink()
    with pytest.raises(InputError, match=r"out\.part: no journal is beside this file"):
        write(stopped, Job())
    assert part.read_bytes() == content


@pytest.mark.skipif(sys.platform == "win32", reason="no limits there")
def test_a_full_disk_is_one_error_and_the_run_goes_on_afterwards(
    tmp_path: Path, whole: bytes
) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) // 2, limits[1]))
    try:
        with pytest.raises(InputError, match=r"out\.part: cannot write here .*with --resume to go"):
            write(tmp_path / "out", Job())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    write(tmp_path / "out", Job())
    assert (tmp_path / "out").read_bytes() == whole


def test_one_process_writes_at_a_time(tmp_path: Path) -> None:
    with locked(tmp_path / f"out.part{JOURNAL}", busy=""):
        with pytest.raises(InputError, match="another process is writing here"):
            write(tmp_path / "out", Job())


def test_where_nothing_was_finished_nothing_stays(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "out", Job("0"))
    assert names(tmp_path) == []
