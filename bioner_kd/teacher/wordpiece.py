"""Builds the tokenizer of a checkpoint from its files, and decides on lower-casing."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from absl import logging
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from bioner_kd.bounded import parse_json
from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.regular_file import read_small
from bioner_kd.teacher.checkpoint.files import read_json_object
from bioner_kd.teacher.tokenizer_file import (
    MOST_BRACKETS,
    MOST_BYTES,
    MOST_PIECES,
    check_pieces,
    is_failure,
    read_tokenizer_file,
)

TOKENIZER, VOCABULARY = "tokenizer.json", "vocab.txt"
SETTINGS, SPECIAL_PIECES = "tokenizer_config.json", "special_tokens_map.json"
# Of byte-level BPE.
_PIECES, _MERGES, _VERSION = "vocab.json", "merges.txt", "#version"

# The usual names of pieces, if no file names them: those of RoBERTa and those of BERT. MPNet has
# RoBERTa's pieces and BERT's [UNK].
_USUAL_PIECES = {
    "pad_token": ("<pad>", "[PAD]"),
    "unk_token": ("[UNK]", "<unk>"),
    "cls_token": ("<s>", "[CLS]"),
    "sep_token": ("</s>", "[SEP]"),
    "mask_token": ("<mask>", "[MASK]"),
}
# The settings of a tokenizer that are read.
_SWITCHES = ("do_lower_case", "strip_accents", "tokenize_chinese_chars")
# Needed for pretraining alone.
_OPTIONAL = "mask_token"


def build_tokenizer(folder: Path) -> tuple[Tokenizer, dict[str, str]]:
    """Builds the tokenizer of a checkpoint folder, as `load_tokenizer` says.

    Returns:
        The tokenizer, and its special pieces by their roles, such as cls_token.

    Raises:
        InputError: a file is missing or broken, or the vocabulary lacks a special piece.
    """
    settings = _read_settings(folder / SETTINGS)
    named = read_optional(folder / SPECIAL_PIECES) | settings
    if (folder / TOKENIZER).is_file():
        path = folder / TOKENIZER
        tokenizer = read_tokenizer_file(path)
        pieces = _special_pieces(path, named, tokenizer.get_vocab())
        _set_lower_casing(path, tokenizer, settings.get("do_lower_case"))
    elif (folder / _PIECES).is_file():
        path = folder / _PIECES
        tokenizer = _byte_level(path)
        pieces = _special_pieces(path, named, tokenizer.get_vocab())
        tokenizer.add_special_tokens(list(pieces.values()))
    else:
        path = folder / VOCABULARY
        ids = _read_vocabulary(path)
        pieces = _special_pieces(path, named, ids)
        tokenizer = _from_vocabulary(ids, pieces, settings)
    if isinstance(tokenizer.model, models.WordPiece):
        _warn_of_wrong_case(path, lower_cases(tokenizer), is_cased(tokenizer.get_vocab()))
    return tokenizer, pieces


def is_byte_level(tokenizer: Tokenizer) -> bool:
    """Tells whether a tokenizer splits the bytes of a word and its space, as GPT-2's does."""
    step = tokenizer.pre_tokenizer
    described = json.loads(step.__getstate__()) if step is not None else {}
    steps = [described, *described.get("pretokenizers", [])]
    return any(step.get("type") == "ByteLevel" for step in steps)


def _read_settings(path: Path) -> dict[str, Any]:
    settings = read_optional(path)
    for name in _SWITCHES:
        if not isinstance(settings.get(name), bool | None):
            raise InputError(
                f"{path}: {name} must be true, false or null, not {shown(settings[name])}; "
                "download the file again."
            )
    return settings


def read_optional(path: Path) -> dict[str, Any]:
    """Reads a JSON object; without a file, the object is empty."""
    return read_json_object(path) if path.is_file() else {}


def lower_cases(tokenizer: Tokenizer) -> bool:
    """Tells whether a tokenizer lower-cases words first."""
    normalizer = tokenizer.normalizer
    return normalizer is not None and normalizer.normalize_str("A") == "a"


def is_cased(pieces: Iterable[str]) -> bool:
    """Tells whether a vocabulary has a piece with upper case, apart from pieces such as [UNK]."""
    return any(
        piece != piece.lower()
        for piece in pieces
        if not (piece.startswith("[") and piece.endswith("]"))
    )


