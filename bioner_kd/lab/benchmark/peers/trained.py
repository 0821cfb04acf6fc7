"""Peers: how they are trained and opened, with a record of the corpus of each."""

import importlib.util
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.atomic import atomic_file, atomic_folder
from bioner_kd.corpus.splits import read_split
from bioner_kd.errors import InputError
from bioner_kd.extras import missing
from bioner_kd.lab.benchmark.child import Report, resolve
from bioner_kd.training.run_folder import sentences_digest

RECORD = "peer.json"
TRAIN = f"{__name__}:train_job"
_PACKAGE = "bioner_kd.lab.benchmark.peers"


@dataclass(frozen=True)
class Peer:
    """A tagger of another project.

    Attributes:
        title: its name in the table.
        modules: the modules that it imports; `bioner_kd.extras` knows their extra.
        trainer: "module:function" that trains it into a folder.
        opener: "module:function" that opens it as a contestant.
    """

    title: str
    modules: tuple[str, ...]
    trainer: str
    opener: str


PEERS = {
    "spacy": Peer(
        "spaCy NER (CNN)",
        # Its command line imports click, which newer releases of typer no longer bring.
        ("spacy", "click"),
        f"{_PACKAGE}.spacy_ner:train",
        f"{_PACKAGE}.spacy_ner:open_spacy",
    ),
    "crf": Peer(
        "CRF (sklearn-crfsuite)",
        ("sklearn_crfsuite",),
        f"{_PACKAGE}.crf:train",
        f"{_PACKAGE}.crf:open_crf",
    ),
}


def check_packages(names: Sequence[str]) -> None:
    """Refuses peers whose packages are not installed."""
    for name in names:
        for module in PEERS[name].modules:
            if importlib.util.find_spec(module) is None:
                raise InputError(f"--peers: {missing(module)}; or leave {name} out of --peers.")


def is_trained(name: str, folder: Path, digest: str) -> bool:
    """Whether the folder holds this peer, trained on this corpus.

    A folder that holds anything else is refused.

    Args:
        name: of `PEERS`.
        folder: folder of the peer.
        digest: digest of the training and devel sentences.
    """
    if not folder.exists():
        return False
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        found = record["peer"], record["corpus"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder}: is not a trained peer ({type(error).__name__}); remove it or choose "
            "another --peers_folder."
        ) from error
    if found != (name, digest):
        raise InputError(
            f"{folder}: was trained on another corpus, or is another peer; choose another "
            "--peers_folder, or remove it to train it again."
        )
    return True


def train_job(
    report: Report,
    *,
    name: str,
    folder: str,
    corpus: str,
    repair_tags: bool,
    steps: int = 0,
) -> None:
    """Trains a peer in this process and reports {"trained": its folder}.

    Args:
        report: gets the record.
        name: of `PEERS`.
        folder: folder of the peer, which appears when training has succeeded.
        corpus: as in `read_split`.
        repair_tags: as in `read_split`.
        steps: largest number of training steps; 0 for the usual number.
    """
    training, devel = (
        read_split(corpus, split, repair_tags=repair_tags) for split in ("train", "devel")
    )
    with atomic_folder(folder) as unfinished:
        resolve(PEERS[name].trainer)(unfinished, training, devel, steps=steps)
        with atomic_file(unfinished / RECORD) as file:
            json.dump({"peer": name, "corpus": sentences_digest(training, devel)}, file)
    report({"trained": folder})
