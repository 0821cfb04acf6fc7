"""Which server is asked, and how."""

from dataclasses import dataclass

from bioner_kd.errors import UsageError, at_least, check_bounds
from bioner_kd.tagging.models.layout import MODEL_NAME

PROTOCOLS = ("rest", "grpc")
# TF Serving's own ports.
_URLS = {"rest": "http://localhost:8501", "grpc": "localhost:8500"}


@dataclass(frozen=True)
class ServerConfig:
    """A server of TF Serving.

    Attributes:
        protocol: of `PROTOCOLS`.
        url: http or https and host and port for REST, host and port for gRPC; where empty, TF
            Serving's port on this machine.
        model: what the server calls the student.
        timeout: seconds that one answer may take.
        batch_size: texts of one request.
    """

    protocol: str = "rest"
    url: str = ""
    model: str = MODEL_NAME
    timeout: float = 30.0
    batch_size: int = 16

    def __post_init__(self) -> None:
        """Checks the values.

        Raises:
            UsageError: one is out of bounds, or the URL is of the other protocol.
        """
        known = self.protocol in PROTOCOLS
        check_bounds(self, {"protocol": (known, f"one of {', '.join(PROTOCOLS)}")})
        if self.url and ("://" in self.url) != (self.protocol == "rest"):
            example = _URLS[self.protocol]
            raise UsageError(f"--url={self.url}: for {self.protocol}, write it like {example}.")
        if not self.model:
            raise UsageError("--model=: name the model that the server serves.")
        rules = {"timeout": (self.timeout > 0, "above 0"), **at_least(self, 1, "batch_size")}
        check_bounds(self, rules)

    @property
    def address(self) -> str:
        """The URL, or the one that there is without."""
        return self.url or _URLS[self.protocol]
