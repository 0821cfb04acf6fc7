"""Which server is asked, and how."""

from dataclasses import dataclass

from bioner_kd.errors import UsageError
from bioner_kd.settings import Settings, above, at_least, setting
from bioner_kd.tagging.models.layout import MODEL_NAME

PROTOCOLS = ("rest", "grpc")
# TF Serving's own ports.
_URLS = {"rest": "http://localhost:8501", "grpc": "localhost:8500"}


@dataclass(frozen=True)
class ServerConfig(Settings):
    """A server of TF Serving."""

    protocol: str = setting(
        "rest",
        "rest, or grpc, which needs the extra bioner_kd[serving].",
        choices=PROTOCOLS,
    )
    url: str = setting(
        "",
        "Where the server is, such as http://localhost:8501 for REST or localhost:8500 for gRPC; "
        "if empty, these.",
    )
    model: str = setting(MODEL_NAME, "What the server calls the model.")
    timeout: float = setting(30.0, "Seconds that one answer may take.", bound=above(0))
    batch_size: int = setting(
        16,
        "Texts of one request. Answers to texts that are typed come when so many are there, or the "
        "last one is.",
        bound=at_least(1),
    )

    def __post_init__(self) -> None:
        """Checks the values.

        Raises:
            UsageError: one is out of bounds, or the URL is of the other protocol.
        """
        super().__post_init__()
        if self.url and ("://" in self.url) != (self.protocol == "rest"):
            example = _URLS[self.protocol]
            raise UsageError(f"--url={self.url}: for {self.protocol}, write it like {example}.")
        if not self.model:
            raise UsageError("--model=: name the model that the server serves.")

    @property
    def address(self) -> str:
        """The URL, or the one that there is without."""
        return self.url or _URLS[self.protocol]
