"""The pipeline: parts of files are read, tagged and written, and nothing else is shuffled."""

from collections.abc import Iterator, Sequence

import apache_beam as beam
from apache_beam.ml.inference.base import RunInference

from bioner_kd.scale.blocks import Block
from bioner_kd.scale.handler import BlockModelHandler
from bioner_kd.scale.inputs import Part
from bioner_kd.scale.job import Job
from bioner_kd.scale.tagged_block import TaggedBlock


class _ReadBlocks(beam.DoFn):
    def __init__(self, job: Job) -> None:
        self._job = job

    def process(self, part: Part) -> Iterator[list[Block]]:
        folder = self._job.folder
        folder.check_turn()
        if folder.is_finished(part):
            return
        for found in self._job.reading.blocks(
            part, lambda number: not folder.has(part.file, number)
        ):
            if isinstance(found, Block):
                yield [found]
            else:
                folder.note_end(part, found)


class _WriteShard(beam.DoFn):
    def __init__(self, job: Job) -> None:
        self._folder = job.folder

    def process(self, tagged: TaggedBlock) -> None:
        tagged.write(self._folder)


def build(pipeline: beam.Pipeline, job: Job, parts: Sequence[Part]) -> None:
    """Adds the tagging of parts of files to a pipeline.

    Local engines keep what crosses a shuffle in memory: only the parts do, and an engine runs the
    steps behind as one.
    """
    (
        pipeline
        | "Parts" >> beam.Create(parts)
        | "Share" >> beam.Reshuffle()
        | "Read" >> beam.ParDo(_ReadBlocks(job))
        | "Tag" >> RunInference(BlockModelHandler(job.tagging))
        | "Write" >> beam.ParDo(_WriteShard(job))
    )
