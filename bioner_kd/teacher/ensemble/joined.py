"""How a command line names several folders as one model."""

from pathlib import Path


def joined_folders(folder: Path) -> list[Path]:
    """The folders of the models that "a+b" averages; a folder itself where it is none."""
    parts = str(folder).split("+")
    if len(parts) == 1 or folder.exists():
        return [folder]
    found = []
    while parts:
        # A folder's own name may hold a plus, as those of a sweep over two settings do.
        ends = range(len(parts), 0, -1)
        end = next((end for end in ends if Path("+".join(parts[:end])).exists()), 1)
        found.append(Path("+".join(parts[:end])))
        parts = parts[end:]
    return found if any(part.exists() for part in found) else [folder]
