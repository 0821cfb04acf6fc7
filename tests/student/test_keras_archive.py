"""Students of before: what is read of Keras's archives, and what is refused."""

import io
import json
import shutil
import struct
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from bioner_kd.errors import InputError
from bioner_kd.student.config import StudentConfig
from bioner_kd.student.keras_archive import hdf5_places
from bioner_kd.student.model import Student
from bioner_kd.student.saved_student import SavedStudent, load_student
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import FEATURES, LEARNT, VECTOR, FeatureConfig, WordFeatures
from bioner_kd.teacher.ensemble.folders import is_student
from bioner_kd.text.sentence import Sentence

from .archives import save_as_before

TAGS = TagSet(("O", "B-Disease", "I-Disease"))
SENTENCES = [
    Sentence.from_words("Cystic fibrosis is caused by mutations of CFTR .".split()),
    Sentence.from_words(["β-thalassaemia"]),
]
WEIGHTS = "model.weights.h5"


def make_student(features=FEATURES, **settings):
    """A student of random weights, none of them as fresh as Keras makes them."""
    forms = ("fibrosis", "of", "gout") if VECTOR in features else ()
    tables = WordFeatures.from_sentences(
        SENTENCES, FeatureConfig(features=features, min_count=1), forms
    )
    sizes = {"word_size": 7, "prefix_size": 6, "suffix_size": 6, "shape_size": 6, "char_size": 5}
    config = StudentConfig(**{**sizes, "char_filters": 4, "units": 5, **settings})
    model = Student(config, tables.sizes(), 3, vector_size=6 if forms else 0, tag_names=TAGS.tags)
    student = SavedStudent(model, tables, TAGS)
    eager(student)  # builds the variables
    random = np.random.default_rng(4)
    for weight in model.weights:
        weight.assign((random.normal(size=weight.shape) * 8).astype(weight.dtype.as_numpy_dtype))
    return student


def eager(student):
    """Logits of the whole text, without a graph."""
    features, *_ = student.source(SENTENCES).gather([0, 1])
    return student.model(features).numpy()


@pytest.mark.parametrize(
    ("features", "settings"),
    [
        (FEATURES, {}),
        (FEATURES, {"tune_vectors": True, "head": "crf"}),
        (LEARNT, {"layers": 3}),
        (("word",), {"head": "crf"}),
        (("char", "word", "suffix"), {"layers": 2, "char_width": 4}),
    ],
)
def test_a_student_that_keras_saved_gives_the_same_logits_to_the_bit(features, settings, tmp_path):
    student = make_student(features, **settings)
    archive = save_as_before(student, tmp_path)
    loaded = load_student(tmp_path)
    assert loaded.blueprint == student.blueprint
    assert loaded.model.transitions == student.model.transitions
    assert loaded.size == archive.stat().st_size + (tmp_path / "tables.json").stat().st_size
    np.testing.assert_array_equal(eager(loaded), eager(student))
    # Keras's own loader agrees about each tensor, and where in the archive it is.
    with zipfile.ZipFile(archive) as parts, h5py.File(io.BytesIO(parts.read(WEIGHTS))) as file:
        places = hdf5_places(student.blueprint.weights())
        for name, variable in student.model.weights_by_name().items():
            np.testing.assert_array_equal(file[places[name]][()], variable.numpy(), strict=True)


def test_a_new_save_beside_an_archive_is_the_one_that_counts(tmp_path):
    archived, saved = make_student(), make_student(layers=2)
    save_as_before(archived, tmp_path)
    saved.save(tmp_path)
    assert load_student(tmp_path).model.config.layers == 2


def test_an_archive_from_before_there_were_heads_and_vectors_is_a_softmax_student(archive):
    def change(record):
        settings = record["config"]
        del settings["tag_names"], settings["vector_size"]
        del settings["config"]["head"], settings["config"]["tune_vectors"]

    rewrite(archive, config=change)
    assert load_student(archive.parent).model.crf is None


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A student's archive."""
    return save_as_before(make_student(LEARNT), tmp_path_factory.mktemp("whole"))


