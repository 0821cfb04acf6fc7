"""A student with its tables and tags, in memory and on disk."""

import dataclasses
import json
import shutil

import keras
import numpy as np
import pytest

from bioner_kd.errors import InputError, NewerFormatError, UsageError
from bioner_kd.student.config import StudentConfig
from bioner_kd.student.model import Student
from bioner_kd.student.saved_student import SavedStudent, cut_vocabulary, load_student
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tables import read_tables
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import LEARNT, UNKNOWN, VECTOR, FeatureConfig, WordFeatures
from bioner_kd.text.rules import RULES
from bioner_kd.text.sentence import Sentence

TAG_SET = TagSet(("O", "B-Disease", "I-Disease"))
SENTENCES = [
    Sentence.from_words("Cystic fibrosis is caused by mutations of CFTR .".split()),
    Sentence.from_words(["Abstract"]),
    Sentence.from_words("TNF-α was not raised in 12 of 300 patients with β-thalassaemia .".split()),
]


def make_saved(features=("word", "shape", "char"), sentences=SENTENCES, head="softmax"):
    keras.utils.set_random_seed(1)
    config = StudentConfig(
        word_size=8, shape_size=3, char_size=4, char_filters=5, units=6, head=head
    )
    tables = WordFeatures.from_sentences(sentences, FeatureConfig(features=features))
    model = Student(config, tables.sizes(), len(TAG_SET), tag_names=TAG_SET.tags)
    saved = SavedStudent(model, tables, TAG_SET)
    eager(saved)  # builds the variables
    return saved


