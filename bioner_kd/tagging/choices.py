"""What a user chooses of the entities of texts, whichever student finds them."""

from dataclasses import dataclass

from bioner_kd.errors import UsageError
from bioner_kd.tagging.names import Names


@dataclass(frozen=True)
class Choices:
    """A user's choices; by default nothing is chosen, and entities are as the student's rules say.

    Attributes:
        names: names that are always or never entities.
        min_precision: precision that is expected of the entities that are kept, above 0 and at most
            1; None keeps all of them.
        unescape: whether character references of HTML and XML are read as what they mean.
    """

    names: Names | None = None
    min_precision: float | None = None
    unescape: bool = False

    def __post_init__(self) -> None:
        """Checks the precision.

        Raises:
            UsageError: it is none.
        """
        if self.min_precision is not None and not 0 < self.min_precision <= 1:
            raise UsageError(f"min_precision={self.min_precision}: must be above 0 and at most 1.")


NOTHING_CHOSEN = Choices()
