"""Reads the pickles inside torch checkpoints as data, without Python's unpickler.

A pickle is a program. Python's unpickler runs it, and can be led to call and alter whatever it can
reach. The machine here knows only the instructions that write a dictionary of tensors, builds only
plain values, and has nothing to call.
"""

import itertools
import pickletools
import warnings
from typing import IO, Any, NamedTuple, Protocol, cast

import numpy as np

from bioner_kd.errors import one_line
from bioner_kd.teacher.checkpoint.files import Damaged, need

_PUSHED = frozenset(
    "BININT BININT1 BININT2 LONG1 BINFLOAT BINUNICODE SHORT_BINUNICODE BINUNICODE8 "
    "SHORT_BINSTRING BINSTRING".split()
)
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_EMPTY = {"EMPTY_TUPLE": tuple, "EMPTY_LIST": list, "EMPTY_DICT": dict}
_SHORT_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_PUTS = frozenset({"BINPUT", "LONG_BINPUT"})
_GETS = frozenset({"BINGET", "LONG_BINGET"})
# A tensor takes about 50.
_MOST_INSTRUCTIONS = 500_000
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
    """The pickle names a function or class that no tensor needs. The message is its dotted name."""


class _Global(NamedTuple):
    """The name of an allowed function or class, never the function or class itself."""

    module: str
    name: str


class Storage(NamedTuple):
    """A run of numbers elsewhere in the file.

    Attributes:
        kind: the torch class of the storage, such as FloatStorage.
        key: names the run within the file.
        numel: number of numbers of the run.
        start: number of the run at which this storage begins.
        length: number of numbers of this storage.
    """

    kind: str
    key: str
    numel: int
    start: int
    length: int

    @property
    def dtype(self) -> np.dtype:
        """Type of the numbers, little-endian; uint16 for bfloat16."""
        return np.dtype(_DTYPES[self.kind])

    @property
    def is_bfloat16(self) -> bool:
        """Whether the numbers are the bit patterns of bfloat16."""
        return self.kind == _BFLOAT16

    @property
    def nbytes(self) -> int:
        """Number of bytes of the whole run."""
        return self.numel * self.dtype.itemsize


class Tensor(NamedTuple):
    """A strided view on a storage; offset and stride count numbers, not bytes."""

    storage: Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


class ByteStream(Protocol):
    """The stream that a pickle is read from, like a binary file of Python."""

    def read(self, count: int, /) -> bytes:
        """Reads the next bytes, fewer than `count` at the end."""

    def readline(self) -> bytes:
        """Reads the next bytes up to and with a line end."""

    def tell(self) -> int:
        """Counts the bytes that were read."""


class Content(NamedTuple):
    """The value of a pickle, and the storages that the pickle refers to.

    Attributes:
        value: numbers, strings, tuples, lists and dictionaries, with a `Tensor` for each tensor.
        storages: the storages in the order of the pickle, each as often as the pickle names it.
    """

    value: Any
    storages: list[Storage]


def read_pickle(stream: ByteStream) -> Content:
    """Reads the pickle at which a stream stands, and leaves the stream behind the pickle.

    Raises:
        RefusedGlobal: the pickle names a function or class that a tensor does not need.
        Damaged: the pickle is cut short or malformed.
    """
    machine = _Machine()
    try:
        with warnings.catch_warnings():
            # Reading an instruction that is about to be refused may warn of escapes in its text.
            warnings.simplefilter("ignore", DeprecationWarning)
            return machine.run(stream)
    except (RefusedGlobal, Damaged):
        raise
    except (ValueError, TypeError, LookupError) as error:
        raise Damaged(f"the pickle in it is broken ({one_line(error)})") from error


