"""A student read back from its export, so that it can be exported again without its run directory.

The manifest has the structure of the student and the checkpoint in the SavedModel its weights. Both
are read as data; the graph of the SavedModel is not opened.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bioner_kd.errors import InputError, one_line
from bioner_kd.student.blueprint import Blueprint, Weight, make_blueprint
from bioner_kd.student.model import Student
from bioner_kd.student.saved_student import SavedStudent, make_student, of_tables
from bioner_kd.student.weights import check_finite, check_names, check_weight
from bioner_kd.tagging.exported import find_exported, read_manifest
from bioner_kd.tagging.models.layout import SAVED_MODEL
from bioner_kd.tagging.tables import Tables, read_tables
from bioner_kd.tagging.word_features import VECTOR

_VARIABLES = "variables"
# What TensorFlow adds to the weights: which object owns which variable.
_OBJECTS = "_CHECKPOINTABLE_OBJECT_GRAPH"
_PLACE = "student/weights/{}/.ATTRIBUTES/VARIABLE_VALUE"
_SIZES = (
    "word_size", "prefix_size", "suffix_size", "shape_size", "char_size", "char_filters",
    "char_width", "units",
)  # fmt: skip
_VECTORS = ("vectors/steps", "vectors/embeddings")
_DAMAGED = (
    OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, tf.errors.OpError
)  # fmt: skip


def load_exported_student(folder: Path) -> SavedStudent:
    """Loads the student of an export folder that holds a SavedModel.

    Args:
        folder: the export folder.

    Returns:
        A student that gives the logits of the exported one to the digit.

    Raises:
        InputError: the folder has no SavedModel, is damaged or of another version.
    """
    found, manifest = find_exported(folder, SAVED_MODEL), read_manifest(folder)
    tables = read_tables(found.tables)
    found.check_digests()
    try:
        model = _read_model(found.model / _VARIABLES, manifest, tables)
        if model.transitions != tables.transitions:
            raise ValueError("its tables have other transitions than the weights")
        if model.count_params() != manifest["student"]["parameters"]:
            raise ValueError(f"it has {model.count_params():,} parameters, the manifest says other")
    except _DAMAGED as error:
        raise InputError(
            f"{folder}: the student cannot be read back from this export "
            f"({one_line(str(error)) or type(error).__name__}); copy the whole folder again, or "
            "name the folder that bioner_kd distill made."
        ) from error
    return of_tables(model, tables)


def _read_model(folder: Path, manifest: Mapping[str, Any], tables: Tables) -> Student:
    checkpoint = tf.train.load_checkpoint(str(folder / _VARIABLES))
    record = {"config": manifest["student"]["config"], "table_sizes": manifest["features"]}
    blueprint = make_blueprint(record, tuple(manifest["tags"]))
    places = {name: _PLACE.format(number) for number, name in enumerate(_in_order(blueprint))}
    blueprint = _with_vector_size(blueprint, checkpoint, places)
    blueprint.check(tables, sum(path.stat().st_size for path in folder.glob("*.data-*")))
    return make_student(blueprint, _read_arrays(checkpoint, places, blueprint.weights()))


def _in_order(blueprint: Blueprint) -> list[str]:
    """Names of the weights in the order in which an export numbers them, which is Keras's."""
    # Sizes change nothing of the order, and none of the manifest's has been checked yet.
    of_one: dict[str, Any] = dict.fromkeys(_SIZES, 1)
    small = replace(blueprint.config, **of_one)
    sizes = dict.fromkeys(blueprint.table_sizes, 2)
    student = Student.from_blueprint(Blueprint(small, sizes, blueprint.tags, vector_size=1))
    names = {id(variable): name for name, variable in student.weights_by_name().items()}
    return [names[id(variable)] for variable in student.weights]


def _with_vector_size(
    blueprint: Blueprint, checkpoint: Any, places: Mapping[str, str]
) -> Blueprint:
    # The one size that a manifest does not have.
    if VECTOR not in blueprint.table_sizes:
        return blueprint
    (place,) = (places[name] for name in _VECTORS if name in places)
    shape = checkpoint.get_variable_to_shape_map().get(place, [])
    return replace(blueprint, vector_size=shape[1] if len(shape) == 2 else 0)


def _read_arrays(
    checkpoint: Any, places: Mapping[str, str], expected: Mapping[str, Weight]
) -> dict[str, np.ndarray]:
    shapes, types = (
        checkpoint.get_variable_to_shape_map(),
        checkpoint.get_variable_to_dtype_map(),
    )
    names = {place: name for name, place in places.items()}
    check_names([names.get(one, one) for one in shapes if one != _OBJECTS], expected)
    for name, weight in expected.items():
        place = places[name]
        check_weight(name, shapes[place], np.dtype(types[place].as_numpy_dtype), weight)
    arrays = {name: np.asarray(checkpoint.get_tensor(places[name])) for name in expected}
    check_finite(arrays)
    return arrays
