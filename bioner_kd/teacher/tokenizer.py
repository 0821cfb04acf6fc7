"""Splits words into the subwords of a teacher."""

import json
import os
from pathlib import Path

from absl import logging
from tokenizers import Tokenizer, models
from transformers import PretrainedConfig

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.teacher.checkpoint.encoder_config import read_config
from bioner_kd.teacher.tokenizer_file import is_failure
from bioner_kd.teacher.wordpiece import (
    SETTINGS,
    SPECIAL_PIECES,
    TOKENIZER,
    VOCABULARY,
    build_tokenizer,
    is_byte_level,
    lower_cases,
)
from bioner_kd.text.tokenizer import MASK

_CONFIG = "config.json"
# They take about 150 MB. A text of millions of sentences has new words without end.
_MOST_REMEMBERED = 1_000_000
# Share of the rows of an embedding that have pieces; rows may be added to make a round number.
_LEAST_SHARE = 0.98


class SubwordTokenizer:
    """Splits words into the ids of their subwords.

    Attributes:
        cls_id: id of the first piece of a text, such as [CLS].
        sep_id: id of the last piece of a text, such as [SEP].
        pad_id: id of the padding piece.
        unk_id: id of the unknown piece, such as [UNK].
        mask_id: id of the mask, such as [MASK]; `unk_id` in a vocabulary without a mask.
        lower_cases: whether words are lower-cased first.
        vocabulary_size: one more than the largest id.
    """

    def __init__(self, tokenizer: Tokenizer, special_pieces: dict[str, str]) -> None:
        """Uses a tokenizer of the tokenizers library.

        Args:
            tokenizer: the tokenizer, whose truncation and padding are switched off.
            special_pieces: the pieces in the roles pad_token, unk_token, cls_token, sep_token and,
                if the vocabulary has a mask, mask_token.
        """
        # A tokenizer.json may truncate and pad: MiniLM's pads every text to 128 subwords.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        # A word that reads "[SEP]" is text, not the end of the sentence.
        tokenizer.encode_special_tokens = True
        self._tokenizer, self._special_pieces = tokenizer, special_pieces
        ids = tokenizer.get_vocab()
        self.pad_id: int = ids[special_pieces["pad_token"]]
        self.unk_id: int = ids[special_pieces["unk_token"]]
        self.cls_id: int = ids[special_pieces["cls_token"]]
        self.sep_id: int = ids[special_pieces["sep_token"]]
        self.lower_cases = lower_cases(tokenizer)
        self._is_word_piece = isinstance(tokenizer.model, models.WordPiece)
        # Byte-level BPE knows most words with a space before them, and splits others further.
        self._before = " " if is_byte_level(tokenizer) else ""
        self.vocabulary_size: int = max(ids.values()) + 1
        self.mask_id: int = ids.get(special_pieces.get("mask_token", ""), self.unk_id)
        self._known: dict[str, tuple[int, ...]] = {MASK: (self.mask_id,)}

    def subwords(self, word: str) -> list[int]:
        """Splits a word, which may be any text.

        Returns:
            At least one subword id. The word `MASK` becomes the mask. A word of which nothing
            remains, such as a control character, becomes the unknown piece. In WordPiece, a run of
            more than 100 characters becomes the unknown piece too, as in BERT.
        """
        ids = self._known.get(word)
        if ids is None:
            text = self._before + word
            ids = tuple(self._encode(text))
            if len(self._known) >= _MOST_REMEMBERED:
                self._known = {MASK: (self.mask_id,)}
            ids = self._known[word] = ids or (self.unk_id,)
        return list(ids)

    def _encode(self, text: str) -> list[int]:
        try:
            return self._tokenizer.encode(text, add_special_tokens=False).ids
        except BaseException as error:
            # A step that a file describes may fail at some texts alone.
            if not is_failure(error):
                raise
            raise InputError(
                f"the teacher's tokenizer fails at the word {shown(text)} ({one_line(error)}); "
                "download the checkpoint again."
            ) from error

    def ordinary_ids(self) -> list[int]:
        """Lists the ids of all pieces but the special ones, in order."""
        ids = self._tokenizer.get_vocab()
        return sorted(set(ids.values()) - {ids[piece] for piece in self._special_pieces.values()})

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Writes the files that `load_tokenizer` and transformers read, into a new or old folder.

        Raises:
            InputError: the folder cannot be written.
        """
        settings: dict[str, object] = {"tokenizer_class": "PreTrainedTokenizerFast"}
        if self._is_word_piece:
            settings = {"do_lower_case": self.lower_cases, "tokenizer_class": "BertTokenizer"}
        if self._before:
            settings["add_prefix_space"] = True
        texts = {
            TOKENIZER: self._tokenizer.to_str(pretty=True),
            SETTINGS: json.dumps({**settings, **self._special_pieces}, indent=1),
            SPECIAL_PIECES: json.dumps(self._special_pieces, indent=1),
        }
        if self._is_word_piece:
            texts[VOCABULARY] = "".join(f"{piece}\n" for piece in self._pieces())
        for name, text in texts.items():
            with atomic_file(Path(folder) / name) as file:
                file.write(text)

    def _pieces(self) -> list[str]:
        # An id without a piece still needs a line: a vocabulary may repeat a piece.
        pieces = [f"[no piece {index}]" for index in range(self.vocabulary_size)]
        for piece, index in self._tokenizer.get_vocab().items():
            pieces[index] = piece
        return pieces


def load_tokenizer(folder: str | os.PathLike[str]) -> SubwordTokenizer:
    """Loads the tokenizer of a checkpoint folder.

    `tokenizer_config.json` says whether words are lower-cased, or else `tokenizer.json` does. The
    first releases of BioBERT have neither file. Words are then lower-cased unless the vocabulary
    has a piece with an upper-case letter.

    Args:
        folder: has `tokenizer.json` of any kind, `vocab.txt` of WordPiece, or `vocab.json` and
            `merges.txt` of byte-level BPE.

    Raises:
        InputError: a file is missing or broken, the vocabulary lacks a special piece, or the
            vocabulary is of another checkpoint than `config.json`.
    """
    folder = Path(folder)
    tokenizer = SubwordTokenizer(*build_tokenizer(folder))
    if (folder / _CONFIG).is_file():
        _check_same_model(folder, tokenizer, read_config(folder))
    return tokenizer


def _check_same_model(folder: Path, tokenizer: SubwordTokenizer, config: PretrainedConfig) -> None:
    pieces, rows = tokenizer.vocabulary_size, config.vocab_size
    if pieces > rows:
        raise InputError(
            f"{folder}: the vocabulary has {pieces} pieces, but config.json says vocab_size "
            f"{rows}; both must be of one checkpoint: download both again."
        )
    if tokenizer.pad_id != config.pad_token_id:
        raise InputError(
            f"{folder}: the padding piece of the vocabulary has id {tokenizer.pad_id}, but "
            f"config.json says pad_token_id {config.pad_token_id}; the tokenizer is of another "
            "model: download both again."
        )
    if pieces < _LEAST_SHARE * rows:
        logging.warning(
            "%s: the vocabulary has %d pieces and config.json says vocab_size %d; if the tokenizer "
            "is of another model, download both again.",
            folder,
            pieces,
            rows,
        )
