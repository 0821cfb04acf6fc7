"""Configurations of tiny encoders of each family, and tokenizers that fit them."""

import json
from pathlib import Path

from .tiny_bert import VOCABULARY

_SIZES = {
    "vocab_size": 130,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 66,
}
_DISENTANGLED = {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]}
CONFIGS: dict[str, dict[str, object]] = {
    "bert": {**_SIZES, "type_vocab_size": 2},
    "camembert": {**_SIZES, "type_vocab_size": 1},
    "deberta": {**_SIZES, **_DISENTANGLED, "position_biased_input": False},
    "deberta-v2": {
        **_SIZES,
        **_DISENTANGLED,
        "position_biased_input": False,
        "position_buckets": 8,
        "norm_rel_ebd": "layer_norm",
        "share_att_key": True,
        "conv_kernel_size": 3,
        "conv_act": "gelu",
    },
    "distilbert": {
        "vocab_size": 130,
        "dim": 32,
        "n_layers": 2,
        "n_heads": 4,
        "hidden_dim": 48,
        "max_position_embeddings": 64,
    },
    "electra": {**_SIZES, "embedding_size": 16},
    "mpnet": {**_SIZES, "relative_attention_num_buckets": 32},
    "roberta": {**_SIZES, "type_vocab_size": 1},
    "xlm-roberta": {**_SIZES, "type_vocab_size": 1},
}
# Their padding piece has id 1.
ROBERTA_LIKE = frozenset({"camembert", "mpnet", "roberta", "xlm-roberta"})
ROBERTA_PIECES = ["<s>", "<pad>", "</s>", "<unk>"]


def write_family(folder: Path, family: str, **changes: object) -> None:
    """Writes config.json of a tiny encoder, its dropout 0.1 as usual."""
    folder.mkdir(parents=True, exist_ok=True)
    values = {"model_type": family, **CONFIGS[family], **changes}
    (folder / "config.json").write_text(json.dumps(values), encoding="utf-8")


def write_word_pieces(folder: Path, family: str) -> None:
    """Writes vocab.txt of WordPiece, in MPNet's manner where the family pads with id 1."""
    pieces = [*ROBERTA_PIECES, *VOCABULARY, "<mask>"] if family in ROBERTA_LIKE else VOCABULARY
    (folder / "vocab.txt").write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")


def write_byte_level(folder: Path) -> None:
    """Writes vocab.json and merges.txt of byte-level BPE that knows " gene" and "gene" apart."""
    from tokenizers.pre_tokenizers import ByteLevel

    merges = ["g e", "n e", "ge ne", "Ġ gene", "Ġ t", "u m", "o r", "Ġt um", "Ġtum or"]
    pieces = [*ROBERTA_PIECES, *sorted(ByteLevel.alphabet())]
    pieces += [merge.replace(" ", "") for merge in merges]
    pieces.append("<mask>")
    ids = {piece: index for index, piece in enumerate(pieces)}
    (folder / "vocab.json").write_text(json.dumps(ids), encoding="utf-8")
    (folder / "merges.txt").write_text(
        "".join(f"{line}\n" for line in ["#version: 0.2", *merges]), encoding="utf-8"
    )
