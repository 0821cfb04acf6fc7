"""Settings of a run that tags a collection."""

from dataclasses import dataclass

from bioner_kd.errors import UsageError
from bioner_kd.settings import Settings, at_least, same_setting, setting
from bioner_kd.tagging.options import TagOptions
from bioner_kd.tagging.records import JSONL
from bioner_kd.tagging.texts import INPUTS
from bioner_kd.text import zstd
from bioner_kd.text.documents import all_formats, writable

# Formats whose documents are written one by one as text, as a shard needs it.
SHARD_FORMATS = tuple(name for name in writable() if all_formats()[name].record_writer)
COMPRESSIONS = ("none", "gz", "bz2", "xz", "zst")
DIRECT = "DirectRunner"


@dataclass(frozen=True)
class CorpusOptions(Settings):
    """Which files are tagged by what, and how the result is written.

    Attributes of the same names as in `TagOptions` mean the same.
    """

    input: tuple[str, ...] = setting(
        (),
        "Files to tag: names, folders and patterns such as pubmed/*.xml.gz or notes/**/*.txt, with "
        "commas between them.",
        required=True,
    )
    output: str = setting(
        "",
        "Folder of the shards, of failures.jsonl and of summary.json. Every worker must see it "
        "under this name.",
        required=True,
    )
    resume: bool = setting(
        False, "Go on with the run in --output: what is finished there is neither read nor tagged."
    )
    overwrite: bool = setting(False, "Delete the run in --output, and begin anew.")
    input_format: str = setting(
        INPUTS[0],
        "What the files hold: auto (recognised by content and name), lines (plain text, a document "
        "a line), text (plain text, a document a file), or the name of a format.",
        choices=INPUTS,
    )
    id_column: str = same_setting(TagOptions, "id_column")
    text_column: str = same_setting(TagOptions, "text_column")
    largest_document: int = setting(
        2_000_000,
        "Most characters of a document; a longer one is not tagged and goes to failures.jsonl.",
        bound=at_least(1),
    )
    format: str = setting(
        JSONL, "How entities are written, as bioner_kd tag takes it.", choices=SHARD_FORMATS
    )
    compression: str = setting("none", "What compresses the shards.", choices=COMPRESSIONS)
    shard_documents: int = setting(
        1000,
        "Documents of a shard, which a worker reads and tags as one. A shard of long documents has "
        "fewer.",
        bound=at_least(1),
    )
    parts: int = setting(
        0,
        "Parts in which a file is shared by the workers, each of which reads the file and tags its "
        "shards of it; 0 chooses by the sizes and the number of files. The shards are the same.",
        bound=at_least(0),
    )
    model: str = same_setting(TagOptions, "model")
    form: str = same_setting(TagOptions, "form")
    always: str = same_setting(TagOptions, "always")
    never: str = same_setting(TagOptions, "never")
    min_precision: float = same_setting(TagOptions, "min_precision")
    unescape: bool = same_setting(TagOptions, "unescape")
    runner: str = setting(
        DIRECT,
        f"Engine of Apache Beam: {DIRECT} (processes on this machine; nothing has to be started), "
        "FlinkRunner, SparkRunner, PortableRunner, DaskRunner and others. Flags of the engine "
        "stand behind --, such as -- --flink_master=HOST:8081.",
    )
    workers: int = setting(
        0, f"Processes of {DIRECT}; 0 is one a core, 1 none but this one.", bound=at_least(0)
    )

    def check(self) -> None:
        """Checks the settings together.

        Raises:
            UsageError: nothing is named, or a run is to be both gone on with and deleted, or no
                library compresses so.
        """
        if not self.input:
            raise UsageError("--input: name files, folders or patterns such as pubmed/*.xml.gz.")
        if not self.output:
            raise UsageError("--output: name a folder.")
        if self.resume and self.overwrite:
            raise UsageError("--resume and --overwrite: go on with the run or begin anew.")
        if self.compression == "zst" and not zstd.is_available():
            raise UsageError("--compression=zst: no library writes it; pip install zstandard.")

    @property
    def tagging(self) -> TagOptions:
        """The options that tagging has elsewhere, too."""
        return TagOptions(
            input=self.input_format, id_column=self.id_column, text_column=self.text_column,
            format=self.format, always=self.always, never=self.never,
            min_precision=self.min_precision, unescape=self.unescape, model=self.model,
            form=self.form,
        )  # fmt: skip

    @property
    def suffix(self) -> str:
        """The end of a shard's name, such as ".jsonl.gz"."""
        found = all_formats()[self.format]
        own = found.suffixes[0] if found.suffixes else f".{found.name}"
        return own if self.compression == "none" else f"{own}.{self.compression}"
