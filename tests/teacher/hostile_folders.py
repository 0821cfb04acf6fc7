"""Teacher folders that are made to harm: names of cases to what writes them.

Each is a whole and valid teacher in which one file was changed.
"""

import base64
import functools
import json
import os
import shutil
import struct
import tempfile
from collections.abc import Mapping
from pathlib import Path

from safetensors.numpy import save_file

from bioner_kd.errors import shown
from bioner_kd.teacher.saved_teacher import SETTINGS, load_teacher
from bioner_kd.teacher.tokenizer import load_tokenizer

from .checkpoint.hostile import LONG, NASTY, Write
from .tiny_bert import CONFIG, VOCABULARY, random_state, write_config, write_json, write_tokenizer

TAGS = ["O", "B-Disease", "I-Disease"]
_DIGITS = b"9" * 3_000_000
_NESTED = json.loads("[" * 900 + "]" * 900)
_WORD_PIECE = {
    "type": "WordPiece",
    "unk_token": "[UNK]",
    "continuing_subword_prefix": "##",
    "max_input_chars_per_word": 100,
    "vocab": {piece: index for index, piece in enumerate(VOCABULARY)},
}
_TOKENIZER = {
    "version": "1.0",
    "truncation": None,
    "padding": None,
    "added_tokens": [],
    "normalizer": {
        "type": "BertNormalizer",
        "clean_text": True,
        "handle_chinese_chars": True,
        "strip_accents": None,
        "lowercase": True,
    },
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": None,
    "decoder": None,
    "model": _WORD_PIECE,
}


def write_teacher(folder: Path) -> None:
    """A fine-tuned teacher of two layers."""
    labels = {str(index): tag for index, tag in enumerate(TAGS)}
    write_config(folder, id2label=labels, label2id={tag: n for n, tag in enumerate(TAGS)})
    write_tokenizer(folder)
    write_json(folder / "tokenizer.json", _TOKENIZER)
    write_json(folder / "tokenizer_config.json", {"do_lower_case": True})
    windows = {"max_subwords": 64, "overlap": 16}
    write_json(folder / SETTINGS, {"tags": TAGS, "windows": windows, "pretrained": "x"})
    state = random_state(folder, head=len(TAGS))
    save_file(state, folder / "model.safetensors")
    # Its digest alone is taken where the safetensors file is there.
    (folder / "tf_model.h5").write_bytes(b"weights")


@functools.cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="teacher"))
    write_teacher(folder)
    return folder


def use(folder: Path) -> None:
    """What is attacked; of a folder without tokenizer.json, which is no teacher, the vocabulary."""
    if (folder / "tokenizer.json").exists():
        load_teacher(folder)
    else:
        load_tokenizer(folder)


def _file(name: str, content: bytes, *, without: tuple[str, ...] = ()) -> Write:
    def write(folder: Path) -> None:
        shutil.copytree(_template(), folder, dirs_exist_ok=True)
        for other in without:
            (folder / other).unlink()
        (folder / name).write_bytes(content)

    return write


def _json(name: str, value: object, **options: tuple[str, ...]) -> Write:
    return _file(name, json.dumps(value).encode(), **options)


def _pipe(name: str) -> Write:
    def write(folder: Path) -> None:
        shutil.copytree(_template(), folder, dirs_exist_ok=True)
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return write


def _short(value: object) -> str:
    return shown(value, 24)


def _config(**changes: object) -> Write:
    labels = {str(index): tag for index, tag in enumerate(TAGS)}
    return _json("config.json", {**CONFIG, "id2label": labels, **changes})


def _text(name: str) -> Mapping[str, Write]:
    """Whatever no JSON file of a teacher may be."""
    return {
        "nested deeply": _file(name, b'{"a":' * 10**5),
        "number of millions of digits": _file(name, b'{"hidden_size":' + _DIGITS + b"}"),
        "not UTF-8": _file(name, b'{"\xff":1}'),
        "25 MB": _file(name, b"{}" + b" " * 25_000_000),
        "many small lists": _file(name, b'{"a":[' + b"[]," * 1_300_000 + b"1]}"),
        "a list": _file(name, b"[]"),
        "nothing": _file(name, b""),
    }


