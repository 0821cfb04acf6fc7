"""A benchmark from its line-up to its results, which goes on after an interruption."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from absl import logging

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import InputError
from bioner_kd.lab.benchmark import measurements
from bioner_kd.lab.benchmark.config import BenchmarkConfig
from bioner_kd.lab.benchmark.format_files import FormatFile, abstracts, documents_of, format_files
from bioner_kd.lab.benchmark.line_up import LineUp, with_sizes
from bioner_kd.lab.benchmark.measurements import BenchmarkResults, Failure
from bioner_kd.lab.benchmark.peers.trained import TRAIN, is_trained
from bioner_kd.lab.benchmark.process import ChildError, run_child, usable_cores
from bioner_kd.lab.benchmark.sentence_files import sentence_files
from bioner_kd.lab.benchmark.tasks import all_tasks, reading_tasks, run_tasks
from bioner_kd.text.document import Document
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.run_folder import STATE

_SETTINGS = "settings.json"
# Training a peer takes minutes on a small corpus, hours on a large one.
_TRAINING_TIMEOUT = 24 * 3600.0


@dataclass(frozen=True)
class Corpus:
    """The corpus that peers are trained on and contestants tag.

    Attributes:
        name: as in `read_split`.
        repair_tags: as in `read_split`.
        split: sentences with tags, timed and scored.
        other: sentences of another split.
        digest: digest of the sentences that peers are trained on.
        documents: what is read and tagged from files of several formats; None for the sentences of
            `split`.
    """

    name: str
    repair_tags: bool
    split: Sequence[Sentence]
    other: Sequence[Sentence]
    digest: str = ""
    documents: Sequence[Document] | None = None


@dataclass
class Session:
    """A benchmark at work.

    Attributes:
        line_up: the contestants.
        corpus: the corpus on which they are measured.
        config: how they are measured.
        folder: folder of the measurements.
        peer_steps: largest number of training steps of a peer; 0 for the usual number.
        failures: measurements that failed in this session.
    """

    line_up: LineUp
    corpus: Corpus
    config: BenchmarkConfig
    folder: Path
    peer_steps: int = 0
    failures: list[Failure] = field(default_factory=list)

    def keep_settings(self, settings: Mapping[str, Any]) -> None:
        """Refuses to go on with measurements that were made with other settings.

        Args:
            settings: what a measurement depends on, of types that JSON has.
        """
        path = self.folder / STATE / _SETTINGS
        path.parent.mkdir(exist_ok=True)
        if path.exists():
            before = json.loads(path.read_text(encoding="utf-8"))
            changed = sorted(n for n in before.keys() & settings if before[n] != settings[n])
            if changed:
                raise InputError(
                    f"{self.folder}: an unfinished benchmark is here whose settings differ "
                    f"({', '.join(changed)}); repeat its command, pass --overwrite to forget it, "
                    "or choose another --output."
                )
            settings = {**before, **settings}
        with atomic_file(path) as file:
            json.dump(settings, file, indent=1)

    def train_peers(self) -> None:
        """Trains the peers that are not trained yet; a peer that fails is left out."""
        for name in self.line_up.peers:
            contestant = next(one for one in self.line_up.contestants if one.name == name)
            folder = Path(contestant.options["folder"])
            if is_trained(name, folder, self.corpus.digest):
                continue
            logging.info("%s: training, in %s.", contestant.title, folder)
            arguments = {
                "name": name,
                "folder": str(folder),
                "corpus": self.corpus.name,
                "repair_tags": self.corpus.repair_tags,
                "steps": self.peer_steps,
            }
            threads = max(1, len(usable_cores()))
            try:
                run_child(TRAIN, arguments, threads=threads, timeout=_TRAINING_TIMEOUT)
            except ChildError as error:
                self.failures.append(Failure(name, "training", str(error)))
                logging.warning("%s, training: %s", name, error)

    def measure(self) -> None:
        """Does the measurements that are not done yet."""
        corpus, config, student = self.corpus, self.config, self.line_up.student
        with (
            sentence_files(corpus.split, corpus.other, config) as samples,
            self._format_files(wanted=student is not None) as files,
        ):
            tasks = list(all_tasks(self.line_up.contestants, samples, config))
            if student:
                tasks += reading_tasks(student, files, samples, config)
            run_tasks(tasks, self._path, self.failures)

    def _format_files(self, *, wanted: bool) -> AbstractContextManager[list[FormatFile]]:
        if not wanted or not self.config.formats:
            return nullcontext([])
        given, split = self.corpus.documents, self.corpus.split
        documents = documents_of(split) if given is None else abstracts(given)
        return format_files(documents, self.config.formats)

    def check_measured(self) -> None:
        """Refuses to report where no measurement succeeded."""
        if not self.results.threads():
            reasons = "; ".join(f"{one.contestant}: {one.reason}" for one in self.failures)
            raise InputError(f"Nothing could be measured ({reasons or 'no contestant'}).")

    @property
    def results(self) -> BenchmarkResults:
        """The measurements so far."""
        found = [*measurements.read(self._path), *self.failures]
        contestants = with_sizes(self.line_up.contestants)
        return BenchmarkResults(contestants, found, self.config.baseline)

    @property
    def _path(self) -> Path:
        return self.folder / measurements.MEASUREMENTS
