"""A linear-chain CRF over hand-made features of words: sklearn-crfsuite."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bioner_kd.lab.benchmark.contestant import OfTexts, Span
from bioner_kd.tagging.word_form import word_shape
from bioner_kd.text import iob2
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import tokenize

MODEL = "model.crfsuite"
_ITERATIONS = 100
# Places of the neighbours whose features a word has.
_NEIGHBOURS = (-2, -1, 1, 2)
_AFFIXES = (2, 3, 4)


def word_features(words: Sequence[str]) -> list[list[str]]:
    """Features of each word: form, affixes and shape, and form and shape of its neighbours.

    Source:
        Okazaki (2007), CRFsuite's example of named entities; the tutorial of sklearn-crfsuite.
    """
    lowered = [word.lower() for word in words]
    shapes = [word_shape(word) for word in words]
    return [
        [*_own(words[place], lowered[place], shapes[place]), *_around(place, lowered, shapes)]
        for place in range(len(words))
    ]


def _own(word: str, lowered: str, shape: str) -> Iterator[str]:
    yield "bias"
    yield f"word={lowered}"
    yield f"shape={shape}"
    for length in _AFFIXES:
        if len(lowered) > length:
            yield f"prefix={lowered[:length]}"
            yield f"suffix={lowered[-length:]}"
    checks = (("upper", str.isupper), ("title", str.istitle), ("digits", str.isdigit))
    yield from (name for name, check in checks if check(word))


def _around(place: int, lowered: Sequence[str], shapes: Sequence[str]) -> Iterator[str]:
    for offset in _NEIGHBOURS:
        other = place + offset
        if 0 <= other < len(lowered):
            yield f"word{offset:+}={lowered[other]}"
            yield f"shape{offset:+}={shapes[other]}"
    if place == 0:
        yield "first"
    if place == len(lowered) - 1:
        yield "last"


def train(
    folder: Path,
    training: Sequence[Sentence],
    devel: Sequence[Sentence],
    *,
    steps: int = 0,
) -> None:
    """Trains with L-BFGS and elastic net, as the package's tutorial does.

    Args:
        folder: folder for the model.
        training: sentences with tags.
        devel: not used, because the number of iterations is fixed.
        steps: number of iterations; 0 for 100.
    """
    from sklearn_crfsuite import CRF

    crf = CRF(
        algorithm="lbfgs",
        c1=0.1,
        c2=0.1,
        max_iterations=steps or _ITERATIONS,
        all_possible_transitions=True,
        model_filename=str(folder / MODEL),
    )
    sentences = [sentence for sentence in training if sentence.words]
    crf.fit(
        [word_features(sentence.words) for sentence in sentences],
        [list(sentence.tags or ()) for sentence in sentences],
    )


def open_crf(*, folder: str) -> OfTexts:
    """A model that `train` has written, on texts that this project's tokeniser cuts into words."""
    from sklearn_crfsuite import CRF

    crf = CRF(model_filename=str(Path(folder) / MODEL))

    def tag(texts: Sequence[str]) -> Iterator[list[Span]]:
        for text in texts:
            yield _find(crf, text)

    return OfTexts(tag)


def _find(crf: object, text: str) -> list[Span]:
    words = tokenize(text)
    tags = crf.predict_single(word_features([word for word, _, _ in words]))  # type: ignore[attr-defined]
    return [(name, words[first][1], words[end - 1][2]) for name, first, end in iob2.entities(tags)]
