import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.document import Document
from bioner_kd.text.format import FAIL, SKIP, Faults, RecordWriter


def test_the_first_fault_is_an_error_where_nothing_is_skipped():
    with pytest.raises(InputError, match="broken"):
        Faults(FAIL).report(InputError("broken"))
    with pytest.raises(InputError, match="broken"):
        Faults().report(InputError("broken"))


def test_skipped_faults_are_counted_and_the_first_are_told():
    faults, told = Faults(SKIP), []
    faults.tell(told.append)
    assert told == []
    for number in range(25):
        faults.report(InputError(f"fault {number}"))
    faults.tell(told.append)
    assert faults.number == 25
    assert told[0] == "25 documents were left out:"
    assert [line.strip() for line in told[1:11]] == [f"fault {number}" for number in range(10)]
    assert told[11].strip() == "… and 15 more."


def test_a_writer_has_no_frame_of_its_own():
    writer = RecordWriter()
    assert (writer.start(None), writer.separator, writer.end()) == ("", "", "")
    with pytest.raises(NotImplementedError):
        writer.record(Document())