@pytest.fixture
def archive(whole, tmp_path):
    """A copy to damage."""
    return shutil.copytree(whole.parent, tmp_path / "student") / whole.name


def members(archive):
    with zipfile.ZipFile(archive) as file:
        return {name: file.read(name) for name in file.namelist()}


def write(archive, parts, **options):
    with zipfile.ZipFile(archive, "w", **options) as file:
        for name, content in parts.items():
            file.writestr(name, content)


def rewrite(archive, config=None, weights=None):
    """Changes an archive's config.json as an object, or its HDF5 file."""
    parts = members(archive)
    if config:
        record = json.loads(parts["config.json"])
        config(record)
        parts["config.json"] = json.dumps(record).encode()
    if weights:
        image = io.BytesIO(parts[WEIGHTS])
        with h5py.File(image, "r+") as file:
            weights(file)
        parts[WEIGHTS] = image.getvalue()
    write(archive, parts)


def refusal(archive):
    assert is_student(archive.parent)
    with pytest.raises(InputError) as caught:
        load_student(archive.parent)
    message = str(caught.value)
    assert message.startswith(f"{archive.parent}: not a student") and "\n" not in message
    assert len(message) < 600 and message.isprintable()
    return message


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda r: r.update(class_name="Functional"), "another model than a student"),
        (lambda r: r.update(registered_name="Custom>Student"), "another model than a student"),
        (lambda r: r.update(config=[]), "nothing of the student's sizes"),
        (lambda r: r["config"].update(tags=4), "not of the same student"),
        (lambda r: r["config"].update(tag_names=["O", "B-Gene", "I-Gene"]), "not of the same"),
        (lambda r: r["config"].update(table_sizes={"word": 3}), "not of the same student"),
        (
            lambda r: r["config"]["config"].update(units=10**9),
            "bytes of weights, and their",
        ),
        (lambda r: r["config"]["config"].update(units=4), "should be"),
        (lambda r: r["config"]["config"].update(layers=10**9), "at most 64"),
        (lambda r: r["config"]["config"].update(dropout={"class_name": "Lambda"}), "no float"),
        (lambda r: r["config"]["config"].update(function="system"), "no setting of a student"),
    ],
)
def test_a_structure_that_is_not_the_students_is_refused(archive, change, says):
    rewrite(archive, config=change)
    assert says in refusal(archive)


def replace(file, **options):
    """Makes the norm's gamma anew, otherwise."""
    del file[GAMMA]
    return file.create_dataset(GAMMA, **options)


GAMMA = "layers/layer_normalization/vars/0"
WIDTH = 7 + 6 * 3 + 4
ONES = np.ones(WIDTH, "f4")


def set_nan(file):
    file[GAMMA][3] = np.nan


def link(file, made):
    del file[GAMMA]
    file[GAMMA] = made


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: replace(f, shape=(5 * 10**9,), dtype="f4", chunks=(1024,)), "(5000000000,)"),
        (lambda f: replace(f, shape=(WIDTH,), dtype="f4", chunks=(4,)), "not stored as Keras"),
        (lambda f: replace(f, data=ONES, compression="gzip"), "not stored as Keras"),
        (lambda f: replace(f, shape=(WIDTH,), dtype="f4"), "not stored as Keras"),
        (lambda f: replace(f, data=ONES, dtype="f8"), "float64"),
        (lambda f: replace(f, data=ONES, dtype=">f4"), ">f4"),
        (lambda f: replace(f, data=h5py.Empty("f4")), "should be"),
        (lambda f: replace(f, data="text"), "object"),
        (lambda f: replace(f, shape=(WIDTH,), dtype="f4", external="/etc/passwd"), "not stored"),
        (lambda f: link(f, h5py.ExternalLink("/etc/passwd", "/x")), "layer_norm"),
        (lambda f: link(f, h5py.SoftLink("/layers/dense/vars/1")), "layer_norm"),
        (lambda f: f.__delitem__(GAMMA), "vars/0 is missing"),
        (lambda f: f.create_dataset("layers/more/vars/0", data=ONES), "none of this student's"),
        (lambda f: f["layers"].create_dataset(b"\xff\xfe", data=ONES), ""),
        (lambda f: f["layers"].create_dataset("\x1b[31m\n", data=ONES), "none of this student's"),
        (set_nan, "layer_norm/gamma is not finite"),
    ],
)
def test_weights_that_are_not_the_students_are_refused(archive, change, says):
    rewrite(archive, weights=change)
    assert says in refusal(archive)


