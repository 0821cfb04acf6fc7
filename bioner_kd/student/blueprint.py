"""The structure of a student as checked data: its sizes, and the weights that follow from them.

Nothing here makes a weight. The structure in a file is compared with the size of the file of
weights before any memory is taken.
"""

import dataclasses
import math
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bioner_kd.bounded import parse_json
from bioner_kd.errors import check_format
from bioner_kd.student.config import CRF_HEAD, StudentConfig
from bioner_kd.tagging.tables import Tables
from bioner_kd.tagging.word_features import FEATURES, VECTOR

FORMAT = 1
# Far more than any student needs: a structure of 1 MB, weights of 4 GiB, and 4 MB in the file of
# weights beside the numbers.
LONGEST_STRUCTURE = 1 << 20
_MOST_BYTES = 1 << 32
FILE_ROOM = 4 << 20
_LARGEST = (1 << 31) - 1
_FLOAT, _STEPS = np.dtype("<f4"), np.dtype("i1")


class Weight(NamedTuple):
    """Shape and type that one weight must have."""

    shape: tuple[int, ...]
    dtype: np.dtype = _FLOAT

    @property
    def bytes(self) -> int:
        """Size in memory and in a file, in bytes."""
        return math.prod(self.shape) * self.dtype.itemsize


@dataclass(frozen=True)
class Blueprint:
    """The structure of a `Student`.

    Attributes:
        config: sizes, dropout and head.
        table_sizes: number of rows of each embedding by name of its feature, as
            `WordFeatures.sizes` gives them.
        tags: the tags, in the order of the last axis of the logits.
        vector_size: width of the word vectors; 0 without word vectors.
    """

    config: StudentConfig
    table_sizes: Mapping[str, int]
    tags: tuple[str, ...]
    vector_size: int = 0

    def weights(self) -> dict[str, Weight]:
        """Each weight by name: layer/part/weight, or layer/weight if a layer has one part."""
        return dict(self._weights())

    def _weights(self) -> Iterator[tuple[str, Weight]]:
        config, width = self.config, 0
        for name in (name for name in FEATURES if name in self.table_sizes):
            found = dict(self._embedding(name))
            yield from found.items()
            width += config.char_filters if name == "char" else self._size(name)
        yield from _named("layer_norm", gamma=(width,), beta=(width,))
        gates = 4 * config.units
        for number in range(config.layers):
            shapes = {
                "kernel": (width, gates),
                "recurrent_kernel": (config.units, gates),
                "bias": (gates,),
            }
            yield from _named(f"bilstm_{number}/forward", **shapes)
            yield from _named(f"bilstm_{number}/backward", **shapes)
            width = 2 * config.units
        tags = len(self.tags)
        yield from _named("classifier", kernel=(width, tags), bias=(tags,))
        if config.head == CRF_HEAD:
            yield from _named("crf", transitions=(tags, tags))

    def _size(self, name: str) -> int:
        return self.vector_size if name == VECTOR else getattr(self.config, f"{name}_size")

    def _embedding(self, name: str) -> Iterator[tuple[str, Weight]]:
        table = (self.table_sizes[name], self._size(name))
        if name == "char":
            filters = self.config.char_filters
            kernel = (1, self.config.char_width, table[1], filters)
            yield from _named("char_cnn/embedding", embeddings=table)
            yield from _named("char_cnn/convolution", kernel=kernel, bias=(filters,))
        elif name != VECTOR:
            yield from _named(f"{name}_embedding", embeddings=table)
        elif self.config.tune_vectors:
            yield from _named("vectors", embeddings=table)
        else:
            yield "vectors/steps", Weight(table, _STEPS)
            yield "vectors/step", Weight(())

    def to_json(self) -> dict[str, Any]:
        """The structure as JSON values, which `read_blueprint` reads."""
        return {
            "format": FORMAT,
            "config": dataclasses.asdict(self.config),
            "table_sizes": dict(self.table_sizes),
            "tags": list(self.tags),
            "vector_size": self.vector_size,
        }

    def check(self, tables: Tables, file_bytes: int) -> None:
        """Compares the structure with the tables and the file of weights.

        Args:
            tables: of the student.
            file_bytes: size of the file of weights.

        Raises:
            ValueError: the tables belong to another student, or the file is too small or too large
                for the weights.
        """
        if self.table_sizes != tables.features.sizes() or self.tags != tables.tag_set.tags:
            raise ValueError("its tables are not of the same student")
        if VECTOR in self.table_sizes and not self.vector_size:
            raise ValueError("it has word vectors of no width")
        needed = sum(weight.bytes for weight in self.weights().values())
        if not needed <= file_bytes <= needed + FILE_ROOM:
            raise ValueError(
                f"its sizes ask for {needed:,} bytes of weights, and their file has {file_bytes:,}"
            )
        if needed > _MOST_BYTES:
            raise ValueError(f"its weights take more than {_MOST_BYTES:,} bytes")


