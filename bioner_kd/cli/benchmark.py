"""Flags: who is measured side by side, and how."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bioner_kd.cli import corpus
from bioner_kd.cli.evaluate import parse_runs
from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.corpus.demo import SPLITS
from bioner_kd.errors import UsageError, at_least, check_bounds
from bioner_kd.lab.benchmark.config import BIOBERT, BenchmarkConfig

if TYPE_CHECKING:
    from bioner_kd.lab.benchmark.line_up import LineUp
    from bioner_kd.lab.benchmark.session import Corpus, Session

_PEERS = ("spacy", "crf")
# What measurements that are kept do not depend on.
_FREE = ("output", "rounds", "baseline", "timeout", "leave_out")


@dataclass(frozen=True)
class ContestantChoice:
    """Who is measured."""

    teacher: tuple[str, ...] = ()
    student: str = ""
    export: str = "saved_models/demo/export"
    peers: tuple[str, ...] = _PEERS
    peers_folder: str = "saved_models/demo/peers"
    peer_steps: int = 0
    leave_out: tuple[str, ...] = ()
    split: str = "test"

    def __post_init__(self) -> None:
        """Checks the names of peers.

        Raises:
            UsageError: one is unknown or named twice, or a number is negative.
        """
        if set(self.peers) - set(_PEERS) or len(set(self.peers)) < len(self.peers):
            raise UsageError(
                f"--peers={','.join(self.peers)}: choose from {', '.join(_PEERS)}, each once."
            )
        check_bounds(self, at_least(self, 0, "peer_steps"))


CONTESTANTS = FlagGroup(
    "Contestants, beside a BERT of BioBERT's exact shape with random weights",
    ContestantChoice(),
    {
        "teacher": "A fine-tuned teacher, 'name=folder'. Give the flag once a teacher.",
        "student": "Folder of the student in Keras, as bioner_kd distill made it; none if empty.",
        "export": "Export folder of the student, whose every model is measured; none if empty.",
        "peers": f"Taggers of others, of {', '.join(_PEERS)}; trained on the corpus where they are "
        "not yet in --peers_folder. They need the packages of the extra 'benchmark'.",
        "peers_folder": "Where the trained peers of this corpus are kept.",
        "peer_steps": "Most steps of training a peer, for a trial; 0 is as many as are usual.",
        "leave_out": "Names of contestants to leave out; a wrong one makes the program list all.",
        "split": "Split of the corpus that is timed and scored.",
    },
    {"split": SPLITS},
    frozenset({"teacher"}),
)
BENCHMARK = FlagGroup(
    "Benchmark",
    BenchmarkConfig(),
    {
        "sentences": "Sentences of the split that are timed, at even distances; 0 is all.",
        "slow_sentences": "The same for teachers, which are about a hundred times slower.",
        "many_repeats": "How often tag_many is given these sentences, at once: it is made for many "
        "texts, and its workers take a moment to start.",
        "warm_up": "Sentences of another split, tagged before the clock starts; teachers tag a "
        "quarter of --slow_sentences.",
        "rounds": "How often each contestant is measured; medians and ranges are shown.",
        "threads": "Cores that a contestant has, one measurement each.",
        "batch_size": "Sentences of a batch, where a contestant reads batches.",
        "baseline": f"Name of the contestant that the others are compared with, such as {BIOBERT}.",
        "timeout": "Seconds after which the process of a contestant is stopped.",
    },
)


def read_line_up(program: Program, tags: tuple[str, ...]) -> "LineUp":
    """The contestants that the flags name.

    Args:
        program: with the flags.
        tags: of the corpus.

    Raises:
        InputError: a folder is not what it should be, or a package is missing.
        UsageError: a name is unknown.
    """
    from bioner_kd.lab.benchmark import line_up
    from bioner_kd.lab.benchmark.peers.trained import check_packages
    from bioner_kd.lab.benchmark.tasks import notes_on_threads

    choice, config = program.read(CONTESTANTS), program.read(BENCHMARK)
    contestants, notes = line_up.biobert(tags, config.batch_size)
    notes += notes_on_threads(config)
    for name, folders in parse_runs(choice.teacher, flag="teacher").items():
        contestants.append(line_up.teacher(name, folders[0], config.batch_size))
    if choice.student:
        contestants.append(line_up.student(Path(choice.student), config.batch_size))
    if choice.export:
        contestants += line_up.exported(Path(choice.export), config.batch_size)
    contestants += line_up.peers(choice.peers, Path(choice.peers_folder))
    chosen = line_up.LineUp(contestants, notes).without(choice.leave_out)
    chosen.check_names(config.baseline)
    check_packages(chosen.peers)
    return chosen


def read_corpus(program: Program) -> "tuple[Corpus, tuple[str, ...]]":
    """What is tagged, and the tags of the corpus."""
    from bioner_kd.lab.benchmark.session import Corpus
    from bioner_kd.tagging.tag_set import TagSet
    from bioner_kd.training.run_folder import sentences_digest

    split = program.read(CONTESTANTS).split
    train, devel = corpus.read_splits(program, "train", "devel")
    chosen = {"train": train, "devel": devel}.get(split)
    if chosen is None:
        (chosen,) = corpus.read_splits(program, split)
    named = program.read(corpus.CORPUS)
    other = train if split == "devel" else devel
    digest = sentences_digest(train, devel)
    read = Corpus(named.corpus, named.repair_tags, chosen, other, digest)
    return read, TagSet.from_sentences(train).tags


def open_session(program: Program, folder: Path) -> "Session":
    """A benchmark in a folder, which may hold measurements of an earlier try.

    Raises:
        InputError: these were made with other settings, or a contestant is missing.
    """
    from bioner_kd.lab.benchmark.session import Session

    read, tags = read_corpus(program)
    line_up = read_line_up(program, tags)
    steps = program.read(CONTESTANTS).peer_steps
    session = Session(line_up, read, program.read(BENCHMARK), folder, steps)
    kept = {name: value for name, value in program.settings().items() if name not in _FREE}
    sizes = {f"size of {one.name}": one.size for one in line_up.contestants}
    session.keep_settings({**kept, "corpus": read.digest, **sizes})
    return session


def summary(session: "Session") -> str:
    """The tables for the terminal, of what is measured so far."""
    from bioner_kd.lab.benchmark.report import terminal
    from bioner_kd.lab.benchmark.targets import targets

    results, roles = session.results, session.line_up.roles
    return terminal(results, targets(results, roles), session.line_up.notes, roles.peer)


def write_results(program: Program, session: "Session") -> None:
    """Writes the files of a finished benchmark.

    Raises:
        InputError: nothing could be measured.
    """
    from bioner_kd.lab.benchmark.process import describe
    from bioner_kd.lab.benchmark.report import write_files

    session.check_measured()
    flags = [line for line in program.given_flags() if not line.startswith("--output=")]
    command = shlex.join(["bioner_kd", "benchmark", *flags])
    write_files(
        session.folder, session.results, session.line_up, machine=describe(), command=command
    )
