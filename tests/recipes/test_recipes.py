"""The whole way from Python, with a tiny teacher."""

import os
import subprocess
import sys

import pytest

import bioner_kd
from bioner_kd import Tagger
from bioner_kd.distill.config import DistillConfig, TransferConfig
from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.errors import InputError, UsageError
from bioner_kd.export.config import ExportConfig
from bioner_kd.student.config import StudentConfig
from bioner_kd.teacher.config import AdaptationConfig
from bioner_kd.text.formats.conll import write_conll
from bioner_kd.training.config import TrainingConfig

from ..cli.conftest import ROOT, load_program
from ..teacher.tiny_bert import write_checkpoint

TRAINING = TrainingConfig(epochs=1, learning_rate=1e-3, batch_size=16)
SMALL = StudentConfig(word_size=8, char_size=4, char_filters=4, units=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A tiny checkpoint and a corpus of a few sentences of the demo."""
    folder = tmp_path_factory.mktemp("recipes")
    write_checkpoint(folder / "encoder")
    (folder / "corpus").mkdir()
    for split, count in (("train", 24), ("devel", 8), ("test", 8)):
        sentences = bioner_kd.Corpus().read(split)[0][:count]
        write_conll(folder / "corpus" / f"{split}.tsv", sentences)
    lines = [sentence.text for sentence in bioner_kd.Corpus().read("train")[0][30:60]]
    (folder / "text.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.mark.slow
def test_a_student_is_made_from_python(folder):
    corpus, text = str(folder / "corpus"), [str(folder / "text.txt")]
    windows = WindowConfig(max_subwords=40, overlap=8)
    teacher = bioner_kd.fine_tune(
        corpus, str(folder / "encoder"), folder / "teacher", training=TRAINING, windows=windows
    )
    bioner_kd.label([teacher], folder / "logits", corpus=corpus, text=text)
    student = bioner_kd.distil(
        corpus, folder / "student", cache=str(folder / "logits"), teachers=[str(teacher)],
        transfer=TransferConfig(transfer_size=10), student=SMALL, training=TRAINING,
    )  # fmt: skip
    assert student.tag_set.entity_types
    rows = bioner_kd.evaluate(corpus, {"t": [teacher], "s": [folder / "student"]}, split="devel")
    assert [row.name for row in rows] == ["t", "s"]
    config = ExportConfig(format=("tflite",), quantization=("dynamic",))
    manifest = bioner_kd.export_student(
        folder / "student", folder / "export", corpus=corpus, config=config
    )
    assert list(manifest["models"])
    Tagger.load(folder / "export").tag("Aspirin relieves headache.")
    programs = {"teacher": "finetune_teacher", "student": "distill", "export": "export"}
    for name, program in programs.items():
        load_program(program).values([program, f"--flagfile={folder / name / 'run.cfg'}"])


@pytest.mark.slow
def test_an_encoder_is_adapted_from_python(folder):
    adaptation = AdaptationConfig(block_subwords=16, checkpoint_steps=0)
    found = bioner_kd.adapt(
        str(folder / "encoder"), [str(folder / "text.txt")], folder / "adapted",
        training=TRAINING, adaptation=adaptation,
    )  # fmt: skip
    assert (found / "run.cfg").read_text().startswith("--teacher=")


def test_a_missing_corpus_is_named_before_the_encoder_is_looked_for(tmp_path):
    with pytest.raises(InputError, match="no_corpus: there is no such folder"):
        bioner_kd.fine_tune(str(tmp_path / "no_corpus"), "no/encoder", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_student_without_a_teacher_needs_an_alpha_of_one(tmp_path):
    with pytest.raises(UsageError, match="--alpha=0.3 needs a teacher"):
        bioner_kd.distil("demo", tmp_path / "out", objective=DistillConfig(alpha=0.3))


# Modules that take seconds to import, which nobody should wait for to read of a typing error.
HEAVY = "{'tensorflow', 'keras', 'transformers'} & set(sys.modules)"
CALLS = (
    "adapt('minilm', ['none.txt'], 'new')",
    "distil('none', 'new', cache='none')",
    "distil('demo', 'new', cache='none')",
    "export_student('none', 'new')",
    "fine_tune('none', 'minilm', 'new')",
    "label(['none'], 'new')",
)


@pytest.mark.parametrize("call", CALLS)
def test_a_wrong_path_is_told_before_tensorflow_is_imported(tmp_path, call):
    lines = [
        "import sys, bioner_kd",
        "try:",
        f"    bioner_kd.{call}",
        "except bioner_kd.InputError as error:",
        f"    print(str(error).partition(':')[0], {HEAVY})",
    ]
    finished = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        capture_output=True, text=True, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert finished.stdout.startswith("none") and finished.stdout.endswith(" set()\n"), finished


def test_nothing_to_label_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="nothing to label"):
        bioner_kd.label([tmp_path], tmp_path / "logits", splits=())
