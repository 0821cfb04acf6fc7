"""Trains word vectors on text, with gensim's word2vec."""

import contextlib
import logging as standard_logging
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from absl import logging

from bioner_kd.errors import InputError
from bioner_kd.settings import SEED, Settings, at_least, below, setting
from bioner_kd.tagging.word_form import form_of
from bioner_kd.text.sentence import Sentence
from bioner_kd.vectors.word_vectors import LONGEST_WORD, WordVectors, can_have_vector

ALGORITHMS = ("skipgram", "cbow")


@dataclass(frozen=True)
class VectorConfig(Settings):
    """Sizes and sampling of word2vec."""

    size: int = setting(100, "Numbers of a vector.", bound=at_least(1))
    window: int = setting(5, "Words on each side that are a word's context.", bound=at_least(1))
    min_count: int = setting(
        3,
        "A word seen less often gets no vector. Words are counted as the student reads them: in "
        "lower case, every digit as 0.",
        bound=at_least(1),
    )
    epochs: int = setting(5, "Passes over the text.", bound=at_least(1))
    algorithm: str = setting(
        "skipgram",
        "skipgram (better for rare words) or cbow (several times faster).",
        choices=ALGORITHMS,
    )
    negative: int = setting(
        5, "Random words that each true context is told apart from.", bound=at_least(1)
    )
    sample: float = setting(
        1e-4,
        "Share of the text above which a word is drawn less often; 0 draws every word.",
        bound=at_least(0) & below(1),
    )
    seed: int = setting(
        1,
        "Of initial vectors and of all that is drawn. It repeats a run exactly with --workers=1 "
        "only.",
        bound=SEED,
    )
    workers: int = setting(
        2,
        "Threads. They overwrite each other's work at random, so that with more than one no two "
        "runs give the same vectors.",
        bound=at_least(1),
    )


def learn_vectors(sentences: Iterable[Sentence], config: VectorConfig) -> WordVectors:
    """Trains word2vec on sentences, whose words are read as the forms that a student reads.

    With one worker, equal sentences and an equal seed give equal vectors.

    Args:
        sentences: the text, which is read once.
        config: sizes and sampling.

    Returns:
        The forms that are frequent enough, the most frequent form first.

    Raises:
        InputError: no form is frequent enough, or the folder for temporary files is too small.

    Source:
        Mikolov et al. (2013), arXiv:1310.4546.
    """
    with tempfile.TemporaryDirectory(prefix="bioner_kd_") as folder:
        # gensim's threads read a file by themselves; sentences from Python would hold them up.
        text = Path(folder) / "forms.txt"
        _write_forms(sentences, text)
        return _train(text, config)


def _write_forms(sentences: Iterable[Sentence], path: Path) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for sentence in sentences:
                file.write(" ".join(map(form_of, sentence.words)) + "\n")
    except OSError as error:
        raise InputError(
            f"{path}: the text cannot be written here for training ({error.strerror}); free some "
            "space, or name a larger folder for temporary files by the variable TMPDIR."
        ) from error


def _train(text: Path, config: VectorConfig) -> WordVectors:
    from gensim.models import Word2Vec

    with _quiet_gensim():
        model = Word2Vec(
            vector_size=config.size,
            window=config.window,
            min_count=config.min_count,
            sg=int(config.algorithm == "skipgram"),
            negative=config.negative,
            sample=config.sample,
            seed=config.seed,
            workers=config.workers,
        )
        model.build_vocab(corpus_file=str(text))
        rows = [row for row, form in enumerate(model.wv.index_to_key) if can_have_vector(form)]
        _report_words(model, config, len(rows))
        model.train(
            corpus_file=str(text),
            total_examples=model.corpus_count,
            total_words=model.corpus_total_words,
            epochs=config.epochs,
            callbacks=[_EpochLines(config.epochs)],
        )
    forms = model.wv.index_to_key
    return WordVectors(tuple(forms[row] for row in rows), model.wv.vectors[rows])


def _report_words(model: Any, config: VectorConfig, kept: int) -> None:
    found = f"{model.corpus_total_words:,} words in {model.corpus_count:,} sentences"
    if not kept:
        raise InputError(
            f"The text has {found}, of which none is there --min_count={config.min_count} times; "
            "give more text or a lower --min_count."
        )
    logging.info("%s; %s words get a vector.", found, f"{kept:,}")
    if left_out := len(model.wv) - kept:
        logging.info("%s more do not: masked, or of %s bytes or more.", left_out, LONGEST_WORD)


class _EpochLines:
    """Logs a line after each epoch. gensim calls the methods by their names."""

    def __init__(self, epochs: int) -> None:
        self._epochs, self._done = epochs, 0

    def on_train_begin(self, model: Any) -> None:
        self._start = time.monotonic()

    def on_epoch_begin(self, model: Any) -> None:
        pass

    def on_epoch_end(self, model: Any) -> None:
        self._done += 1
        seconds = time.monotonic() - self._start
        left = seconds / self._done * (self._epochs - self._done)
        logging.info(
            "Epoch %d/%d: %.0f s, about %.0f s left.", self._done, self._epochs, seconds, left
        )

    def on_train_end(self, model: Any) -> None:
        pass


@contextlib.contextmanager
def _quiet_gensim() -> Iterator[None]:
    # gensim logs every step, and warns of small texts.
    logger = standard_logging.getLogger("gensim")
    before = logger.level
    logger.setLevel(standard_logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
