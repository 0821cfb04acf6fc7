"""How a command line names several folders as one model."""

from pathlib import Path


def joined_folders(folder: Path) -> list[Path]:
    """The folders of the models that "a+b" averages; a folder itself where it is none."""
    joined = "+" in str(folder) and not folder.exists()
    return [Path(part) for part in str(folder).split("+")] if joined else [folder]
