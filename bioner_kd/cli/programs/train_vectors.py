r"""Trains word vectors on text, or takes them from a teacher, for the student to start from.

Training is word2vec's and takes minutes; a stopped run starts again from the beginning. With
--workers=1 the same text and --seed give the same vectors, with more they do not.

  bioner_kd train_vectors --text=abstracts.txt.xz,papers.txt.xz --output=vectors.bin
  bioner_kd train_vectors --from_teacher=saved_models/mine/teacher --min_count=1 \
      --corpus=corpora/NCBI-disease --output=vectors.bin
"""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.output import free_name
from bioner_kd.cli.program import Program
from bioner_kd.corpus.splits import read_split
from bioner_kd.errors import UsageError
from bioner_kd.settings import Settings, setting
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.unlabelled import read_unlabelled
from bioner_kd.training.run_folder import record_of
from bioner_kd.vectors.learning import VectorConfig

if TYPE_CHECKING:
    from bioner_kd.vectors.word_vectors import WordVectors


@dataclass(frozen=True)
class WordChoice(Settings):
    """Whose words get vectors, and from where."""

    text: tuple[str, ...] = setting(
        (),
        "Files and folders of text in any format, with commas between, also compressed; - is "
        "standard input. Text is cut into sentences as the tagger cuts it.",
    )
    corpus: str = setting(
        "",
        "A corpus, 'demo' or a folder with train.tsv, whose training split is read as well; none "
        "if empty.",
    )
    from_teacher: str = setting(
        "",
        "Take the vectors from a teacher instead of training them: each word's subword embeddings "
        "averaged and reduced by SVD. A folder, fine-tuned or pretrained, a hub id such as "
        "dmis-lab/biobert-base-cased-v1.2, or 'minilm'. Then only --size and --min_count count, "
        "and the words of --text or --corpus alone matter.",
    )


@dataclass(frozen=True)
class VectorFileChoice(Settings):
    """The file to write."""

    output: str = setting(
        "vectors.bin",
        "File to write, which appears when all is done; its flags are kept beside it, as .cfg.",
    )
    format: str = setting(
        "binary",
        "word2vec's binary format, or its text, which is three times as large.",
        choices=("binary", "text"),
    )
    overwrite: bool = setting(False, "Replace the file if it exists.")


WORDS = FlagGroup("Words", WordChoice())
VECTORS = FlagGroup("Vectors", VectorConfig())
FILE = FlagGroup("Output", VectorFileChoice())


def main(program: Program) -> None:
    """Makes vectors as the flags say."""
    choice = program.read(FILE)
    path = free_name(choice.output, overwrite=choice.overwrite)
    print(save(program, path, make_vectors(program)))


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


PROGRAM = Program(
    __doc__,
    main,
    (WORDS, VECTORS, FILE),
    stopped="Stopped; nothing was kept. Start again when you like.",
    first=("text", "output", "size", "corpus", "from_teacher"),
)