_SIZES = [
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "max_position_embeddings",
    "type_vocab_size",
]
_WRONG = [
    10**9,
    10**18,
    10**900,
    -(10**900),
    -1,
    2.5,
    True,
    "32",
    [32],
    {"a": 1},
    LONG[:1000],
    NASTY,
    _NESTED,
]
CONFIGS: Mapping[str, Write] = {
    **_text("config.json"),
    **{f"{name} {_short(value)}": _config(**{name: value}) for name in _SIZES for value in _WRONG},
    **{
        f"{name} {_short(value)}": _config(**{name: value})
        for name in ("hidden_act", "hidden_dropout_prob", "attention_probs_dropout_prob")
        for value in (10**9, 10**900, -1, [], {"a": 1}, LONG, NASTY, "nan", _NESTED, True)
    },
    "dropout that is no number": _file(
        "config.json", json.dumps({**CONFIG, "hidden_dropout_prob": float("nan")}).encode()
    ),
    "epsilon of 900 digits": _config(layer_norm_eps=10**900),
    "epsilon that is a text": _config(layer_norm_eps="x"),
    "initializer_range that is a list": _config(initializer_range=[1]),
    "padding piece -1": _config(pad_token_id=-1),
    "padding piece 10**9": _config(pad_token_id=10**9),
    "position_embedding_type of megabytes": _config(position_embedding_type=["x"]),
    "model_type of megabytes": _config(model_type=LONG),
    "model_type of control characters": _config(model_type=NASTY),
    "model_type that is nested": _config(model_type=_NESTED),
    "id2label of 10**6": _config(id2label={str(n): "O" for n in range(150_000)}),
    "id2label of a number of many digits": _config(id2label={"9" * 10**6: "O"}),
    "id2label of a long label": _config(id2label={"0": LONG}),
    "id2label of control characters": _config(id2label={"0": NASTY, "1": "B-A", "2": "I-A"}),
    "id2label of superscripts": _config(id2label={"²": "O"}),
    "id2label that is a list": _config(id2label=TAGS),
}


def _tokenizer(**changes: object) -> Write:
    return _json("tokenizer.json", {**_TOKENIZER, **changes})


def _model(**changes: object) -> Write:
    return _tokenizer(model={**_WORD_PIECE, **changes})


def _replace(content: str, how: str = "String", pattern: str = "a") -> dict[str, object]:
    return {"type": "Replace", "pattern": {how: pattern}, "content": content}


def _sequence(*steps: object) -> dict[str, object]:
    return {"type": "Sequence", "normalizers": list(steps)}


def _precompiled(trie: bytes, texts: bytes) -> dict[str, object]:
    table = struct.pack("<I", len(trie)) + trie + texts
    return {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(table).decode()}


def _added(**changes: object) -> dict[str, object]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized", "special"), False)
    return {"id": 5, "content": "zz", **flags, **changes}


