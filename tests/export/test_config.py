import pytest

from bioner_kd.errors import UsageError
from bioner_kd.export.config import ExportConfig


def test_everything_is_made_by_default() -> None:
    assert ExportConfig().forms == ("float32", "float16", "int8", "saved_model")


def test_quantization_concerns_tflite_alone() -> None:
    assert ExportConfig(format=("saved_model",), quantization=("dynamic",)).forms == (
        "saved_model",
    )
    assert ExportConfig(format=("tflite",), quantization=("dynamic",)).forms == ("int8",)


def test_a_page_is_made_on_request_alone() -> None:
    assert ExportConfig(format=("web", "tflite"), quantization=("none",)).forms == (
        "float32",
        "web",
    )


def test_a_wheel_brings_the_model_that_it_holds() -> None:
    assert ExportConfig(format=("wheel",)).forms == ("int8",)
    wheel = ExportConfig(format=("wheel",), wheel_quantization="none")
    assert (wheel.forms, wheel.wheel_form) == (("float32",), "float32")
    both = ExportConfig(format=("tflite", "wheel"), quantization=("float16", "dynamic"))
    assert both.forms == ("float16", "int8")
    assert ExportConfig().wheel_form == ""


def test_what_is_named_twice_is_made_once() -> None:
    assert ExportConfig(format=("tflite",), quantization=("none", "none")).forms == ("float32",)


@pytest.mark.parametrize(
    ("settings", "flag"),
    [
        ({"format": ("onnx",)}, "--format=onnx"),
        ({"format": ()}, "--format="),
        ({"quantization": ("none", "int4")}, "--quantization=none,int4"),
        ({"model_version": 0}, "--model_version=0"),
        ({"wheel_quantization": "int4"}, "--wheel_quantization=int4: must be one of none"),
    ],
)
def test_what_cannot_be_made_is_refused(settings: dict, flag: str) -> None:
    with pytest.raises(UsageError, match=flag):
        ExportConfig(**settings)