def eager(saved):
    """Logits of the whole text, without a graph."""
    features, *_ = saved.source(SENTENCES).gather(list(range(len(SENTENCES))))
    return saved.model(features).numpy()


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A student and the folder that it was saved to."""
    saved, folder = make_saved(), tmp_path_factory.mktemp("student")
    saved.save(folder)
    return saved, folder


@pytest.fixture
def folder(kept, tmp_path):
    """A copy to damage."""
    shutil.copytree(kept[1], tmp_path / "student")
    return tmp_path / "student"


def test_logits_have_a_row_a_word_whatever_the_batch(kept):
    saved, _ = kept
    together = saved.logits(SENTENCES)
    assert [rows.shape for rows in together] == [(len(s), 3) for s in SENTENCES]
    for sentence, rows in zip(SENTENCES, together, strict=True):
        (alone,) = saved.logits([sentence], batch_size=1)
        np.testing.assert_allclose(rows, alone, atol=1e-5)


def test_one_graph_serves_sentences_of_any_length(kept):
    saved, _ = kept
    saved.logits(SENTENCES)
    graphs = saved.call.experimental_get_tracing_count()
    saved.logits(SENTENCES, batch_size=1)
    saved.logits([Sentence.from_words(["word"] * 300)])
    assert saved.call.experimental_get_tracing_count() == graphs


def test_a_saved_student_comes_back(kept):
    saved, folder = kept
    loaded = load_student(folder)
    assert loaded.tag_set == TAG_SET
    assert loaded.features == saved.features
    assert loaded.folder == folder
    for before, after in zip(saved.logits(SENTENCES), loaded.logits(SENTENCES), strict=True):
        np.testing.assert_array_equal(after, before)


def test_size_and_parameters(kept):
    _, folder = kept
    loaded = load_student(folder)
    assert loaded.parameters == sum(weight.size for weight in loaded.model.get_weights())
    assert loaded.size == sum(path.stat().st_size for path in folder.iterdir())
    with pytest.raises(ValueError, match="not on disk"):
        _ = make_saved().size


def test_order_of_features_changes_no_logits():
    plain, turned = make_saved(("word", "shape", "char")), make_saved(("char", "shape", "word"))
    turned.model.set_weights(plain.model.get_weights())
    np.testing.assert_array_equal(eager(turned), eager(plain))


def rewrite_tables(folder, change):
    path = folder / "tables.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def cut(path):
    path.write_bytes(path.read_bytes()[:1000])


DAMAGES = {
    "no weights": lambda f: (f / "student.safetensors").unlink(),
    "no structure": lambda f: (f / "student.json").unlink(),
    "no tables": lambda f: (f / "tables.json").unlink(),
    "weights cut short": lambda f: cut(f / "student.safetensors"),
    "weights that are text": lambda f: (f / "student.safetensors").write_text("weights"),
    "a structure cut short": lambda f: (f / "student.json").write_bytes(b'{"format": 1'),
    "tables cut short": lambda f: cut(f / "tables.json"),
    "tables that are a list": lambda f: (f / "tables.json").write_text("[]"),
    "no tags": lambda f: rewrite_tables(f, lambda data: data.pop("tags")),
    "other tags": lambda f: rewrite_tables(f, lambda data: data["tags"].append("B-Gene")),
    "tags that are none": lambda f: rewrite_tables(f, lambda d: d.update(tags=["O", "x"])),
    "no features": lambda f: rewrite_tables(f, lambda data: data.pop("features")),
    "a shorter table": lambda f: rewrite_tables(
        f, lambda data: data["features"]["tables"]["word"].pop()
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_an_input_error_of_one_line(folder, damage):
    DAMAGES[damage](folder)
    with pytest.raises(InputError) as caught:
        load_student(folder)
    message = str(caught.value)
    assert str(folder) in message and "bioner_kd distill" in message
    assert "\n" not in message


@pytest.mark.parametrize("name", ["tables.json", "student.json"])
def test_a_student_of_a_newer_version_says_so(folder, name):
    path = folder / name
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(data | {"format": 9}), encoding="utf-8")
    with pytest.raises(NewerFormatError) as caught:
        load_student(folder)
    message = str(caught.value)
    assert message.startswith(f"{path}: has the format 9") and "update bioner_kd" in message
    assert "damaged" not in message and "scripts/distill.py" not in message


def test_a_student_keeps_the_rules_that_its_tables_hold(kept, folder, tmp_path):
    rewrite_tables(folder, lambda data: data["sentences"]["abbreviations"].append("pat"))
    loaded = load_student(folder)
    assert "pat" in loaded.rules.ends.abbreviations and loaded.rules != kept[0].rules
    assert loaded.tables == read_tables(folder / "tables.json")
    loaded.save(tmp_path)
    assert load_student(tmp_path).rules == loaded.rules
    for before, after in zip(kept[0].logits(SENTENCES), loaded.logits(SENTENCES), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_student_is_three_files_and_saves_the_same_bytes_each_time(kept, tmp_path):
    saved, folder = kept
    saved.save(tmp_path)
    names = {"student.safetensors", "student.json", "tables.json"}
    assert {path.name for path in folder.iterdir()} == names
    assert all((tmp_path / name).read_bytes() == (folder / name).read_bytes() for name in names)


def test_a_folder_that_does_not_exist_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="not a student"):
        load_student(tmp_path / "nothing")


@pytest.fixture
def of_a_crf(tmp_path):
    """A student with a CRF whose transitions matter, and the folder that it was saved to."""
    saved = make_saved(head="crf")
    transitions = np.random.default_rng(1).normal(0, 2, (3, 3))
    saved.model.crf.transitions.assign(transitions)
    (tmp_path / "crf").mkdir()
    saved.save(tmp_path / "crf")
    return saved, tmp_path / "crf"


def test_a_saved_student_with_a_crf_gives_the_same_tags(of_a_crf):
    saved, folder = of_a_crf
    loaded = load_student(folder)
    assert loaded.decoder == saved.decoder
    assert loaded.tables == read_tables(folder / "tables.json")
    tags = [
        [student.decoder.decode(rows) for rows in student.logits(SENTENCES)]
        for student in (saved, loaded)
    ]
    assert tags[0] == tags[1]
    assert tags[0] != [Decoder(TAG_SET).decode(rows) for rows in saved.logits(SENTENCES)]


def test_the_decoder_is_that_of_the_weights_as_they_stand(of_a_crf):
    saved, _ = of_a_crf
    saved.model.crf.transitions.assign(np.eye(3))
    assert saved.decoder == Decoder(TAG_SET, np.eye(3))


@pytest.mark.parametrize(
    "change",
    [
        lambda tables: tables.pop("transitions"),
        lambda tables: tables["transitions"].pop(),
        lambda tables: tables["transitions"][0].__setitem__(0, 0.5),
    ],
    ids=["none", "a row less", "another number"],
)
def test_transitions_of_another_student_are_an_input_error(of_a_crf, change):
    _, folder = of_a_crf
    rewrite_tables(folder, change)
    with pytest.raises(InputError, match="not a student, or a damaged one"):
        load_student(folder)


def test_a_full_disk_is_one_clear_error(kept, tmp_path, room_for):
    with room_for(1000), pytest.raises(InputError, match=r"student.safetensors: .*File too large"):
        kept[0].save(tmp_path)


FEW_WORDS = [Sentence.from_words(text.split()) for text in ("gout gout gout fever fever", "rash")]
VECTOR_FORMS = ("of", "rash", "fever", "gout")


def make_few_words(*, head="softmax", vectors=True):
    """A student whose vectors stand in the order gout, fever, rash, of."""
    keras.utils.set_random_seed(1)
    config = FeatureConfig(features=(*LEARNT, VECTOR) if vectors else LEARNT, min_count=1)
    features = WordFeatures.from_sentences(FEW_WORDS, config, VECTOR_FORMS if vectors else ())
    settings = StudentConfig(units=4, head=head)
    model = Student(settings, features.sizes(), len(TAG_SET), vector_size=3, tag_names=TAG_SET.tags)
    student = SavedStudent(model, features, TAG_SET)
    student.logits(FEW_WORDS)
    if vectors:
        model.set_vectors(np.arange(12, dtype=np.float32).reshape(4, 3))
    return student


@pytest.mark.parametrize("head", ["softmax", "crf"])
def test_words_that_keep_their_vectors_read_as_before_and_others_as_unknown(head):
    student = make_few_words(head=head)
    cut = cut_vocabulary(student, 2)
    assert cut.features.tables[VECTOR] == ("gout", "fever")
    assert cut.features.encode(["gout", "rash"])[f"{VECTOR}_ids"].tolist() == [2, UNKNOWN]
    before, after = student.logits(FEW_WORDS), cut.logits(FEW_WORDS)
    np.testing.assert_array_equal(after[0], before[0])
    assert np.abs(after[1] - before[1]).max() > 0
    assert cut.decoder.transitions == student.decoder.transitions


def test_a_cut_student_reads_text_as_before_and_is_not_on_disk(tmp_path):
    ends = dataclasses.replace(RULES.ends, abbreviations=frozenset(["pat"]))
    rules = dataclasses.replace(RULES, ends=ends)
    student = dataclasses.replace(make_few_words(), rules=rules, folder=tmp_path)
    cut = cut_vocabulary(student, 2)
    assert cut.tables.rules == rules != RULES
    assert cut.folder is None


def test_a_student_with_no_more_vectors_stays_as_it_is():
    student = make_few_words()
    assert cut_vocabulary(student, 4) is student


def test_a_student_without_vectors_cannot_be_cut():
    with pytest.raises(UsageError, match="--vocabulary_size=2: this student has no word vectors"):
        cut_vocabulary(make_few_words(vectors=False), 2)
