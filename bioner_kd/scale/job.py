"""What an engine and its workers are to do, without the engine."""

from collections.abc import Sequence
from dataclasses import dataclass

from bioner_kd.errors import InputError
from bioner_kd.scale.blocks import BlockReading
from bioner_kd.scale.inputs import Part
from bioner_kd.scale.manifest import student_digests
from bioner_kd.scale.shards import ShardFolder
from bioner_kd.tagging.choices import NOTHING_CHOSEN, Choices
from bioner_kd.tagging.exported import Exported
from bioner_kd.tagging.records import Records
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.text.documents import named_format, writable

# How the work of an engine went: it is done, met an error in what was given, or failed, or a
# process of it died.
DONE, INPUT, FAILED, DIED = "done", "input", "failed", "died"


@dataclass(frozen=True)
class BlockTagging:
    """How blocks are tagged.

    Attributes:
        exported: the student, where every worker finds it.
        digests: SHA-256 of its files when the run began.
        format: name of the format of the shards.
        choices: of the user.
    """

    exported: Exported
    digests: dict[str, str]
    format: str
    choices: Choices = NOTHING_CHOSEN

    def load(self) -> Records:
        """Loads the student.

        Raises:
            InputError: it is another one than when the run began.
        """
        self._check()
        tagger = Tagger(*self.exported.open())
        self._check()
        writer = named_format(self.format, writable()).record_writer
        assert writer is not None
        return Records(tagger, writer(), self.choices)

    def _check(self) -> None:
        if student_digests(self.exported) != self.digests:
            raise InputError(
                f"{self.exported.model}: the student was changed since the run began; put the old "
                "one back and go on by --resume, or begin anew by --overwrite."
            )


@dataclass(frozen=True)
class Job:
    """What a worker does with a part of a file."""

    reading: BlockReading
    tagging: BlockTagging
    folder: ShardFolder


@dataclass(frozen=True)
class Work:
    """What the engine is to do.

    Attributes:
        job: of a worker.
        parts: of all files.
        flags: of the engine.
    """

    job: Job
    parts: Sequence[Part]
    flags: Sequence[str]