_BPE = {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}
_LADDER = functools.reduce(lambda inner, _: _sequence(inner), range(30), _replace("aa"))
TOKENIZERS: Mapping[str, Write] = {
    **_text("tokenizer.json"),
    "text that doubles 60 times": _tokenizer(normalizer=_sequence(*[_replace("aa")] * 60)),
    "text that doubles 19 times": _tokenizer(normalizer=_sequence(*[_replace("aa")] * 19)),
    "text that doubles in nested steps": _tokenizer(
        normalizer=_sequence(*[_sequence(_replace("aaaa"))] * 15)
    ),
    "a letter that becomes megabytes": _tokenizer(normalizer=_replace(LONG)),
    "megabytes before each text": _tokenizer(normalizer={"type": "Prepend", "prepend": LONG}),
    "nothing that becomes a text": _tokenizer(normalizer=_replace("a" * 1000, pattern="")),
    "pattern that matches nothing": _tokenizer(normalizer=_replace("a" * 1000, "Regex", "x*")),
    "pattern of exponential time": _tokenizer(normalizer=_replace("b", "Regex", "(a+)+$")),
    "split of exponential time": _tokenizer(
        pre_tokenizer={
            "type": "Split",
            "pattern": {"Regex": "(a+)+$"},
            "behavior": "Removed",
            "invert": False,
        }
    ),
    "pattern of billions of repeats": _tokenizer(
        normalizer=_replace("b", "Regex", "(?:(?:(?:a{9999}){9999}){9999}){9999}")
    ),
    "pattern of megabytes": _tokenizer(normalizer=_replace("b", "Regex", "(" * 3_000_000)),
    "pattern that is wrong": _tokenizer(normalizer=_replace("b", "Regex", NASTY[:-1] + "(")),
    "pattern that calls itself": _tokenizer(normalizer=_replace("b", "Regex", "\\g<0>")),
    "bytes of bytes": _tokenizer(normalizer=_sequence(*[{"type": "ByteLevel"}] * 20)),
    "step of an unknown kind": _tokenizer(pre_tokenizer={"type": NASTY}),
    "step without a kind": _tokenizer(pre_tokenizer={"kind": "Split"}),
    "step that is a number": _tokenizer(normalizer=7),
    "steps that are no list": _tokenizer(normalizer={"type": "Sequence", "normalizers": 7}),
    "pieces of no length": _tokenizer(pre_tokenizer={"type": "FixedLength", "length": 0}),
    "table that is empty": _tokenizer(
        normalizer={"type": "Precompiled", "precompiled_charsmap": ""}
    ),
    "table that points outside": _tokenizer(
        normalizer=_precompiled(b"\xff" * 3 + b"\x00" + bytes(4), b"\0")
    ),
    "table of megabytes for a letter": _tokenizer(
        normalizer=_precompiled(bytes(1024), b"a" * 10**6)
    ),
    "table that is cut": _tokenizer(
        normalizer={"type": "Precompiled", "precompiled_charsmap": "/////w=="}
    ),
    "table that is a list": _tokenizer(
        normalizer={"type": "Precompiled", "precompiled_charsmap": [0]}
    ),
    "id 2**32 - 1": _model(vocab={**_WORD_PIECE["vocab"], "zz": 2**32 - 1}),
    "id -1": _model(vocab={**_WORD_PIECE["vocab"], "zz": -1}),
    "id that is a text": _model(vocab={**_WORD_PIECE["vocab"], "zz": "0"}),
    "piece of half a character": _model(vocab={**_WORD_PIECE["vocab"], "\ud800": 9}),
    "no vocabulary": _model(vocab={}),
    "vocabulary that is a number": _model(vocab=7),
    "two million pieces": _file(
        "tokenizer.json",
        b'{"model":{"vocab":{' + b",".join(b'"%d":1' % n for n in range(1_500_000)) + b"}}}",
    ),
    "unknown piece that is not there": _model(unk_token="[NONE]"),
    "prefix of megabytes": _model(continuing_subword_prefix=LONG),
    "words of 2**63 characters": _model(max_input_chars_per_word=2**63),
    "no model": _json("tokenizer.json", {"version": "1.0"}),
    "model of an unknown kind": _model(type=NASTY),
    "merges of pieces that are not there": _tokenizer(model={**_BPE, "merges": ["a c"]}),
    "merges without their prefix": _tokenizer(
        model={**_BPE, "continuing_subword_prefix": "#" * 20}
    ),
    "merges within a character": _tokenizer(
        model={
            **_BPE,
            "vocab": {"a": 0, "é": 1, "aé": 2},
            "merges": ["a é"],
            "continuing_subword_prefix": "x",
        }
    ),
    "merges at random": _tokenizer(model={**_BPE, "dropout": 0.5}),
    "Unigram without pieces": _tokenizer(model={"type": "Unigram", "vocab": [], "unk_id": 0}),
    "Unigram of an unknown piece that is not there": _tokenizer(
        model={"type": "Unigram", "vocab": [["a", 0.0]], "unk_id": 7}
    ),
    "Unigram without an unknown piece": _tokenizer(
        model={"type": "Unigram", "vocab": [["a", 0.0]], "unk_id": None}
    ),
    "added piece of a large id": _tokenizer(added_tokens=[_added(id=2**32 - 1)]),
    "added piece of megabytes": _tokenizer(added_tokens=[_added(content=LONG)]),
    "added pieces, many": _tokenizer(
        added_tokens=[_added(id=n, content=f"zz{n}") for n in range(50_000)]
    ),
    "added piece that is a text": _tokenizer(added_tokens=["zz"]),
}
_ALONE = ("tokenizer.json",)
_VOCABULARY = "".join(f"{piece}\n" for piece in VOCABULARY).encode()
_IDS = {piece: index for index, piece in enumerate(["<s>", "<pad>", "</s>", "<unk>", "a", "b"])}


def _lines(content: bytes) -> Write:
    return _file("vocab.txt", content, without=_ALONE)


def _pieces(ids: object, merges: bytes = b"a b\n") -> Write:
    def write(folder: Path) -> None:
        _json("vocab.json", ids, without=_ALONE)(folder)
        (folder / "merges.txt").write_bytes(merges)

    return write


