"""Text for a tiny BERT, whose words are guessed from the words beside them."""

import numpy as np

from bioner_kd.teacher.adaptation.blocks import Blocks
from bioner_kd.text.sentence import Sentence

# Of 1, 2 and 3 subwords: "tumors" is tumor ##s, "genexx" is gene ##x ##x.
PHRASES = ("the tumors", "of genexx", "in cancer", "and a b")


def make_sentences(number: int = 200, seed: int = 0) -> list[Sentence]:
    random = np.random.default_rng(seed)
    return [
        Sentence.from_words(" ".join(random.choice(PHRASES, random.integers(2, 6))).split())
        for _ in range(number)
    ]


def make_blocks(rows: int, subwords: int, ids: np.ndarray, *, seed: int = 0) -> Blocks:
    """Blocks of random ids and word lengths, [CLS] 2 and [SEP] 3 around them."""
    random = np.random.default_rng(seed)
    blocks = random.choice(ids, (rows, subwords)).astype(np.int32)
    starts = random.random((rows, subwords)) < 0.6
    blocks[:, 0], blocks[:, -1] = 2, 3
    starts[:, [0, 1, -1]] = True
    return Blocks(blocks, starts)
