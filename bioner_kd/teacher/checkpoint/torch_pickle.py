"""Reads the pickles inside torch checkpoints as data, without Python's unpickler.

A pickle is a program. Python's unpickler runs it and can be led to call and alter whatever it can
reach; the machine here knows only the instructions that a dictionary of tensors is written with,
builds only plain values, and has nothing to call.
"""

import itertools
import pickletools
import warnings
from typing import IO, Any, NamedTuple, Protocol, cast

from bioner_kd.errors import one_line
from bioner_kd.teacher.checkpoint.torch_values import (
    RefusedGlobal,
    Storage,
    allow_global,
    call_global,
    make_storage,
    put_pairs,
)
from bioner_kd.teacher.checkpoint.weights_file import Damaged, need

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


class ByteStream(Protocol):
    """What a pickle is read from."""

    def read(self, count: int, /) -> bytes:
        """Returns the next bytes, fewer than `count` at the end."""

    def readline(self) -> bytes:
        """Returns the next bytes up to and with a newline."""

    def tell(self) -> int:
        """Returns how many bytes were read."""


class Content(NamedTuple):
    """A pickle's value, and the storages that it refers to.

    Attributes:
        value: numbers, strings, tuples, lists and dictionaries, with `Tensor` for each tensor.
        storages: as often and in the order in which the pickle names them.
    """

    value: Any
    storages: list[Storage]


def read_pickle(stream: ByteStream) -> Content:
    """Reads one pickle and leaves the stream behind it.

    Args:
        stream: positioned at the pickle.

    Returns:
        What it says.

    Raises:
        RefusedGlobal: the pickle names anything that a tensor does not need.
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
                self.stack.append(allow_global(*argument.split(" ", 1)))
            case "STACK_GLOBAL":
                self.stack.append(allow_global(*self._take(2)))
            case "REDUCE":
                self.stack.append(call_global(*self._take(2)))
            case "BINPERSID":
                self.storages.append(make_storage(*self._take(1)))
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
        put_pairs(self.stack[-1], zip(items[::2], items[1::2], strict=True))
