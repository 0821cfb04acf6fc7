"""Flags: where public corpora come from and go to."""

from dataclasses import dataclass

from bioner_kd.cli.concern import Concern


@dataclass(frozen=True)
class DownloadChoice:
    """Source and target of a download."""

    folder: str = "corpora"
    base_url: str = ""


DOWNLOAD = Concern(
    "Download",
    DownloadChoice(),
    {
        "folder": "Folder for the corpora; each gets a folder of its own.",
        "base_url": "Mirror to use instead of the publishers' own servers, with the same paths below it.",
    },
)
