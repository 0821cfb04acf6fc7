"""A collection of files is tagged on an engine."""

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from absl import logging

from bioner_kd.lock import locked
from bioner_kd.scale.blocks import BlockReading
from bioner_kd.scale.config import CorpusOptions
from bioner_kd.scale.engine import engine_flags, run_engine
from bioner_kd.scale.inputs import find_files, parts_of
from bioner_kd.scale.job import BlockTagging, Job, Work
from bioner_kd.scale.manifest import LOCK, Manifest, make_folder, prepare
from bioner_kd.scale.progress import RunProgress
from bioner_kd.scale.shards import RUN, ShardFolder
from bioner_kd.scale.summary import Summary, write_summary
from bioner_kd.tagging.named import named_export
from bioner_kd.tagging.tagger import Tagger


def tag_corpus(options: CorpusOptions, flags: Sequence[str] = ()) -> Summary:
    """Tags files of a collection and writes the result in shards.

    A run that was killed, and is begun again with `resume`, does what is missing and ends with the
    same bytes. Documents that cannot be read or tagged are named in failures.jsonl.

    Args:
        options: what is tagged, by what, where to and on which engine.
        flags: of the engine, such as "--flink_master=localhost:8081".

    Returns:
        What is in the output, which summary.json holds too.

    Raises:
        InputError: no file matches, the output or the student cannot be used, or the engine fails.
        UsageError: the settings contradict each other, or a run is in the output already.
    """
    options.check()
    exported = named_export(options.model, options.form)
    tagger = Tagger(*exported.open())
    choices = tagger.checked(options.tagging.choices(tagger.read_names))
    files = find_files(options.input, options.parts)
    manifest = Manifest.of(options, exported, files)
    path = Path(options.output).absolute()
    make_folder(path)
    with locked(path / LOCK, busy=f"{path}: another run is writing here; wait for it."):
        manifest = prepare(path, manifest, resume=options.resume, overwrite=options.overwrite)
        folder = ShardFolder(path, options.suffix).take_turn(uuid.uuid4().hex)
        for left in folder.clean_up():
            logging.info("%s: deleted, a killed run had left it unfinished.", left)
        job = Job(
            BlockReading(
                options.input_format, options.tagging.reading, options.largest_document,
                options.shard_documents,
            ),
            BlockTagging(exported, dict(manifest.student), options.format, choices),
            folder,
        )  # fmt: skip
        run = _run(job, manifest, engine_flags(options, flags))
        # The workers of a killed run may have lived on for a moment.
        folder.clean_up()
        return write_summary(folder, manifest.files, run)


def _run(job: Job, manifest: Manifest, flags: Sequence[str]) -> dict[str, Any]:
    parts = [part for part in parts_of(manifest.files) if not job.folder.is_finished(part)]
    progress = RunProgress(job.folder)
    peaks: dict[str, int] = {}
    try:
        if parts:
            log = job.folder.path / RUN / "engine.log"
            peaks = run_engine(Work(job, parts, flags), log, progress.look)
        progress.count()
    finally:
        progress.close()
    seconds = progress.seconds
    return {
        "documents": progress.documents,
        "words": progress.words,
        "seconds": round(seconds, 1),
        "words_per_second": round(progress.words / seconds) if seconds else 0,
        "peak_megabytes": peaks,
    }