def _named(owner: str, **shapes: tuple[int, ...]) -> Iterator[tuple[str, Weight]]:
    return ((f"{owner}/{name}", Weight(shape)) for name, shape in shapes.items())


def read_blueprint(path: Path) -> Blueprint:
    """Reads a JSON file with the values of `Blueprint.to_json`.

    Raises:
        NewerFormatError: a later version wrote the file.
        ValueError: the file holds something else.
        OSError: the file cannot be read.
    """
    with open(path, "rb") as file:
        record = parse_record(file.read(LONGEST_STRUCTURE + 1), path.name)
    check_format(record.get("format"), FORMAT, str(path))
    names = {field.name for field in dataclasses.fields(StudentConfig)}
    config = record.get("config")
    if isinstance(config, dict) and (missing := sorted(names - config.keys())):
        raise ValueError(f"{path.name} has no {missing[0]}")
    tags = record.get("tags")
    if not isinstance(tags, list) or not all(type(tag) is str for tag in tags):
        raise ValueError(f"tags in {path.name} is no list of strings")
    return make_blueprint(record, tuple(tags))


def parse_record(content: bytes, name: str) -> dict[str, Any]:
    """Reads a JSON object of at most `LONGEST_STRUCTURE` bytes, with finite numbers.

    Raises:
        ValueError: the content is something else.
    """
    if len(content) > LONGEST_STRUCTURE:
        raise ValueError(f"{name} is longer than {LONGEST_STRUCTURE:,} bytes")
    try:
        record = parse_json(content)
    except ValueError as error:
        raise ValueError(f"{name} is not valid JSON ({error})") from error
    if not isinstance(record, dict):
        raise ValueError(f"{name} holds no JSON object")
    return record


def make_blueprint(record: Mapping[str, Any], tags: tuple[str, ...]) -> Blueprint:
    """Makes a structure from "config", "table_sizes" and "vector_size", and checks each value.

    Missing settings get their defaults, because older students lack the settings of later features.

    Raises:
        ValueError: a value is of another type or out of its bounds, or a name is unknown.
    """
    config, sizes = record.get("config"), record.get("table_sizes")
    vector_size = record.get("vector_size", 0)
    if not isinstance(config, dict) or not isinstance(sizes, dict):
        raise ValueError("it has no config or no table_sizes")
    defaults = vars(StudentConfig())
    for name, value in config.items():
        if name not in defaults:
            raise ValueError(f"{reprlib.repr(name)} is no setting of a student")
        _check_type(name, value, type(defaults[name]))
    for name, value in {**sizes, "vector_size": vector_size}.items():
        _check_type(name, value, int)
    return Blueprint(StudentConfig(**config), sizes, tags, vector_size)


def _check_type(name: str, value: Any, kind: type) -> None:
    kinds = (int, float) if kind is float else (kind,)
    if type(value) not in kinds:  # a bool is no int here
        raise ValueError(f"{reprlib.repr(name)} is {reprlib.repr(value)}, no {kind.__name__}")
    if kind is int and not 0 <= value <= _LARGEST:
        raise ValueError(f"{reprlib.repr(name)} is {reprlib.repr(value)}, out of bounds")
