r"""Measures models side by side: speed, start-up, memory, size and F1, in one run.

BioBERT's shape, a fine-tuned teacher, the student in Keras, every exported model, spaCy's NER and a
CRF tag the same sentences, each in a fresh process, in turn, round after round, with 1 and 2 cores.
The int8 student also reads and tags the same text as plain lines, PubMed XML and other formats.
Peers are trained on the corpus the first time, which takes minutes. The folder holds benchmark.md
and results.jsonl. After Ctrl-C the same command goes on.

  bioner_kd benchmark --flagfile=flags/ncbi_disease/benchmark.cfg
  bioner_kd benchmark --export=saved_models/demo/export --peers=crf --rounds=3 --threads=1
"""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bioner_kd.cli import output
from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.cli.shared_flags import CORPUS, parse_runs, read_splits
from bioner_kd.corpus.demo import SPLITS
from bioner_kd.lab.benchmark.config import BenchmarkConfig
from bioner_kd.settings import Bound, Settings, at_least, setting

if TYPE_CHECKING:
    from bioner_kd.lab.benchmark.line_up import LineUp
    from bioner_kd.lab.benchmark.session import Corpus, Session

_PEERS = ("spacy", "crf")
# What measurements that are kept do not depend on.
_FREE = ("output", "rounds", "baseline", "timeout", "leave_out", "formats")


@dataclass(frozen=True)
class ContestantChoice(Settings):
    """Who is measured."""

    teacher: tuple[str, ...] = setting(
        (), "A fine-tuned teacher, 'name=folder'. Give the flag once a teacher.", repeated=True
    )
    student: str = setting(
        "", "Folder of the student in Keras, as bioner_kd distill made it; none if empty."
    )
    export: str = setting(
        "saved_models/demo/export",
        "Export folder of the student, whose every model is measured; none if empty.",
    )
    peers: tuple[str, ...] = setting(
        _PEERS,
        f"Taggers of others, of {', '.join(_PEERS)}; trained on the corpus where they are not yet "
        "in --peers_folder. They need the packages of the extra 'benchmark'.",
        choices=_PEERS,
        bound=Bound("each once", lambda peers: len(set(peers)) == len(peers)),
    )
    peers_folder: str = setting(
        "saved_models/demo/peers", "Where the trained peers of this corpus are kept."
    )
    peer_steps: int = setting(
        0,
        "Most steps of training a peer, for a trial; 0 is as many as are usual.",
        bound=at_least(0),
    )
    leave_out: tuple[str, ...] = setting(
        (), "Names of contestants to leave out; a wrong one makes the program list all."
    )
    split: str = setting("test", "Split of the corpus that is timed and scored.", choices=SPLITS)


CONTESTANTS = FlagGroup(
    "Contestants, beside a BERT of BioBERT's exact shape with random weights", ContestantChoice()
)
BENCHMARK = FlagGroup("Benchmark", BenchmarkConfig())
OUTPUT = output.output("saved_models/demo/benchmark", "the tables and all measurements")


def main(program: Program) -> None:
    """Measures as the flags say."""
    with output.training_run(program, OUTPUT) as folder:
        session = open_session(program, folder)
        try:
            session.train_peers()
            session.measure()
        except KeyboardInterrupt:
            print(summary(session), end="")
            raise
        write_results(program, session)
        print(summary(session), end="")
    print(f"{program.read(OUTPUT).output}/benchmark.md")


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
    from bioner_kd.text.documents import read_documents
    from bioner_kd.training.run_folder import sentences_digest

    split = program.read(CONTESTANTS).split
    train, devel = read_splits(program, "train", "devel")
    chosen = {"train": train, "devel": devel}.get(split)
    if chosen is None:
        (chosen,) = read_splits(program, split)
    named, documents = program.read(CORPUS), program.read(BENCHMARK).documents
    given = list(read_documents(documents)) if documents else None
    other = train if split == "devel" else devel
    digest = sentences_digest(train, devel)
    read = Corpus(named.corpus, named.repair_tags, chosen, other, digest, given)
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


PROGRAM = Program(
    __doc__,
    main,
    (CONTESTANTS, BENCHMARK, CORPUS, OUTPUT),
    stopped="Stopped. What was measured is kept; the same command goes on.",
    first=("export", "student", "corpus", "peers", "output"),
)
