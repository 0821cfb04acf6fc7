import os

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.text_file import folder_holds, open_file, read_lines


def message_of(path):
    with pytest.raises(InputError) as caught:
        read_lines(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"a", ["a"]),
        (b"a\nb\n", ["a", "b"]),
        (b"a\r\nb", ["a", "b"]),
        (b"\xef\xbb\xbfa\n\n", ["a", ""]),
        ("a\u2028b\x85c\n".encode(), ["a\u2028b\x85c"]),
    ],
)
def test_lines(tmp_path, data, lines):
    (tmp_path / "x").write_bytes(data)
    assert read_lines(tmp_path / "x") == lines


def test_latin_1_is_named_by_line_byte_and_mend(tmp_path):
    path = tmp_path / "old.tsv"
    path.write_bytes("Sjö\tO\n".encode() + "Sjögren\tO\n".encode("latin-1"))
    message = message_of(path)
    assert message.startswith(f"{path}:2: byte 0xf6 at offset 9 ")
    assert path.read_bytes()[9] == 0xF6
    assert "iconv -f ISO-8859-1 -t UTF-8" in message


def test_offset_counts_the_byte_order_mark(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"\xef\xbb\xbfab\xff")
    assert "byte 0xff at offset 5 " in message_of(path)


def test_utf_16_is_recognised(tmp_path):
    path = tmp_path / "x"
    path.write_bytes("pain\tO\n".encode("utf-16"))
    assert "iconv -f UTF-16" in message_of(path)


def test_missing_file_names_the_nearest_or_the_contents(tmp_path):
    (tmp_path / "train.tsv").touch()
    assert f"Did you mean {tmp_path / 'train.tsv'}?" in message_of(tmp_path / "trian.tsv")
    assert f"{tmp_path} holds train.tsv." in message_of(tmp_path / "zzz")
    assert f"folder {tmp_path / 'no'} does not exist" in message_of(tmp_path / "no" / "a.tsv")


def test_folder_instead_of_a_file(tmp_path):
    (tmp_path / "devel.tsv").touch()
    message = message_of(tmp_path)
    assert message.startswith(f"{tmp_path}: this is a folder") and "devel.tsv" in message


def test_path_below_a_file(tmp_path):
    (tmp_path / "a").touch()
    assert message_of(tmp_path / "a" / "b").startswith(f"{tmp_path / 'a' / 'b'}: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_unreadable_file(tmp_path):
    (tmp_path / "a").touch(mode=0)
    assert "Permission denied" in message_of(tmp_path / "a")


def test_folder_is_listed_in_short(tmp_path):
    assert folder_holds(tmp_path) == f"{tmp_path} is empty."
    for number in range(15):
        (tmp_path / f"{number:02}").mkdir()
    assert folder_holds(tmp_path).endswith("10/, 11/ and 3 more.")
    assert folder_holds(tmp_path / "no") == f"{tmp_path / 'no'} cannot be listed."


def test_open_file_reads_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"\x00")
    with open_file(tmp_path / "a") as handle:
        assert handle.read() == b"\x00"