def test_a_virtual_dataset_reads_no_other_file(archive, tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = ONES
    layout = h5py.VirtualLayout((WIDTH,), "f4")
    layout[:] = h5py.VirtualSource(tmp_path / "other.h5", "x", (WIDTH,))

    def change(file):
        del file[GAMMA]
        file.create_virtual_dataset(GAMMA, layout)

    rewrite(archive, weights=change)
    assert "not stored as Keras" in refusal(archive)


def bomb(archive):
    write(archive, {**members(archive), WEIGHTS: bytes(1 << 26)}, compression=zipfile.ZIP_DEFLATED)


def too_long(archive):
    write(archive, {**members(archive), WEIGHTS: bytes(1 << 24)})


def many_entries(archive):
    write(archive, {**members(archive), **{f"{number}": b"" for number in range(1000)}})


def claim(archive, sizes):
    """An archive whose directory claims other sizes (stored, whole) of its last entry."""
    data = bytearray(archive.read_bytes())
    entry = data.rindex(b"PK\1\2")
    data[entry + 20 : entry + 28] = struct.pack("<II", *sizes)
    archive.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [
        bomb,
        too_long,
        many_entries,
        lambda archive: claim(archive, (1 << 31, 1 << 31)),
        lambda archive: claim(archive, (1 << 31, 100)),
        lambda archive: write(archive, {"config.json": b"{}"}),
        lambda archive: write(archive, {**members(archive), "config.json": b"[" * 900_000}),
        lambda archive: write(archive, {**members(archive), "config.json": b" " * 2_000_000}),
        lambda archive: write(archive, {**members(archive), "config.json": b'{"a": NaN}'}),
        lambda archive: write(archive, {**members(archive), WEIGHTS: b"\x89HDF\r\n\x1a\n" * 99}),
        lambda archive: archive.write_bytes(b""),
        lambda archive: archive.write_bytes(b"PK"),
    ],
)
def test_an_archive_that_keras_did_not_write_is_refused(archive, damage):
    damage(archive)
    refusal(archive)


def test_a_zip64_directory_is_not_even_read(archive):
    data = archive.read_bytes()
    archive.write_bytes(data[:-22] + b"PK\6\7" + bytes(16) + data[-22:])
    assert "more in its directory" in refusal(archive)


def test_no_flipped_byte_of_an_archive_changes_a_logit(archive):
    student = load_student(archive.parent)
    before = eager(student)
    whole, random = archive.read_bytes(), np.random.default_rng(2)
    places = [*random.integers(0, len(whole), 20), *(len(whole) - random.integers(1, 300, 20))]
    for place in places:
        data = bytearray(whole)
        data[place] ^= 1 << int(random.integers(8))
        archive.write_bytes(data)
        try:
            loaded = load_student(archive.parent)
        except InputError:
            continue
        np.testing.assert_array_equal(eager(loaded), before)


@pytest.mark.parametrize("place", [0, 44, 116, 140])  # h5py has another error for each
def test_a_place_that_points_far_outside_of_the_hdf5_file_is_refused(archive, place):
    parts = members(archive)
    data = bytearray(parts[WEIGHTS])
    data[place : place + 8] = (9 << 60).to_bytes(8, "little")
    write(archive, {**parts, WEIGHTS: bytes(data)})
    assert "model.weights.h5 of student.keras cannot be read" in refusal(archive)


def test_another_keras_model_is_no_student(archive):
    model = keras.Sequential([keras.layers.Dense(3, input_shape=(2,))])
    model.save(archive)
    assert "another model than a student" in refusal(archive)


def test_a_folder_in_the_archives_place_is_no_student(archive: Path):
    archive.unlink()
    archive.mkdir()
    with pytest.raises(InputError, match="not a student"):
        load_student(archive.parent)
