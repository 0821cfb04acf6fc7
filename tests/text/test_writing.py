import gzip

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.documents import all_formats, read_documents
from bioner_kd.text.format import SKIP, Faults, Format, RecordWriter
from bioner_kd.text.writing import convert, records, write_documents

WHOLE = Document.from_text("Breast and ovarian cancer.", id="1").with_annotations(
    [Annotation("Disease", ((11, 25),), "ovarian cancer")]
)
PARTS = Document.from_text("Breast and ovarian cancer.", id="2").with_annotations(
    [Annotation("Disease", ((0, 6), (19, 25)), "Breast cancer")]
)


def test_the_name_of_the_file_chooses_format_and_compression(tmp_path):
    write_documents([WHOLE], tmp_path / "a.PubTator.gz")
    text = gzip.decompress((tmp_path / "a.PubTator.gz").read_bytes()).decode()
    assert text.startswith("1|t|Breast and ovarian cancer.\n")
    with pytest.raises(UsageError, match=r"a\.none.*--format"):
        write_documents([WHOLE], tmp_path / "a.none")


def test_a_format_writes_to_standard_output(capsys):
    write_documents([WHOLE], "-", format="conll")
    assert capsys.readouterr().out.splitlines()[2:4] == ["Breast\tO", "and\tO"]


def test_a_document_that_does_not_fit_leaves_no_file(tmp_path):
    with pytest.raises(InputError, match="'2'.*discontinuous"):
        write_documents([WHOLE, PARTS], tmp_path / "a.PubTator")
    assert list(tmp_path.iterdir()) == []


def test_documents_that_do_not_fit_are_left_out_and_counted_where_asked():
    faults, told = Faults(SKIP), []
    pieces = list(records([PARTS, WHOLE], all_formats()["pubtator"], faults))
    assert "".join(pieces).startswith("1|t|")
    faults.tell(told.append)
    assert faults.number == 1 and "'2'" in told[1]


@pytest.mark.parametrize(
    ("choice", "mentions"),
    [("hull", ["Breast and ovarian cancer"]), ("parts", ["Breast", "cancer"]), ("leave_out", [])],
)
def test_discontinuous_mentions_are_converted_as_chosen(tmp_path, choice, mentions):
    write_documents([WHOLE, PARTS], tmp_path / "a.jsonl")
    output = tmp_path / "b.PubTator"
    numbers = convert(tmp_path / "a.jsonl", output, discontinuous=choice)
    first, second = read_documents(output)
    assert [a.text for a in first.annotations] == ["ovarian cancer"]
    assert [a.text for a in second.annotations] == mentions
    assert numbers == (2, 1 + len(mentions))


def test_a_file_is_not_converted_to_itself(tmp_path):
    write_documents([WHOLE], tmp_path / "a.jsonl")
    with pytest.raises(UsageError, match="this is the input"):
        convert(tmp_path / "a.jsonl", tmp_path / "a.jsonl")
    assert list(read_documents(tmp_path / "a.jsonl"))[0].id == "1"


def test_a_missing_folder_is_told_before_anything_is_read(tmp_path):
    with pytest.raises(InputError, match="there is no folder"):
        write_documents([WHOLE], tmp_path / "none" / "a.jsonl")


def test_a_format_has_its_frame_where_no_document_fits():
    class Refusing(RecordWriter):
        separator = ","

        def start(self, first):
            return "["

        def record(self, document):
            raise InputError("does not fit")

        def end(self):
            return "]"

    format_ = Format("refusing", "refuses", record_writer=Refusing)
    assert "".join(records([WHOLE, PARTS], format_, Faults(SKIP))) == "[]"