def _text_of(piece: Any) -> str | None:
    # A special piece is a text, or an object with a text and flags.
    content = piece.get("content") if isinstance(piece, dict) else piece
    return content if isinstance(content, str) else None


def _special_pieces(path: Path, named: dict[str, Any], ids: dict[str, int]) -> dict[str, str]:
    pieces = {}
    for role, usual in _USUAL_PIECES.items():
        said = _text_of(named.get(role))
        known = [piece for piece in ([said] if said else usual) if piece in ids]
        if known:
            pieces[role] = known[0]
        elif role != _OPTIONAL:
            wanted = " and ".join(map(shown, [said] if said else usual))
            raise InputError(
                f"{path}: the vocabulary lacks {wanted}, the {role} of an encoder; download the "
                "checkpoint again."
            )
    return pieces


def _byte_level(path: Path) -> Tokenizer:
    merges = path.with_name(_MERGES)
    try:
        ids = parse_json(read_small(path, MOST_BYTES), brackets=MOST_BRACKETS)
        check_pieces(ids)
        lines = read_small(merges, MOST_BYTES).decode("utf-8").split("\n")
        pairs = [tuple(line.split(" ")) for line in lines if line and not line.startswith(_VERSION)]
        model = models.BPE(ids, pairs)
    except BaseException as error:
        if not is_failure(error):
            raise
        raise InputError(
            f"{path}: this and {_MERGES} beside it do not make a byte-level BPE vocabulary "
            f"({one_line(error)}); download both again."
        ) from error
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _set_lower_casing(path: Path, tokenizer: Tokenizer, wanted: bool | None) -> None:
    normalizer = tokenizer.normalizer
    if wanted is None or bool(wanted) == lower_cases(tokenizer):
        return
    if not isinstance(normalizer, normalizers.BertNormalizer):
        logging.warning(
            "%s: %s beside it says do_lower_case=%s, which this kind of normalizer cannot follow.",
            path,
            SETTINGS,
            wanted,
        )
        return
    logging.warning(
        "%s: %s beside it says do_lower_case=%s, which is followed.", path, SETTINGS, wanted
    )
    normalizer.lowercase = bool(wanted)
    tokenizer.normalizer = normalizer


def _read_vocabulary(path: Path) -> dict[str, int]:
    try:
        text = read_small(path, MOST_BYTES).decode("utf-8")
    except OSError as error:
        raise InputError(
            f"{path}: cannot read this file ({error.strerror}); a checkpoint folder needs it, "
            f"{TOKENIZER}, or {_PIECES} with {_MERGES}: download it again or name another folder."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: byte {error.start} is not UTF-8; download the vocabulary again."
        ) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    if text.count("\n") >= MOST_PIECES:
        raise InputError(
            f"{path}: the vocabulary has more than {MOST_PIECES:,} pieces, which no encoder has; "
            "download it again."
        )
    # A piece may be a character at which splitlines() would cut.
    return {piece: index for index, piece in enumerate(text.split("\n"))}


def _from_vocabulary(
    ids: dict[str, int], pieces: dict[str, str], settings: dict[str, Any]
) -> Tokenizer:
    lower = settings.get("do_lower_case")
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token=pieces["unk_token"]))
    tokenizer.normalizer = normalizers.BertNormalizer(
        handle_chinese_chars=settings.get("tokenize_chinese_chars") is not False,
        strip_accents=settings.get("strip_accents"),
        lowercase=not is_cased(ids) if lower is None else bool(lower),
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(list(pieces.values()))
    separator, first = pieces["sep_token"], pieces["cls_token"]
    tokenizer.post_processor = processors.BertProcessing(
        (separator, ids[separator]), (first, ids[first])
    )
    return tokenizer


def _warn_of_wrong_case(path: Path, lower: bool, cased: bool) -> None:
    if lower == cased:
        logging.warning(
            "%s: the vocabulary is %s, but words are %s first; if that is wrong, correct "
            "do_lower_case in %s.",
            path,
            "cased" if cased else "uncased",
            "lower-cased" if lower else "not lower-cased",
            SETTINGS,
        )
