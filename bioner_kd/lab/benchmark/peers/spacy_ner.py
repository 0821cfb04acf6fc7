"""spaCy's named entity recogniser: a convolutional network and a transition-based parser."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bioner_kd.lab.benchmark.contestant import OfTexts, Span
from bioner_kd.text import iob2
from bioner_kd.text.sentence import Sentence

# What `spacy init config -p ner -o efficiency` chooses: a small network without vectors.
_LANGUAGE, _PIPELINE, _OPTIMIZE = "en", ["ner"], "efficiency"
_BATCH_SIZE = 256


def train(
    folder: Path,
    training: Sequence[Sentence],
    devel: Sequence[Sentence],
    *,
    steps: int = 0,
) -> None:
    """Trains as `spacy train` does with the configuration that `spacy init config` writes.

    Args:
        folder: folder for the pipeline that is best on devel.
        training: sentences with tags.
        devel: sentences with tags.
        steps: largest number of steps; 0 lets spaCy stop when F1 on devel no longer rises.
    """
    import spacy
    from spacy.cli.init_config import init_config
    from spacy.training.initialize import init_nlp
    from spacy.training.loop import train as train_pipeline

    config = init_config(lang=_LANGUAGE, pipeline=_PIPELINE, optimize=_OPTIMIZE)
    vocabulary = spacy.blank(_LANGUAGE).vocab
    if steps:
        config["training"]["max_steps"] = steps
        config["training"]["eval_frequency"] = max(1, steps // 2)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        for split, sentences in (("train", training), ("dev", devel)):
            path = work / f"{split}.spacy"
            _documents(sentences, vocabulary).to_disk(path)
            config["paths"][split] = str(path)
        (work / "trained").mkdir()
        train_pipeline(init_nlp(config), work / "trained")
        best = spacy.load(work / "trained" / "model-best")
    # The paths of the training data are of no use to those who load the pipeline.
    best.config["paths"].update(train=None, dev=None)
    best.to_disk(folder)


def _documents(sentences: Sequence[Sentence], vocabulary: Any) -> Any:
    from spacy.tokens import Doc, DocBin, Span

    documents = DocBin()
    for sentence in sentences:
        spaces = [sentence.text[end : end + 1].isspace() for _, end in sentence.spans]
        document = Doc(vocabulary, words=list(sentence.words), spaces=spaces)
        found = iob2.entities(sentence.tags or ())
        document.ents = [Span(document, first, end, label=name) for name, first, end in found]
        documents.add(document)
    return documents


def open_spacy(*, folder: str) -> OfTexts:
    """A pipeline that `train` has written, on texts that it cuts into words itself."""
    import spacy

    pipeline = spacy.load(folder)

    def tag(texts: Sequence[str]) -> Iterator[list[Span]]:
        for document in pipeline.pipe(texts, batch_size=_BATCH_SIZE):
            yield [(found.label_, found.start_char, found.end_char) for found in document.ents]

    return OfTexts(tag)
