"""From the tags of a model to the entities of a text: rules that see the whole text at once.

The rules and their data travel in a student's tables, and with the answers of a server. Each
runtime applies them in the same order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bioner_kd.tagging.brackets import Brackets
from bioner_kd.tagging.calibration import Calibration
from bioner_kd.tagging.choices import NOTHING_CHOSEN, Choices
from bioner_kd.tagging.decoding import Entity, iterate_entities
from bioner_kd.tagging.document_step import DocumentStep
from bioner_kd.tagging.tagged_text import TaggedText


@dataclass(frozen=True)
class Postprocessing:
    """The rules of a student; without any, the tags become entities as they are.

    Attributes:
        calibration: raw scores of entities to precisions.
        brackets: what cuts entities whose brackets do not pair; None for off.
        document_step: what looks at all sentences of a text; None for off.
    """

    calibration: Calibration = Calibration()
    brackets: Brackets | None = None
    document_step: DocumentStep | None = None

    def first_words(self, found: TaggedText) -> frozenset[str]:
        """First words, in small letters, of what the rules look for in sentences without a tag.

        Probabilities of sentences that have none of these words are hardly ever looked at.
        """
        return self.document_step.first_words(found) if self.document_step else frozenset()

    def entities(self, found: TaggedText, choices: Choices = NOTHING_CHOSEN) -> list[Entity]:
        """Entities of a text, in order of their first word.

        The names of a user come last: nothing overrules them.

        Args:
            found: what the model says of the text.
            choices: of the user.

        Raises:
            InputError: the user asks for a precision, and no type is calibrated.
        """
        for rule in (self.brackets, self.document_step):
            if rule is not None:
                found = rule.apply(found)
        entities = self.calibration.calibrated(
            iterate_entities(found.tags, found.scores, found.spans, found.text)
        )
        if choices.min_precision is not None:
            entities = self.calibration.kept(entities, choices.min_precision)
        return choices.names.mark(found, entities) if choices.names else entities

    def to_json(self) -> dict[str, Any]:
        """The rules as JSON values, for runtimes in other languages and the clients of a server."""
        rules: tuple[tuple[str, Brackets | DocumentStep | Calibration | None], ...] = (
            ("brackets", self.brackets),
            ("document_step", self.document_step),
            ("calibration", self.calibration or None),
        )
        return {name: rule.to_json() for name, rule in rules if rule is not None}

    @classmethod
    def from_json(cls, record: object) -> "Postprocessing":
        """Reads what `to_json` gave.

        Raises:
            ValueError: it is something else; the message names the entry.
        """
        if not isinstance(record, Mapping):
            raise ValueError("'postprocessing' is no JSON object")
        brackets, step = record.get("brackets"), record.get("document_step")
        return cls(
            Calibration.from_json(record.get("calibration", {})),
            None if brackets is None else Brackets.from_json(brackets),
            None if step is None else DocumentStep.from_json(step),
        )
