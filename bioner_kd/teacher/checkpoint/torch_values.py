"""The values that the pickle of a torch checkpoint builds: plain data, with nothing to call."""

from typing import Any, NamedTuple

import numpy as np

from bioner_kd.teacher.checkpoint.weights_file import need

_BFLOAT16 = "BFloat16Storage"
_DTYPES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    _BFLOAT16: "<u2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "|i1",
    "ByteStorage": "|u1",
    "BoolStorage": "|b1",
}
_REBUILD_TENSOR = frozenset({"_rebuild_tensor", "_rebuild_tensor_v2"})
_LONGEST_NAME = 200
_MOST_AXES = 32
_MOST_NUMBERS = 2**63


class RefusedGlobal(ValueError):
    """The pickle names a function or class that no tensor needs; holds its dotted name."""


class Global(NamedTuple):
    """The name of an allowed function or class; a name alone, never the thing itself."""

    module: str
    name: str


class Storage(NamedTuple):
    """A run of numbers that stands elsewhere in the file.

    Attributes:
        kind: its torch class, such as FloatStorage.
        key: names the run within the file.
        numel: how many numbers the run has.
        start: where this storage begins in the run, in numbers.
        length: how many numbers of the run this storage sees.
    """

    kind: str
    key: str
    numel: int
    start: int
    length: int

    @property
    def dtype(self) -> np.dtype:
        """The type of its numbers, little-endian; uint16 for bfloat16."""
        return np.dtype(_DTYPES[self.kind])

    @property
    def is_bfloat16(self) -> bool:
        """Whether its numbers are the bit patterns of bfloat16."""
        return self.kind == _BFLOAT16

    @property
    def nbytes(self) -> int:
        """Bytes of the whole run."""
        return self.numel * self.dtype.itemsize


class Tensor(NamedTuple):
    """A strided view on a storage; offset and stride count numbers, not bytes."""

    storage: Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


def allow_global(module: Any, name: Any) -> Global:
    """Lets a name pass if a dictionary of tensors needs it.

    Raises:
        RefusedGlobal: it needs no such thing.
    """
    need(type(module) is str and type(name) is str, "it names a function by something but text")
    known = (
        (module == "torch" and name in _DTYPES)
        or (module == "torch._utils" and name in _REBUILD_TENSOR | {"_rebuild_parameter"})
        or (module == "collections" and name == "OrderedDict")
    )
    if not known:
        raise RefusedGlobal(f"{module}.{name}"[:_LONGEST_NAME])
    return Global(module, name)


def call_global(function: Any, arguments: Any) -> Any:
    """Does what calling an allowed function would do, on plain values."""
    need(type(function) is Global and type(arguments) is tuple, "it calls something but a function")
    if function.name == "OrderedDict":
        made: dict[Any, Any] = {}
        pairs = arguments[0] if arguments else ()
        need(type(pairs) is list or pairs == (), "it makes a dictionary of something but pairs")
        put_pairs(made, pairs)
        if pairs:
            # Python 2 wrote a dictionary so, with a list of its own. Many that are made of one list
            # would fill the memory.
            pairs.clear()
        return made
    if function.name in _REBUILD_TENSOR:
        return _make_tensor(*arguments[:4])
    need(function.name == "_rebuild_parameter", f"it calls {function.name}, which is a type")
    return arguments[0]


def put_pairs(target: dict[Any, Any], pairs: Any) -> None:
    """Sets items of a dictionary.

    Hashing a tuple recurses without a limit, so a hostile key could exhaust the stack: keys are
    strings or integers, as in every checkpoint.
    """
    for key, value in pairs:
        need(type(key) in (str, int), f"a dictionary in it has a {type(key).__name__} for a key")
        target[key] = value


def make_storage(reference: Any) -> Storage:
    """Reads a persistent id: ("storage", type, key, device, length[, view])."""
    need(
        type(reference) is tuple and len(reference) in (5, 6) and reference[0] == "storage",
        "it refers to something but a storage",
    )
    _, kind, key, _, numel, *rest = reference
    need(type(kind) is Global and kind.name in _DTYPES, "a storage in it has no type")
    need(type(key) is str and _are_counts(numel), "a storage in it has no name or length")
    # Only the old format has views: (key of the view, its offset, its length), or None.
    view = rest[0] if rest and rest[0] is not None else (None, 0, numel)
    need(
        type(view) is tuple and len(view) == 3 and _are_counts(*view[1:]),
        "a view of a storage in it is malformed",
    )
    need(view[1] + view[2] <= numel, "a view in it reaches past its storage")
    return Storage(kind.name, key, numel, view[1], view[2])


def _make_tensor(storage: Any, offset: Any, size: Any, stride: Any) -> Tensor:
    need(type(storage) is Storage, "a tensor in it has no storage")
    need(type(size) is tuple and type(stride) is tuple, "a tensor in it has no shape")
    need(len(size) == len(stride), "a tensor in it has unlike numbers of sizes and strides")
    need(len(size) <= _MOST_AXES, f"a tensor in it has {len(size)} axes")
    need(_are_counts(offset, *size, *stride), "a tensor in it has a shape of no whole numbers")
    return Tensor(storage, offset, size, stride)


def _are_counts(*values: Any) -> bool:
    return all(type(value) is int and 0 <= value < _MOST_NUMBERS for value in values)
