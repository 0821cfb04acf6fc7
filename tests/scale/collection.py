"""A small collection of files, and runs of tag_corpus over it in processes of their own."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STUDENT = ROOT / "saved_models" / "disease_chemical_bilstm"
TEXTS = (
    "Aspirin relieves headache.",
    "Cisplatin causes hearing loss. Nausea was rare.",
    "No entity is here.",
    "Lithium was given for bipolar disorder.",
    "Gout is treated with allopurinol.",
)


def make_collection(folder: Path, *, files: int = 3, documents: int = 25) -> Path:
    """Writes JSON lines; each document has a text and an id of its own."""
    folder.mkdir()
    for number in range(files):
        rows = (
            {"id": f"{number}-{one}", "text": f"{TEXTS[(number + one) % len(TEXTS)]} Case {one}."}
            for one in range(documents)
        )
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{number}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def command(source: Path | str, output: Path, *flags: str) -> list[str]:
    """The command line of a run, with small shards and one process."""
    pattern = f"{source}/*" if isinstance(source, Path) else source
    return [
        sys.executable, "-m", "bioner_kd", "tag_corpus", f"--input={pattern}",
        f"--output={output}", f"--model={STUDENT}", "--shard_documents=4", "--workers=1", *flags,
    ]  # fmt: skip


def tag(
    source: Path | str, output: Path, *flags: str, status: int = 0
) -> subprocess.CompletedProcess[str]:
    """Runs tag_corpus to its end."""
    finished = subprocess.run(
        command(source, output, *flags), capture_output=True, text=True, timeout=120, check=False
    )
    assert finished.returncode == status, finished.stderr
    return finished


def visible(output: Path, *, but: Sequence[str] = ("summary.json",)) -> dict[str, bytes]:
    """What a user sees in the output of a run: name and bytes of each file."""
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in sorted(output.rglob("*"))
        if path.is_file() and ".run" not in path.parts and path.name not in but
    }
