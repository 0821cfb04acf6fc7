"""Which subwords a masked language model has to guess."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bioner_kd.errors import InputError
from bioner_kd.teacher.adaptation.blocks import Blocks
from bioner_kd.teacher.config import AdaptationConfig
from bioner_kd.teacher.tokenizer import SubwordTokenizer

# Of the subwords to guess, so many become [MASK], and so many another subword; the rest stay.
_MASKED, _REPLACED = 0.8, 0.1


class Masked(NamedTuple):
    """Blocks with masked subwords.

    Attributes:
        ids: int32 (blocks, subwords), as the model sees them.
        positions: int32 (blocks, slots), places of the subwords to guess, in order.
        originals: int32 (blocks, slots), what stood there.
        weights: float32 (blocks, slots), 1 for a subword to guess; 0 for a slot that is left over,
            where words did not fill them all.
    """

    ids: np.ndarray
    positions: np.ndarray
    originals: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class Masker:
    """Draws what is to be guessed.

    Every block has the same number of slots, so that the model computes the scores of the whole
    vocabulary, which are the dearest part of its head, for these few subwords alone.

    Attributes:
        mask_share: of a block's subwords.
        whole_word_masking: whether the subwords of a word are masked together or not at all.
        mask_id: id of [MASK].
        ordinary_ids: int32, ids of all subwords that are no special pieces.

    Source:
        Devlin et al. (2019), arXiv:1810.04805, section 3.1; whole words as in the BERT repository's
        create_pretraining_data.py, which also takes words in random order as long as they fit.
    """

    mask_share: float
    whole_word_masking: bool
    mask_id: int
    ordinary_ids: np.ndarray

    @classmethod
    def from_tokenizer(cls, tokenizer: SubwordTokenizer, config: AdaptationConfig) -> "Masker":
        """Reads the ids off a tokenizer.

        Raises:
            InputError: its vocabulary has no [MASK].
        """
        if tokenizer.mask_id == tokenizer.unk_id:
            raise InputError(
                "--teacher: the vocabulary of this checkpoint has no [MASK], which masked language "
                "modelling needs; name another checkpoint."
            )
        ordinary = np.array(tokenizer.ordinary_ids(), np.int32)
        return cls(config.mask_share, config.whole_word_masking, tokenizer.mask_id, ordinary)

    def slots(self, subwords: int) -> int:
        """Subwords to guess in a block of so many, [CLS] and [SEP] included; at least 1."""
        return max(1, round(self.mask_share * (subwords - 2)))

    def mask(self, blocks: Blocks, random: np.random.Generator) -> Masked:
        """Masks blocks; special pieces, [UNK] among them, are never masked.

        Args:
            blocks: as they stand in the text.
            random: decides; the same state gives the same masks.

        Returns:
            Masked blocks.
        """
        starts = blocks.starts if self.whole_word_masking else np.ones_like(blocks.starts)
        allowed = np.isin(blocks.ids, self.ordinary_ids)
        slots = self.slots(blocks.ids.shape[1])
        chosen = _choose(np.cumsum(starts, axis=1) - 1, allowed, slots, random)
        # Chosen subwords first, each group in the order of the text.
        positions = np.argsort(~chosen, axis=1, kind="stable")[:, :slots]
        return Masked(
            np.where(chosen, self._disguise(blocks.ids, random), blocks.ids),
            positions.astype(np.int32),
            np.take_along_axis(blocks.ids, positions, axis=1),
            np.take_along_axis(chosen, positions, axis=1).astype(np.float32),
        )

    def _disguise(self, ids: np.ndarray, random: np.random.Generator) -> np.ndarray:
        draw = random.random(ids.shape)
        others = random.choice(self.ordinary_ids, ids.shape)
        replaced = np.where(draw < _MASKED + _REPLACED, others, ids)
        return np.where(draw < _MASKED, np.int32(self.mask_id), replaced)


def _choose(
    words: np.ndarray, allowed: np.ndarray, slots: int, random: np.random.Generator
) -> np.ndarray:
    """Chooses words at random as long as they fit.

    Args:
        words: int (blocks, subwords), number of the word that a subword belongs to.
        allowed: bool (blocks, subwords); a word is chosen if all its subwords are allowed.
        slots: most subwords to choose in a block.
        random: decides.

    Returns:
        bool (blocks, subwords).
    """
    shape = words.shape
    rows = np.arange(shape[0])
    flat = (words + rows[:, None] * shape[1]).ravel()
    sizes = np.bincount(flat, minlength=words.size).reshape(shape)
    barred = np.bincount(flat, ~allowed.ravel(), minlength=words.size).reshape(shape) > 0
    # What never fits, or is no word, comes last.
    never = barred | (sizes == 0) | (sizes > slots)
    order = np.argsort(np.where(never, 2.0, random.random(shape)), axis=1)
    chosen = np.zeros(shape, bool)
    left = np.full(shape[0], slots)
    for word in order[:, : (~never).sum(axis=1).max()].T:
        fits = ~never[rows, word] & (sizes[rows, word] <= left)
        chosen[rows, word] = fits
        left -= sizes[rows, word] * fits
        if not left.any():
            break
    return np.take_along_axis(chosen, words, axis=1)
