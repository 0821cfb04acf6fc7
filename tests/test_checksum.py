from bioner_kd.checksum import file_digest


def test_the_digest_is_sha256_of_the_whole_file(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert file_digest(tmp_path / "a").startswith("ba7816bf8f01cfea414140de5dae2223b00361a3")


def test_a_file_longer_than_one_piece_is_read_whole(tmp_path):
    (tmp_path / "a").write_bytes(bytes(3 << 20))
    (tmp_path / "b").write_bytes(bytes((3 << 20) - 1))
    assert file_digest(tmp_path / "a") != file_digest(tmp_path / "b")
