"""A teacher labels sentences into a cache."""

from collections.abc import Sequence
from pathlib import Path

from absl import logging
from tqdm import tqdm

from bioner_kd.corpus.sentence import Sentence
from bioner_kd.errors import InputError
from bioner_kd.teacher.averaged import AveragedTeacher
from bioner_kd.teacher.labelled_text import write_sentences
from bioner_kd.teacher.logits_cache import LogitsCache
from bioner_kd.teacher.saved_teacher import SavedTeacher


def label(
    teacher: SavedTeacher | AveragedTeacher,
    sentences: Sequence[Sentence],
    folder: Path,
    *,
    batch_size: int,
) -> None:
    """Writes the teacher's logits of every sentence.

    Sentences without tags, which are of no corpus, are written beside their logits once these are
    all there.

    Args:
        teacher: the fine-tuned teacher, or several.
        sentences: with or without tags.
        folder: the cache; what is there and fits is kept.
        batch_size: sentences of a batch.

    Raises:
        InputError: there is no sentence, or the folder holds logits of something else.
    """
    if not sentences:
        raise InputError(f"There is no sentence to label for {folder}; check the text.")
    cache = LogitsCache(folder)
    shards = cache.write(
        sentences, teacher.fingerprint, lambda part: teacher.logits(part, batch_size)
    )
    # disable=None: no bar where standard error is no terminal.
    with tqdm(total=len(sentences), unit=" sentences", desc=folder.name, disable=None) as bar:
        for done in shards:
            bar.update(done)
    if sentences[0].tags is None:
        write_sentences(folder, sentences)
    logging.info("%s: logits of %d sentences.", folder, len(sentences))
