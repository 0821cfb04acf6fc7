"""A teacher labels the splits of a corpus and unlabelled text: soft targets on disk."""

from collections.abc import Callable, Sequence
from pathlib import Path

from absl import logging

from bioner_kd.corpus.config import SampleConfig
from bioner_kd.corpus.sampling import sample_text
from bioner_kd.errors import UsageError
from bioner_kd.extras import require
from bioner_kd.recipes.corpora import Corpus, corpus_of
from bioner_kd.recipes.record import make_record
from bioner_kd.teacher import labelling
from bioner_kd.teacher.config import DEFAULT_READING, ReadingConfig
from bioner_kd.teacher.ensemble.folders import is_student, load_teachers
from bioner_kd.teacher.labelling import TEXT
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.unlabelled import read_unlabelled
from bioner_kd.training.machine import MachineConfig
from bioner_kd.training.run_folder import record_of


def label(
    teachers: Sequence[str | Path],
    cache: str | Path,
    *,
    corpus: str | Corpus = Corpus(),
    splits: Sequence[str] = ("train",),
    text: Sequence[str] = (),
    sample: SampleConfig = SampleConfig(),
    batch_size: int = 32,
    hidden: bool = False,
    reading: ReadingConfig = DEFAULT_READING,
    machine: MachineConfig | None = None,
    write_record: Callable[[Path], None] | None = None,
) -> None:
    """Writes the word-level logits of a teacher, or the mean of several, into a cache.

    Wrong arguments are told before TensorFlow is imported. What is there already and fits is kept,
    so that a call that was stopped goes on.

    Args:
        teachers: run directories of teachers and students, at least one.
        cache: a folder, with a folder inside it for each split and "text" for the text.
        corpus: "demo", a folder, or a `Corpus`.
        splits: which of its splits are labelled.
        text: files and folders of unlabelled text in any format, also compressed.
        sample: which sentences of the text are drawn.
        batch_size: sentences of a batch.
        hidden: whether the last hidden states are kept too.
        reading: how much is read at once, and how exactly.
        machine: threads and determinism of TensorFlow; left as they are if not given.
        write_record: writes the flagfile of what was made; made of the arguments if not given.

    Raises:
        InputError: a file or a teacher is not what it should be, or the cache holds the logits of
            something else.
        UsageError: nothing is named, or hidden states of several teachers are asked for.
    """
    corpus, folders = corpus_of(corpus), [Path(teacher) for teacher in teachers]
    require("tensorflow")
    _check_sources(corpus, splits, text, folders)

    if machine is not None:
        machine.apply(seed=0)
    if write_record is None:
        write_record = make_record(
            corpus, sample, reading, teachers=tuple(map(str, folders)), cache=cache,
            splits=tuple(splits), text=tuple(text), batch_size=batch_size, hidden=hidden,
        ).write  # fmt: skip
    texts = read_texts(corpus, splits, text, sample)
    labeller = load_teachers(folders, reading)
    for name, sentences in texts.items():
        folder = Path(cache) / name
        labelling.label(labeller, sentences, folder, batch_size=batch_size, hidden=hidden)
        write_record(record_of(folder))


def _check_sources(
    corpus: Corpus, splits: Sequence[str], text: Sequence[str], teachers: Sequence[Path]
) -> None:
    if not splits and not text:
        raise UsageError("There is nothing to label: name --splits of a corpus, --text, or both.")
    corpus.check(*splits)
    read_unlabelled(text)
    for folder in teachers:
        is_student(folder)


def read_texts(
    corpus: Corpus, splits: Sequence[str], text: Sequence[str], sample: SampleConfig
) -> dict[str, list[Sentence]]:
    """The sentences to label, by the name of their folder in the cache.

    Raises:
        InputError: a file is missing or not as it should be.
    """
    texts = dict(zip(splits, corpus.read(*splits), strict=True))
    if text:
        texts[TEXT] = _read_sample(tuple(text), sample)
    return texts


def _read_sample(paths: tuple[str, ...], config: SampleConfig) -> list[Sentence]:
    sample = sample_text(paths, config)
    logging.info(
        "--text: %d of %d sentences; left out: %d of more than %d words, %d of fewer than "
        "%d, %d repeated.",
        len(sample.sentences),
        sample.found,
        sample.long,
        config.max_words,
        sample.short,
        config.min_words,
        sample.repeats,
    )
    return sample.sentences
