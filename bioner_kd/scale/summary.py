"""What a run has done, for a person and for a program."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from bioner_kd.atomic import atomic_file
from bioner_kd.progress import in_words
from bioner_kd.scale.inputs import InputFile
from bioner_kd.scale.shards import ShardFolder, Tally, tally_of_all

SUMMARY, FAILURES = "summary.json", "failures.jsonl"


@dataclass(frozen=True)
class Summary:
    """What is in the output, and what this run has added.

    Attributes:
        files: number of files of the collection.
        shards: number of finished shards.
        documents: number of documents that were tagged.
        words: number of their words.
        entities: number of entities by type.
        failures: number of documents that were not tagged.
        run: of this run alone: seconds, documents and words that it has tagged, words a second, and
            peak memory of the largest process in megabytes.
    """

    files: int
    shards: int
    documents: int
    words: int
    entities: dict[str, int]
    failures: int
    run: dict[str, Any]

    def text(self) -> str:
        """Some lines for a person."""
        types = ", ".join(f"{number:,} {name}" for name, number in self.entities.items())
        run = self.run
        lines = [
            f"{self.documents:,} documents with {self.words:,} words of {self.files:,} files, in "
            f"{self.shards:,} shards.",
            f"Entities: {types or 'none'}.",
            f"This run: {run['documents']:,} documents in {in_words(run['seconds'])}, "
            f"{run['words_per_second']:,} words/s.",
        ]
        if self.failures:
            lines.append(f"{self.failures:,} failures, each of which {FAILURES} names.")
        return "\n".join(lines)


def write_summary(
    folder: ShardFolder, files: tuple[InputFile, ...], run: dict[str, Any]
) -> Summary:
    """Counts what a finished run has written; writes its failures and its summary.

    Args:
        folder: of the run.
        files: of the run.
        run: of this run alone.

    Raises:
        InputError: a shard is missing, or the folder cannot be written.
    """
    shards = failures = 0
    with atomic_file(folder.path / FAILURES) as file:

        def count(tally: Tally) -> None:
            nonlocal shards, failures
            shards += tally.documents > 0
            failures += len(tally.failures)
            for failure in tally.failures:
                file.write(json.dumps(asdict(failure), ensure_ascii=False) + "\n")

        total = tally_of_all(folder, files, count)
    summary = Summary(
        len(files), shards, total.documents, total.words, total.entities, failures, run
    )
    with atomic_file(folder.path / SUMMARY) as file:
        file.write(json.dumps(asdict(summary), indent=1, ensure_ascii=False) + "\n")
    return summary
