"""How a command line names several folders as one model, and what kind of model a folder holds.

Nothing here loads a model or imports TensorFlow.
"""

from pathlib import Path

from bioner_kd.errors import InputError
from bioner_kd.student.files import weights_file
from bioner_kd.teacher.checkpoint.weights_file import TF_WEIGHTS


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


def is_student(folder: Path) -> bool:
    """Whether a run folder holds a student; if not, it holds a teacher.

    Raises:
        InputError: it holds neither.
    """
    if weights_file(folder).exists():
        return True
    if (folder / TF_WEIGHTS).exists():
        return False
    if not folder.is_dir():
        raise InputError(
            f"{folder}: no such folder; name one that bioner_kd finetune_teacher or "
            "bioner_kd distill made."
        )
    raise InputError(
        f"{folder}: holds neither a student (bioner_kd distill) nor a teacher "
        "(bioner_kd finetune_teacher)."
    )


def teaches(folder: Path) -> bool:
    """Whether a run folder holds a teacher, or is "a+b", which can teach and is no student.

    Raises:
        InputError: it holds neither a teacher nor a student.
    """
    return len(joined_folders(folder)) > 1 or not is_student(folder)
