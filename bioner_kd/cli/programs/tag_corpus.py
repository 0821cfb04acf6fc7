r"""Tags collections of any size on an engine, on one machine or a cluster.

Files of any format that `bioner_kd tag` reads become shards in a folder: for the file a.xml.gz
a.xml.gz-00000.jsonl, a.xml.gz-00001.jsonl and so on. A shard appears when it is whole. A run that
was killed goes on by --resume and ends with the same bytes. Documents that cannot be read or tagged
are named in failures.jsonl, and the run goes on. Needs pip install "bioner_kd[scale]", and no
TensorFlow.

  bioner_kd tag_corpus --input='pubmed/*.xml.gz' --output=tagged --compression=gz
  bioner_kd tag_corpus --input='pubmed/*.xml.gz' --output=tagged --compression=gz --resume
  bioner_kd tag_corpus --input='notes/**/*.txt' --output=tagged --format=bioc_json
  bioner_kd tag_corpus --input='pubmed/*.xml.gz' --output=/shared/tagged \
      --runner=FlinkRunner -- --flink_master=localhost:8081
"""

from absl import logging

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.errors import UsageError
from bioner_kd.extras import require
from bioner_kd.scale.config import CorpusOptions

CORPUS_TAGGING = FlagGroup("Tagging a collection", CorpusOptions())


def main(program: Program) -> None:
    """Tags as the flags say.

    Raises:
        InputError: the input, the student or the output cannot be used, or the engine fails.
        UsageError: settings contradict each other.
    """
    options = program.read(CORPUS_TAGGING)
    options.check()
    stray = [one for one in program.arguments if not one.startswith("--")]
    if stray:
        raise UsageError(
            f"{stray[0]!r}: name files by --input, with quotation marks around a pattern; behind "
            "-- stand flags of the engine."
        )
    require("apache_beam")

    from bioner_kd.scale.tag_corpus import tag_corpus

    logging.info("%s", tag_corpus(options, program.arguments).text())


PROGRAM = Program(
    __doc__, main, (CORPUS_TAGGING,), first=("input", "output", "model", "format"),
    takes_files=True, stopped="Stopped. --resume goes on; finished shards are kept.",
)  # fmt: skip
