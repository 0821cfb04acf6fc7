"""Teachers and students are scored side by side on a split."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bioner_kd.evaluation.comparison import Result, check_tags, compare
from bioner_kd.recipes.corpora import Corpus, corpus_of
from bioner_kd.teacher.ensemble.folders import load_model


def evaluate(
    corpus: str | Corpus,
    runs: Mapping[str, Sequence[str | Path]],
    *,
    split: str = "test",
    batch_size: int = 32,
) -> list[Result]:
    """Scores models on a split.

    Args:
        corpus: "demo", a folder with train.tsv, devel.tsv and test.tsv, or a `Corpus`.
        runs: run directories by the name of a row, one for each seed; "a+b" is one model, the
            average of two.
        split: train, devel or test.
        batch_size: sentences of a batch.

    Returns:
        A result for each row, in order.

    Raises:
        InputError: the corpus or a run directory is not what it should be, or a model was trained
            for other types than the corpus has.

    Examples:
        >>> (row,) = evaluate("demo", {"student": ["saved_models/student"]})  # doctest: +SKIP
    """
    (sentences,) = corpus_of(corpus).read(split)
    models = {name: [load_model(Path(path)) for path in paths] for name, paths in runs.items()}
    for name, paths in runs.items():
        for model, path in zip(models[name], paths, strict=True):
            check_tags(model, Path(path), sentences)
    return [compare(name, seeds, sentences, batch_size) for name, seeds in models.items()]
