import functools
import hashlib
import http.server
import shutil
import threading
import zipfile

import pytest

from bioner_kd.corpus import public
from bioner_kd.corpus.http_download import RetryPolicy
from bioner_kd.corpus.public import RECORD, download_corpus
from bioner_kd.corpus.public_table import PublicFile, public_files
from bioner_kd.errors import InputError, UsageError
from bioner_kd.text.formats.conll import read_conll

SMALL = {
    "train.tsv": b"lung\tB-Disease\ncancer\tI-Disease\n\n",
    "devel.tsv": b"flu\tB-Disease\n\n",
    "test.tsv": b"x\tO\n\n",
}
# As in the archive: tags without a type, and an archive-only file.
UNTYPED = {
    "train.tsv": b"E.\tB\ncoli\tI\n\nB\tO\nI\tO\n",
    "devel.tsv": b"mice\tB\r\n",
    "test.tsv": b"x\tO\n",
    "train_dev.tsv": b"E.\tB\n",
}
QUICK = RetryPolicy(timeout=5, retries=0, pause=0)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):  # noqa: N802
        self.server.asked.append(self.path)
        super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A web server over the folder mirror.root."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    root = tmp_path / "mirror"
    root.mkdir()
    handler = functools.partial(Quiet, directory=str(root))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.root, server.asked = root, []
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def describe(corpus, name, path, data):
    return PublicFile(corpus, name, path, len(data), hashlib.sha256(data).hexdigest())


@pytest.fixture
def small(mirror, monkeypatch):
    """NCBI-disease on the mirror, made of three tiny files."""
    files = []
    for name, data in SMALL.items():
        files.append(describe("NCBI-disease", name, f"data/{name}", data))
        (mirror.root / "data").mkdir(exist_ok=True)
        (mirror.root / "data" / name).write_bytes(data)
    monkeypatch.setattr(public, "public_files", lambda: tuple(files))
    return mirror


@pytest.fixture
def archive(mirror, monkeypatch):
    """The archive on the mirror, with tiny s800 and no BC4CHEMD."""
    path = mirror.root / "NERdata.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in UNTYPED.items():
            packed.writestr(f"NERdata/s800/{name}", data)
    file = describe("", "NERdata.zip", "NERdata.zip", path.read_bytes())
    monkeypatch.setattr(public, "ARCHIVE", file)
    return mirror


def record_of(folder):
    return [line.split("\t") for line in (folder / RECORD).read_text().splitlines()]


def test_files_are_downloaded_and_recorded(small, tmp_path):
    folder = tmp_path / "corpora" / "NCBI-disease"
    told = []
    download_corpus("NCBI-disease", folder, base_url=small.url, progress=lambda *a: told.append(a))
    assert {path.name for path in folder.iterdir()} == {*SMALL, RECORD}
    assert all((folder / name).read_bytes() == data for name, data in SMALL.items())
    assert record_of(folder)[0] == ["file", "url", "bytes", "sha256"]
    assert record_of(folder)[2] == [
        "devel.tsv",
        f"{small.url}/data/devel.tsv",
        str(len(SMALL["devel.tsv"])),
        hashlib.sha256(SMALL["devel.tsv"]).hexdigest(),
    ]
    assert {name for name, _, _ in told} == set(SMALL)


def test_second_download_asks_for_what_is_missing_alone(small, tmp_path):
    download_corpus("NCBI-disease", tmp_path / "c", base_url=f"{small.url}/")
    (tmp_path / "c" / "test.tsv").unlink()
    small.asked.clear()
    download_corpus("NCBI-disease", tmp_path / "c", base_url=small.url)
    assert small.asked == ["/data/test.tsv"]
    assert len(record_of(tmp_path / "c")) == 4


def test_failure_keeps_the_files_that_were_finished(small, tmp_path):
    (small.root / "data" / "test.tsv").unlink()
    with pytest.raises(InputError, match=r"data/test\.tsv: the server answered 404"):
        download_corpus("NCBI-disease", tmp_path / "c", base_url=small.url)
    assert {path.name for path in (tmp_path / "c").iterdir()} == {"train.tsv", "devel.tsv"}


def test_changed_file_is_refused(small, tmp_path):
    (small.root / "data" / "devel.tsv").write_bytes(SMALL["devel.tsv"].replace(b"flu", b"flo"))
    with pytest.raises(InputError, match="wrong SHA-256"):
        download_corpus("NCBI-disease", tmp_path / "c", base_url=small.url)


def test_corpus_of_the_archive_gets_its_entity_type(archive, tmp_path):
    download_corpus("s800", tmp_path / "s800", base_url=archive.url)
    assert {path.name for path in (tmp_path / "s800").iterdir()} == {*SMALL, RECORD}
    train = read_conll(tmp_path / "s800" / "train.tsv")
    assert [s.tags for s in train] == [("B-Species", "I-Species"), ("O", "O")]
    assert read_conll(tmp_path / "s800" / "devel.tsv")[0].tags == ("B-Species",)
    assert record_of(tmp_path / "s800")[1][1] == f"{archive.url}/NERdata.zip#s800/train.tsv"


def test_archive_is_not_downloaded_again_while_its_files_are_unchanged(archive, tmp_path):
    download_corpus("s800", tmp_path / "s800", base_url=archive.url)
    before = record_of(tmp_path / "s800")
    download_corpus("s800", tmp_path / "s800", base_url=archive.url)
    assert archive.asked == ["/NERdata.zip"]
    assert record_of(tmp_path / "s800") == before
    (tmp_path / "s800" / "test.tsv").unlink()
    download_corpus("s800", tmp_path / "s800", base_url=archive.url)
    assert len(archive.asked) == 2 and (tmp_path / "s800" / "test.tsv").exists()


def test_own_file_is_not_overwritten_from_the_archive(archive, tmp_path):
    (tmp_path / "s800").mkdir()
    (tmp_path / "s800" / "devel.tsv").write_text("mine")
    with pytest.raises(InputError, match=r"devel\.tsv: this file is there already"):
        download_corpus("s800", tmp_path / "s800", base_url=archive.url)
    assert (tmp_path / "s800" / "devel.tsv").read_text() == "mine"


def test_corpus_that_the_archive_lacks_is_named(archive, tmp_path):
    with pytest.raises(InputError, match=r"no BC4CHEMD/train\.tsv in this archive"):
        download_corpus("BC4CHEMD", tmp_path / "c", base_url=archive.url)


def test_wrong_archive_is_refused(mirror, tmp_path):
    (mirror.root / "NERdata.zip").write_bytes(b"not the archive")
    with pytest.raises(InputError, match="wrong size, expected 18204624 bytes"):
        download_corpus("s800", tmp_path / "c", base_url=mirror.url, retry=QUICK)


def test_unknown_names_and_addresses_are_refused(tmp_path):
    with pytest.raises(UsageError, match=r"Did you mean BC5CDR-chem\?"):
        download_corpus("BC5CDR-chemical", tmp_path)
    with pytest.raises(UsageError, match="http"):
        download_corpus("BC2GM", tmp_path, base_url="file:///etc")


def test_all_corpora_of_the_repository_have_the_recorded_checksums(public_file, mirror, tmp_path):
    for file in public_files():
        (mirror.root / file.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(public_file(f"{file.corpus}/{file.name}"), mirror.root / file.path)
    for corpus in {file.corpus for file in public_files()}:
        download_corpus(corpus, tmp_path / corpus, base_url=mirror.url)
        assert len(list((tmp_path / corpus).iterdir())) == 4
