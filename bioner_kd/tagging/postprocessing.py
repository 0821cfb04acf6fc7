"""From the tags of a model to the entities of a text: rules that see the whole text at once.

The rules and their data travel in a student's tables, and with the answers of a server. Each
runtime applies them in the same order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bioner_kd.tagging.brackets import Brackets
from bioner_kd.tagging.calibration import Calibration
from bioner_kd.tagging.choices import NOTHING_CHOSEN, Choices
from bioner_kd.tagging.decoding import Entity, entities_from_tags
from bioner_kd.tagging.document_step import DocumentStep
from bioner_kd.tagging.tagged_text import TaggedText
from bioner_kd.text.sentence import Sentence


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

    def scored(self, sentences: Sequence[Sentence]) -> frozenset[int]:
        """Numbers of the sentences of a text whose probabilities the rules need, tagged or not."""
        step = self.document_step
        if step and sentences and step.needs_probabilities(sentences[0].text):
            return frozenset(range(len(sentences)))
        return frozenset()

    def entities(self, found: TaggedText, choices: Choices = NOTHING_CHOSEN) -> list[Entity]:
        """Entities of a text, in order of their first word.

        The names of a user come last: nothing overrules them.

        Args:
            found: scores and probabilities of a sentence may be zeros if it has no tag but O and is
                none of `scored`.
            choices: of the user.

        Raises:
            InputError: the user asks for a precision, and no type is calibrated.
        """
        for rule in (self.brackets, self.document_step):
            if rule is not None:
                found = rule.apply(found)
        entities = entities_from_tags(found.tags, found.scores, found.spans, found.text)
        entities = self.calibration.calibrated(entities)
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