VOCABULARIES: Mapping[str, Write] = {
    "10**7 lines": _lines(_VOCABULARY + b"a\n" * 10**7),
    "600,000 lines": _lines(_VOCABULARY + b"a\n" * 600_000),
    "590,000 lines": _lines(_VOCABULARY + b"".join(b"p%d\n" % n for n in range(590_000))),
    "15 MB in a line": _lines(b"a" * 15_000_000),
    "25 MB in a line": _lines(b"a" * 25_000_000),
    "not UTF-8": _lines(_VOCABULARY + b"\xff"),
    "nothing": _lines(b""),
    "special pieces of a vocabulary of megabytes": _lines(LONG.encode() + b"\n[PAD]"),
    "byte level: id 2**32 - 1": _pieces({**_IDS, "ab": 2**32 - 1}),
    "byte level: id that is a list": _pieces({**_IDS, "ab": _NESTED}),
    "byte level: a list": _pieces(list(_IDS)),
    "byte level: merges of three": _pieces({**_IDS, "ab": 6}, b"a b ab\n"),
    "byte level: merges of one": _pieces({**_IDS, "ab": 6}, b"ab\n"),
    "byte level: merges of unknown pieces": _pieces(_IDS, b"a " + LONG.encode()),
    "byte level: merges that are not UTF-8": _pieces({**_IDS, "ab": 6}, b"a \xff\n"),
    "byte level: merges of 25 MB": _pieces({**_IDS, "ab": 6}, b"a b\n" * 6_500_000),
    "byte level: vocabulary of another model": _pieces({**_IDS, "ab": 6}),
}
SETTINGS_OF_TOKENIZERS: Mapping[str, Write] = {
    **{
        f"{name} {_short(value)}": _json("tokenizer_config.json", {name: value})
        for name in ("do_lower_case", "strip_accents", "tokenize_chinese_chars")
        for value in ("x", LONG, 7, [], _NESTED)
    },
    **{
        f"{name} {value[:20]!r}": _json("special_tokens_map.json", {name: value})
        for name in ("unk_token", "cls_token")
        for value in (LONG, NASTY, "none")
    },
    **{f"settings: {name}": write for name, write in _text("tokenizer_config.json").items()},
    **{f"special: {name}": write for name, write in _text("special_tokens_map.json").items()},
}


def _teacher(**changes: object) -> Write:
    windows = {"max_subwords": 64, "overlap": 16}
    return _json(SETTINGS, {"tags": TAGS, "windows": windows, "pretrained": "x", **changes})


def _windows(**changes: object) -> Write:
    return _teacher(windows={"max_subwords": 64, "overlap": 16, **changes})


SAVED: Mapping[str, Write] = {
    **_text(SETTINGS),
    **{
        f"max_subwords {_short(value)}": _windows(max_subwords=value)
        for value in (
            10**9,
            10**18,
            10**900,
            65,
            0,
            -1,
            64.5,
            True,
            "64",
            None,
            LONG,
            NASTY,
            _NESTED,
        )
    },
    **{
        f"overlap {_short(value)}": _windows(overlap=value)
        for value in (10**9, -1, 0.5, "1", _NESTED)
    },
    "windows that are a list": _teacher(windows=[64, 16]),
    "windows that are null": _teacher(windows=None),
    "windows of an unknown setting": _windows(**{NASTY: 1}),
    "windows of a setting of megabytes": _windows(**{LONG: 1}),
    "tags that are a text": _teacher(tags="OOO"),
    "tags that are null": _teacher(tags=None),
    "tags that are numbers": _teacher(tags=[1, 2, 3]),
    "tags that are lists": _teacher(tags=[["O"]]),
    "tags that are nested": _teacher(tags=_NESTED),
    "tags of megabytes": _teacher(tags=["O", "B-" + LONG]),
    "tags of control characters": _teacher(tags=["O", "B-" + NASTY, "I-" + NASTY]),
    "150,000 tags": _teacher(tags=["O", *(f"B-{n}" for n in range(150_000))]),
    "10,000 tags": _teacher(tags=["O", *(f"B-{n}" for n in range(9_999))]),
    "no tags": _json(SETTINGS, {}),
}
_PIPES = ("config.json", "model.safetensors", "tf_model.h5", "tokenizer.json", SETTINGS)


CASES: dict[str, Write] = {
    **{f"config.json: {name}": write for name, write in CONFIGS.items()},
    **{f"tokenizer.json: {name}": write for name, write in TOKENIZERS.items()},
    **{f"vocabulary: {name}": write for name, write in VOCABULARIES.items()},
    **{f"tokenizer settings: {name}": write for name, write in SETTINGS_OF_TOKENIZERS.items()},
    **{f"bioner_kd.json: {name}": write for name, write in SAVED.items()},
    **{f"pipe: {name}": _pipe(name) for name in _PIPES},
}
