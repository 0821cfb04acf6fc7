import pytest

from bioner_kd.corpus.config import CorpusConfig
from bioner_kd.corpus.demo import read_demo
from bioner_kd.corpus.splits import read_aligned, read_split, read_split_documents
from bioner_kd.errors import InputError, UsageError
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.writing import write_documents


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


def documents(number, first=0):
    return [
        Document.from_text(f"Gout number {n} hurts.", id=str(n)).with_annotations(
            [Annotation("Disease", ((0, 4),), "Gout")]
        )
        for n in range(first, first + number)
    ]


@pytest.fixture
def write(tmp_path):
    def write(name, number=4, first=0):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_documents(documents(number, first), path, format=_format_of(name))
        return path

    return write


def _format_of(name):
    return "auto" if "." in name else "brat"


def numbers(corpus, split, **settings):
    aligned = read_aligned(CorpusConfig(corpus=str(corpus), **settings), split)
    assert {s.tags for s in aligned.sentences} <= {("B-Disease", "O", "O", "O", "O")}
    return [int(s.words[2]) for s in aligned.sentences]


@pytest.mark.parametrize("ending", [".PubTator", ".jsonl.gz", ".bioc.xml", ".bioc.json", ""])
def test_a_split_is_a_file_or_folder_in_any_format(write, tmp_path, ending):
    write(f"own/train{ending}"), write(f"own/dev{ending}", 2, 10)
    assert numbers(tmp_path / "own", "train") == [0, 1, 2, 3]
    assert numbers(tmp_path / "own", "devel") == [10, 11]


def test_splits_may_have_any_name_where_they_are_named(write):
    first, other = write("CDR_TrainingSet.PubTator"), write("more/b.jsonl", 2, 10)
    corpus = f"train={first},devel={other}"
    assert numbers(corpus, "devel") == [10, 11]
    with pytest.raises(InputError, match="no test"):
        numbers(corpus, "test")
    with pytest.raises(InputError, match=r"none\.tsv.*no such.*devel"):
        numbers(f"train={first},devel=none.tsv", "train")
    with pytest.raises(UsageError, match="'dev=b'"):
        numbers(f"train={first},dev=b", "train")


def test_documents_without_splits_are_divided_each_time_alike(write):
    folder = write("brat_folder", 20)
    shares = ("0.7", "0.2", "0.1")
    parts = [numbers(folder, s, divide=shares) for s in ("train", "devel", "test")]
    assert [len(part) for part in parts] == [14, 4, 2]
    assert sorted(sum(parts, [])) == list(range(20))
    assert parts == [numbers(folder, s, divide=shares) for s in ("train", "devel", "test")]
    assert parts[0] != numbers(folder, "train", divide=shares, divide_seed=2)


def test_a_train_split_is_divided_where_there_is_no_devel_split(write, tmp_path):
    write("own/train.jsonl", 10), write("own/test.jsonl", 3, 20)
    shares = ("0.8", "0.2", "0")
    assert len(numbers(tmp_path / "own", "devel", divide=shares)) == 2
    assert numbers(tmp_path / "own", "test", divide=shares) == [20, 21, 22]
    with pytest.raises(UsageError, match="has a test split"):
        numbers(tmp_path / "own", "train", divide=("0.8", "0.1", "0.1"))
    write("own/devel.jsonl", 2)
    with pytest.raises(UsageError, match="has a devel split"):
        numbers(tmp_path / "own", "train", divide=shares)


def test_too_few_documents_for_the_shares_are_told(write):
    with pytest.raises(InputError, match="2 documents are too few"):
        numbers(write("a.jsonl", 2), "train", divide=("0.9", "0.1", "0"))


@pytest.mark.parametrize("divide", ["0.8,0.2", "1,0,0", "0.5,0.6,0.1", "a,b,c", "1.1,-0.1,0"])
def test_shares_that_are_none_are_refused(divide):
    with pytest.raises(UsageError, match="--divide="):
        CorpusConfig(divide=tuple(divide.split(",")))


@pytest.mark.parametrize("types", [("=Disease",), ("A=",), (" ",)])
def test_types_without_a_name_are_refused(types):
    with pytest.raises(UsageError, match="--types="):
        CorpusConfig(types=types)


def test_documents_without_a_mention_are_no_corpus(tmp_path):
    write_documents([Document.from_text("No mention.")], tmp_path / "train.jsonl")
    with pytest.raises(InputError, match=r"train\.jsonl.*no mention"):
        numbers(tmp_path, "train")


def test_what_tags_cannot_hold_is_told_with_its_place(tmp_path, absl_log):
    odd = Document.from_text("Gouty arthritis.", id="7").with_annotations(
        [Annotation("Disease", ((0, 4),), "Gout")]
    )
    write_documents([odd], tmp_path / "train.jsonl")
    aligned = read_aligned(CorpusConfig(corpus=str(tmp_path)), "train")
    assert aligned.sentences[0].tags == ("B-Disease", "O", "O")
    assert "1 of 1 mentions are not as in the source" in absl_log.text
    assert "document '7': the Disease mention 'Gout' at 0:4" in absl_log.text


def test_documents_of_a_split_keep_their_mentions(write):
    path = write("a.jsonl", 3)
    config = CorpusConfig(corpus=f"test={path}")
    assert [d.id for d in read_split_documents(config, "test")] == ["0", "1", "2"]
    (first, *_) = read_split_documents(CorpusConfig(), "test")
    assert first.annotations and first.sentences is not None


def test_bare_tags_take_the_type_that_is_given(tmp_path):
    (tmp_path / "train.tsv").write_text("Gout\tB\nhurts\tO\n")
    config = CorpusConfig(corpus=str(tmp_path), entity_type="Disease")
    assert read_aligned(config, "train").sentences[0].tags == ("B-Disease", "O")


def test_the_pubtator_file_of_a_public_corpus_has_its_mentions(public_file):
    path = public_file("../documents/BC5CDR_Test.PubTator")
    aligned = read_aligned(CorpusConfig(corpus=f"test={path}"), "test")
    assert aligned.mentions == 9796
    assert aligned.lost == {}
    assert len({s.text for s in aligned.sentences}) == 500
