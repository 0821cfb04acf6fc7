"""A server of TF Serving, whichever protocol it speaks: settings, time limit, and its answers."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bioner_kd.bounded import parse_json
from bioner_kd.errors import InputError, UsageError, one_line, shown
from bioner_kd.settings import Settings, above, at_least, setting
from bioner_kd.tagging.calibration import NotCalibratedError
from bioner_kd.tagging.choices import NOTHING_CHOSEN, Choices
from bioner_kd.tagging.decoding import Entity
from bioner_kd.tagging.models.layout import (
    IN_ENTITY,
    MODEL_NAME,
    NUM_WORDS,
    POSTPROCESSING,
    WORD_OUTPUTS,
)
from bioner_kd.tagging.postprocessing import Postprocessing
from bioner_kd.tagging.tagged_text import TaggedText
from bioner_kd.text.sentence import is_seen_in

PROTOCOLS = ("rest", "grpc")
# TF Serving's own ports.
_URLS = {"rest": "http://localhost:8501", "grpc": "localhost:8500"}
# Types of the values of each output. A server's JSON may write 1.0 as 1.
_TYPES: dict[str, set[type]] = {
    **dict.fromkeys(("words", "tags"), {str}),
    **dict.fromkeys(("starts", "ends"), {int}),
    **dict.fromkeys(("scores", IN_ENTITY), {float, int}),
}
# Probabilities in float32 may add up to a little more than 1.
_HIGHEST_SCORE = 1.001


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
        "Documents of one request. Answers to texts that are typed come when so many are there, or "
        "the last one is.",
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


def call_within(seconds: float, call: Callable[[], Any]) -> Any:
    """Calls a function, and waits for it no longer than that.

    A time limit of a socket counts anew with each piece that arrives, and not at all while a name
    is looked up; so the function runs in a thread, which is left behind when its time is over.

    Args:
        seconds: how long to wait.
        call: without arguments.

    Returns:
        What it returns; what it raises is raised.

    Raises:
        TimeoutError: it has not returned in time.
    """
    outcome: list[tuple[Any, BaseException | None]] = []

    def run() -> None:
        try:
            outcome.append((call(), None))
        except BaseException as error:
            outcome.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise TimeoutError(f"no answer within {seconds:g} s")
    result, error = outcome[0]
    if error:
        raise error
    return result


def read_answer(
    texts: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    server: str,
    choices: Choices = NOTHING_CHOSEN,
) -> list[list[Entity]]:
    """Joins the words of each text to entities.

    Args:
        texts: what was asked.
        rows: the outputs of the text signature for each text, padded lists by name, as JSON has
            them.
        server: its address, for messages.
        choices: of the user.

    Raises:
        InputError: that is no answer to these texts, or a precision is wanted of a student whose
            scores are not calibrated.
    """
    try:
        if not isinstance(rows, list):
            raise TypeError("its answers are no list")
        if len(rows) != len(texts):
            raise ValueError(f"{len(rows)} answers to {len(texts)} texts")
        return [_entities(text, row, choices) for text, row in zip(texts, rows, strict=True)]
    except NotCalibratedError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{server}: the model answered, but not as an exported student does "
            f"({type(error).__name__}: {one_line(error)}); check --model, and that "
            "bioner_kd export of this version made it."
        ) from error


def _entities(text: str, row: Mapping[str, Any], choices: Choices) -> list[Entity]:
    number = row[NUM_WORDS]
    if type(number) is not int or number < 0:
        raise ValueError(f"{NUM_WORDS} is {shown(number)}")
    # Students exported before tables of format 3 give no such output, and have no rules.
    row = {IN_ENTITY: row["scores"], POSTPROCESSING: "{}", **row}
    found = (_column(row, name, number) for name in WORD_OUTPUTS)
    words, tags, scores, starts, ends, in_entity = found
    spans = list(zip(starts, ends, strict=True))
    last = 0
    for word, (start, end) in zip(words, spans, strict=True):
        if not last <= start < end or not is_seen_in(word, text[start:end]):
            raise ValueError(f"{shown(word)} does not stand where it is said to")
        last = end
    if not all(0 <= score <= _HIGHEST_SCORE for score in [*scores, *in_entity]):
        raise ValueError("a score is no probability")
    after = Postprocessing.from_json(parse_json(row[POSTPROCESSING].encode()))
    return after.entities(TaggedText(text, words, spans, tags, scores, in_entity), choices)


def _column(row: Mapping[str, Any], name: str, number: int) -> list[Any]:
    values = row[name]
    if not isinstance(values, list) or len(values) < number:
        raise ValueError(f"not {number} words in each output")
    if not set(map(type, values[:number])) <= _TYPES[name]:
        raise TypeError(f"{name} of another type")
    return values[:number]
