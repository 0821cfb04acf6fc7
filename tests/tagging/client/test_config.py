import pytest

from bioner_kd.errors import UsageError
from bioner_kd.tagging.client.config import ServerConfig


def test_without_a_url_it_is_tf_servings_port_here() -> None:
    assert ServerConfig().address == "http://localhost:8501"
    assert ServerConfig(protocol="grpc").address == "localhost:8500"
    assert ServerConfig(url="https://gpu7").address == "https://gpu7"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"protocol": "soap"}, "--protocol=soap"),
        ({"url": "localhost:8501"}, "--url=localhost:8501: for rest"),
        ({"url": "http://h:1", "protocol": "grpc"}, "--url=http://h:1: for grpc"),
        ({"model": ""}, "--model="),
        ({"timeout": 0.0}, "--timeout=0"),
        ({"timeout": float("nan")}, "--timeout=nan"),
        ({"batch_size": 0}, "--batch_size=0"),
    ],
)
def test_bad_settings(settings: dict, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        ServerConfig(**settings)
