"""Teachers and students are scored side by side on a split."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from absl import logging

from bioner_kd.corpus.alignment import check_types
from bioner_kd.corpus.splits import read_split_documents
from bioner_kd.encoding.sentence_model import SentenceModel
from bioner_kd.errors import UsageError
from bioner_kd.evaluation.borders import BY, WORDS
from bioner_kd.evaluation.comparison import Result, check_tags, compare
from bioner_kd.evaluation.gold import AnnotatedDocuments, AnnotatedWords, Gold
from bioner_kd.recipes.corpora import Corpus, corpus_of
from bioner_kd.teacher.ensemble.folders import load_model
from bioner_kd.training.machine import MachineConfig


def evaluate(
    corpus: str | Corpus,
    runs: Mapping[str, Sequence[str | Path]],
    *,
    split: str = "test",
    by: str = WORDS,
    batch_size: int = 32,
    machine: MachineConfig | None = None,
) -> list[Result]:
    """Scores models on a split.

    Args:
        corpus: "demo", a folder with train.tsv, devel.tsv and test.tsv, or a `Corpus`.
        runs: run directories by the name of a row, one for each seed; "a+b" is one model, the
            average of two. An exported student is given by its export folder, its .tflite file, the
            version folder of its SavedModel or its name.
        split: train, devel or test.
        by: "words" compares tags of words, and mentions that words cannot have count as missed;
            "characters" compares the first and last character of mentions with the documents.
        batch_size: sentences of a batch.
        machine: threads and determinism of TensorFlow; left as they are if not given.

    Returns:
        A result for each row, in order.

    Raises:
        InputError: the corpus or a run directory is not what it should be, or a model was trained
            for other types than the corpus has.
        UsageError: `by` or a type is unknown, or the seeds of a row find different types.

    Examples:
        >>> (row,) = evaluate("demo", {"student": ["saved_models/student"]})  # doctest: +SKIP
    """
    if machine is not None:
        machine.apply(seed=0)
    gold = read_gold(corpus_of(corpus), split, by)
    models = {name: [load_model(Path(path)) for path in paths] for name, paths in runs.items()}
    for name, paths in runs.items():
        _check_alike(name, models[name])
        for model, path in zip(models[name], paths, strict=True):
            check_tags(model, Path(path), gold)
    return [compare(name, seeds, gold, batch_size) for name, seeds in models.items()]


def _check_alike(name: str, models: Sequence[SentenceModel]) -> None:
    # Other settings are compared by their records, which exports have none of.
    types = {", ".join(model.decoder.tag_set.entity_types) for model in models}
    if len(types) > 1:
        raise UsageError(
            f"--run={name}=…: these models find different types ({' and '.join(sorted(types))}); "
            "folders with commas between them are seeds of one model. Give each model a --run of "
            "its own."
        )


def read_gold(corpus: Corpus, split: str, by: str = WORDS) -> Gold:
    """Reads what models are scored on, and says how many mentions there are that none can find.

    Args:
        corpus: whose `types`, if any, are all that is scored.
        split: train, devel or test.
        by: "words" or "characters".

    Raises:
        InputError: the corpus is not what it should be.
        UsageError: `by` or a type is unknown.
    """
    if by not in BY:
        raise UsageError(f"--by={by}: must be one of {', '.join(BY)}.")
    chosen = chosen_types(corpus)
    if by != WORDS:
        return _read_documents(corpus, split, chosen)
    aligned = corpus.read_aligned(split)
    if lost := aligned.lost.total():
        logging.info(
            "Scored by words: %d of %d mentions were lost in reading, and count as missed.",
            lost, aligned.mentions,
        )  # fmt: skip
    return AnnotatedWords(aligned.sentences, aligned.lost, chosen)


def _read_documents(corpus: Corpus, split: str, chosen: frozenset[str]) -> AnnotatedDocuments:
    documents = read_split_documents(corpus, split)
    check_types(
        corpus.alignment,
        Counter(annotation.type for one in documents for annotation in one.annotations),
    )
    gold = AnnotatedDocuments(documents, corpus.alignment.name_of, chosen)
    logging.info(
        "Scored by characters: %d mentions in %d documents.",
        sum(map(len, gold.mentions)), len(documents),
    )  # fmt: skip
    return gold


def chosen_types(corpus: Corpus) -> frozenset[str]:
    """The types of a corpus that are scored, by the models' names; all if empty."""
    old_names = (entry.partition("=")[0].strip() for entry in corpus.types)
    return frozenset(filter(None, map(corpus.alignment.name_of, old_names)))
