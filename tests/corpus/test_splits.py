import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.corpus.splits import read_split
from bioner_kd.errors import InputError, UsageError


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "train.tsv").write_text("a\tB-X\n")
    return folder


def message_of(corpus, split):
    with pytest.raises(InputError) as caught:
        read_split(str(corpus), split)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_demo_is_read_by_name():
    assert read_split("demo", "devel") == read_demo("devel")


def test_folder_is_read(folder):
    assert read_split(str(folder), "train")[0].tags == ("B-X",)


@pytest.mark.parametrize(
    "name", ["devel.tsv", "dev.conll", "valid.txt", "validation.iob", "dev.iob2"]
)
def test_other_names_of_devel(folder, name):
    (folder / name).write_text("d\tO\n")
    assert read_split(str(folder), "devel")[0].words == ("d",)


def test_tsv_is_preferred(folder):
    (folder / "train.txt").write_text("plain text\n")
    assert read_split(str(folder), "train")[0].words == ("a",)


def test_repair_is_passed_on(folder):
    (folder / "test.tsv").write_text("a\tI-X\n")
    assert "--repair_tags" in message_of(folder, "test")
    assert read_split(str(folder), "test", repair_tags=True)[0].tags == ("B-X",)


def test_missing_split_lists_the_folder(folder):
    message = message_of(folder, "test")
    assert message.startswith(
        f"{folder}: there is no test.tsv for the test split. {folder} holds train.tsv."
    )
    assert "--corpus=train=PATH,test=PATH" in message


def test_missing_folder_and_file_instead_of_it(folder):
    assert "there is no such folder" in message_of(folder / "no", "train")
    assert "this is one file" in message_of(folder / "train.tsv", "train")


def test_public_corpora_are_offered_for_download(tmp_path):
    assert message_of(tmp_path / "NCBI-disease", "train").endswith(
        f"bioner_kd download_corpus --folder={tmp_path} NCBI-disease"
    )
    (tmp_path / "bc2gm").mkdir()
    assert f"--folder={tmp_path} BC2GM" in message_of(tmp_path / "bc2gm", "train")
    assert "download" not in message_of(tmp_path / "mine", "train")


def test_unknown_split_is_refused(folder):
    for corpus in ("demo", str(folder)):
        with pytest.raises(UsageError, match="'dev'"):
            read_split(corpus, "dev")


def test_public_folder(public_file):
    folder = public_file("NCBI-disease/devel.tsv").parent
    assert len(read_split(str(folder), "devel")) == 923


def test_repaired_tags_are_counted(tmp_path, absl_log):
    (tmp_path / "train.tsv").write_text("a\tI-X\nb\tI-X\nc\tE-X\n\nd\tB-X\n\ne\tS-X\n")
    read_split(str(tmp_path), "train", repair_tags=True)
    assert f"{tmp_path / 'train.tsv'}: 3 tags repaired, in 2 of 3 sentences." in absl_log.text
    absl_log.clear()
    (tmp_path / "devel.tsv").write_text("a\tB-X\n")
    read_split(str(tmp_path), "devel")
    assert absl_log.text == ""
