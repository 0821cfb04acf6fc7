"""A SavedModel as a model that any thread or process may call."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.regular_file import file_digest
from bioner_kd.tagging.models.layout import FEATURES, LOGITS
from bioner_kd.tagging.models.word_model import logits_in_batches, pad

# Sentences of one call, and its words with padding, which bound its memory.
_BATCH_SIZE, _BATCH_WORDS = 64, 8192


class SavedModel:
    """A student in SavedModel form; TensorFlow is imported when it is opened.

    What is pickled is the folder's name: another process opens the folder itself.
    """

    # TensorFlow spreads a batch over all cores by itself.
    own_threads = True

    def __init__(self, folder: Path) -> None:
        """Opens a version folder.

        Raises:
            InputError: TensorFlow is not installed, or the folder holds no student.
        """
        self._folder = folder.absolute()
        self._serve = _load(self._folder)
        self._digest = _digest(self._folder)

    @property
    def digest(self) -> str:
        """SHA-256 of the folder's files."""
        return self._digest

    def logits(self, features: Mapping[str, np.ndarray]) -> np.ndarray:
        """Logits of a sentence, as `WordModel` says."""
        batch = {name: ids[np.newaxis] for name, ids in features.items()}
        return self.padded_logits(batch).numpy()[0]

    def batch_logits(self, sentences: Sequence[Mapping[str, np.ndarray]]) -> list[np.ndarray]:
        """Logits of several sentences, as `WordModel` says."""
        return logits_in_batches(
            lambda some: self.padded_logits(pad(some)).numpy(), sentences, _BATCH_SIZE, _BATCH_WORDS
        )

    def padded_logits(self, features: Mapping[str, Any]) -> Any:
        """Logits of a batch of padded sentences.

        Args:
            features: int32 tensors or arrays "word_ids" (batch, words) and so on.

        Returns:
            float32 tensor (batch, words, tags).
        """
        return self._serve(features)

    def __getstate__(self) -> dict[str, Any]:
        return {"_folder": self._folder, "digest": self.digest}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["_folder"])  # type: ignore[misc]
        if self.digest != state["digest"]:
            raise InputError(
                f"{self._folder}: another model has come here while this one was used; leave the "
                "folder as it is until the run has ended, and start it again."
            )


def _digest(folder: Path) -> str:
    """SHA-256 of the names and the content of all files of a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = (f"{path.relative_to(folder)} {file_digest(path)}\n" for path in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _load(folder: Path) -> Callable[[Mapping[str, Any]], Any]:
    _check_kinds(folder)
    try:
        import tensorflow as tf
    except ImportError as error:
        raise InputError(
            f"{folder}: a SavedModel needs TensorFlow, which is not installed here; use one of the "
            ".tflite files of the same student."
        ) from error
    try:
        loaded = tf.saved_model.load(str(folder))
        serving = loaded.signatures[FEATURES]
    except (OSError, KeyError, ValueError, tf.errors.OpError) as error:
        reason = one_line(str(error).partition("\n")[0])
        raise InputError(
            f"{folder}: not a SavedModel of a student, or a damaged one ({reason}); copy it again "
            "or export the student again."
        ) from error

    def serve(features: Mapping[str, Any]) -> Any:
        # `loaded` is named so that its variables live as long as the function that reads them.
        inputs = {name: tf.convert_to_tensor(ids) for name, ids in features.items()}
        return serving(**inputs)[LOGITS] if loaded else None

    return serve


def _check_kinds(folder: Path) -> None:
    # TensorFlow would wait for whoever writes to a pipe, or read a device without an end.
    for path in folder.rglob("*"):
        if not (path.is_file() or path.is_dir()):
            raise InputError(
                f"{folder}: holds {shown(path.name)}, which is neither a file nor a folder; copy "
                "it again or export the student again."
            )
