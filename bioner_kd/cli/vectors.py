"""Flags: which words get vectors, and how those are made."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.corpus.splits import read_split
from bioner_kd.errors import UsageError
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.unlabelled import read_unlabelled
from bioner_kd.training.run_folder import record_of
from bioner_kd.vectors.config import ALGORITHMS, VectorConfig

if TYPE_CHECKING:
    from bioner_kd.vectors.word_vectors import WordVectors


@dataclass(frozen=True)
class WordChoice:
    """Whose words get vectors, and from where."""

    text: tuple[str, ...] = ()
    corpus: str = ""
    from_teacher: str = ""


@dataclass(frozen=True)
class VectorFileChoice:
    """The file to write."""

    output: str = "vectors.bin"
    format: str = "binary"
    overwrite: bool = False


WORDS = FlagGroup(
    "Words",
    WordChoice(),
    {
        "text": "Files of plain text, with commas between, one sentence a line, UTF-8, .gz, .bz2 "
        "and .xz too; - is standard input.",
        "corpus": "A corpus, 'demo' or a folder with train.tsv, whose training split is read as "
        "well; none if empty.",
        "from_teacher": "Take the vectors from a teacher instead of training them: each word's "
        "subword embeddings averaged and reduced by SVD. A folder, fine-tuned or pretrained, a hub "
        "id such as dmis-lab/biobert-base-cased-v1.2, or 'minilm'. Then only --size and "
        "--min_count count, and the words of --text or --corpus alone matter.",
    },
)
VECTORS = FlagGroup(
    "Vectors",
    VectorConfig(),
    {
        "size": "Numbers of a vector.",
        "window": "Words on each side that are a word's context.",
        "min_count": "A word seen less often gets no vector. Words are counted as the student "
        "reads them: in lower case, every digit as 0.",
        "epochs": "Passes over the text.",
        "algorithm": "skipgram (better for rare words) or cbow (several times faster).",
        "negative": "Random words that each true context is told apart from.",
        "sample": "Share of the text above which a word is drawn less often; 0 draws every word.",
        "seed": "Of initial vectors and of all that is drawn. It repeats a run exactly with "
        "--workers=1 only.",
        "workers": "Threads. They overwrite each other's work at random, so that with more than "
        "one no two runs give the same vectors.",
    },
    {"algorithm": ALGORITHMS},
)
FILE = FlagGroup(
    "Output",
    VectorFileChoice(),
    {
        "output": "File to write, which appears when all is done; its flags are kept beside it, "
        "as .cfg.",
        "format": "word2vec's binary format, or its text, which is three times as large.",
        "overwrite": "Replace the file if it exists.",
    },
    {"format": ("binary", "text")},
)
FLAG_GROUPS = (WORDS, VECTORS, FILE)


def read_sentences(choice: WordChoice) -> Iterator[Sentence]:
    """The sentences that the flags name, read as they are needed.

    Raises:
        InputError: a file is missing or not what it should be.
        UsageError: no text is named.
    """
    if not choice.text and not choice.corpus:
        raise UsageError("There are no words: name files by --text, or a --corpus.")
    texts = read_unlabelled(choice.text)
    # Its tags are of no interest here, so that nothing is wrong with odd ones.
    split = read_split(choice.corpus, "train", repair_tags=True) if choice.corpus else ()
    return itertools.chain(texts, split)


def make_vectors(program: Program) -> "WordVectors":
    """Trains the vectors, or takes them from a teacher, as the flags say."""
    choice, config = program.read(WORDS), program.read(VECTORS)
    sentences = read_sentences(choice)
    if not choice.from_teacher:
        from bioner_kd.vectors.learning import learn_vectors

        return learn_vectors(sentences, config)
    from bioner_kd.teacher.checkpoint.source import resolve_teacher

    folder = resolve_teacher(choice.from_teacher)

    from bioner_kd.teacher.subword_vectors import subword_vectors

    counts = Counter(word for sentence in sentences for word in sentence.words)
    return subword_vectors(folder, counts, size=config.size, min_count=config.min_count)


def save(program: Program, path: Path, vectors: "WordVectors") -> str:
    """Writes the vectors, and beside them the flags that repeat them.

    Returns:
        What was written, in a line.
    """
    from bioner_kd.vectors.word_vectors import write_vectors

    write_vectors(path, vectors, binary=program.read(FILE).format == "binary")
    program.write_flagfile(record_of(path))
    return (
        f"{len(vectors.words):,} words of {vectors.size} numbers, {path.stat().st_size:,} bytes: "
        f"{path}"
    )