class _Machine:
    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.storages: list[Storage] = []
        self._outer: list[list[Any]] = []
        self._memo: dict[int, Any] = {}

    def run(self, stream: ByteStream) -> Content:
        instructions = pickletools.genops(cast(IO[bytes], stream))
        for opcode, argument, _ in itertools.islice(instructions, _MOST_INSTRUCTIONS):
            if opcode.name == "STOP":
                return Content(self.stack.pop(), self.storages)
            self._step(opcode.name, argument)
        raise Damaged(f"the pickle in it does not end in {_MOST_INSTRUCTIONS:,} instructions")

    def _step(self, name: str, argument: Any) -> None:
        if name in _PUSHED:
            self.stack.append(argument)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name])
        elif name in _EMPTY:
            self.stack.append(_EMPTY[name]())
        elif name in _SHORT_TUPLES:
            self.stack.append(tuple(self._take(_SHORT_TUPLES[name])))
        elif name in _PUTS:
            self._memo[argument] = self.stack[-1]
        elif name in _GETS:
            self.stack.append(self._memo[argument])
        elif name not in ("PROTO", "FRAME"):
            self._build(name, argument)

    def _build(self, name: str, argument: Any) -> None:
        match name:
            case "MARK":
                self._outer.append(self.stack)
                self.stack = []
            case "MEMOIZE":
                self._memo[len(self._memo)] = self.stack[-1]
            case "TUPLE":
                # In two steps, because taking changes which stack is the current one.
                items = tuple(self._take_to_mark())
                self.stack.append(items)
            case "APPEND":
                self._extend_list(self._take(1))
            case "APPENDS":
                self._extend_list(self._take_to_mark())
            case "SETITEM":
                self._fill_dict(self._take(2))
            case "SETITEMS":
                self._fill_dict(self._take_to_mark())
            case "GLOBAL":
                self.stack.append(_allow_global(*argument.split(" ", 1)))
            case "STACK_GLOBAL":
                self.stack.append(_allow_global(*self._take(2)))
            case "REDUCE":
                self.stack.append(_call_global(*self._take(2)))
            case "BINPERSID":
                self.storages.append(_make_storage(*self._take(1)))
                self.stack.append(self.storages[-1])
            case "BUILD":
                # The state is the `_metadata` of a state dict: versions of layers, no weights.
                self._take(1)
            case _:
                raise Damaged(f"it uses the pickle instruction {name}, which no tensor needs")

    def _take(self, count: int) -> list[Any]:
        need(len(self.stack) >= count, "the pickle in it takes more values than it makes")
        taken = self.stack[-count:]
        del self.stack[-count:]
        return taken

    def _take_to_mark(self) -> list[Any]:
        taken, self.stack = self.stack, self._outer.pop()
        return taken

    def _extend_list(self, items: list[Any]) -> None:
        need(type(self.stack[-1]) is list, "it appends to something that is no list")
        self.stack[-1].extend(items)

    def _fill_dict(self, items: list[Any]) -> None:
        need(type(self.stack[-1]) is dict, "it sets items of something that is no dictionary")
        _put_pairs(self.stack[-1], zip(items[::2], items[1::2], strict=True))


def _allow_global(module: Any, name: Any) -> _Global:
    need(type(module) is str and type(name) is str, "it names a function by something but text")
    known = (
        (module == "torch" and name in _DTYPES)
        or (module == "torch._utils" and name in _REBUILD_TENSOR | {"_rebuild_parameter"})
        or (module == "collections" and name == "OrderedDict")
    )
    if not known:
        raise RefusedGlobal(f"{module}.{name}"[:_LONGEST_NAME])
    return _Global(module, name)


def _call_global(function: Any, arguments: Any) -> Any:
    """Makes of plain values what an allowed function would return."""
    need(
        type(function) is _Global and type(arguments) is tuple, "it calls something but a function"
    )
    if function.name == "OrderedDict":
        made: dict[Any, Any] = {}
        pairs = arguments[0] if arguments else ()
        need(type(pairs) is list or pairs == (), "it makes a dictionary of something but pairs")
        _put_pairs(made, pairs)
        if pairs:
            # Python 2 wrote a dictionary so, with a list of its own. Many that are made of one list
            # would fill the memory.
            pairs.clear()
        return made
    if function.name in _REBUILD_TENSOR:
        return _make_tensor(*arguments[:4])
    need(function.name == "_rebuild_parameter", f"it calls {function.name}, which is a type")
    return arguments[0]


def _put_pairs(target: dict[Any, Any], pairs: Any) -> None:
    # Keys are strings or integers, as in every checkpoint. A hostile key could exhaust the stack,
    # since hashing a tuple recurses without a limit.
    for key, value in pairs:
        need(type(key) in (str, int), f"a dictionary in it has a {type(key).__name__} for a key")
        target[key] = value


def _make_storage(reference: Any) -> Storage:
    """Makes a storage of a persistent id: ("storage", type, key, device, length[, view])."""
    need(
        type(reference) is tuple and len(reference) in (5, 6) and reference[0] == "storage",
        "it refers to something but a storage",
    )
    _, kind, key, _, numel, *rest = reference
    need(type(kind) is _Global and kind.name in _DTYPES, "a storage in it has no type")
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
