r"""Converts annotated documents from one format to another.

Reads a file, a folder or - (standard input), and writes another one. What the input holds is
recognised by content and name; what to write, by the name of the output. Ids, passages, mentions
and, between formats that can hold them, all else that the source says are kept. Offsets are those
of the source document, counted as each format counts them.

  bioner_kd convert CDR_TestSet.PubTator test.bioc.xml
  bioner_kd convert brat_folder documents.jsonl
  bioner_kd convert --input=conll --entity_type=Disease train.tsv --format=brat train_brat
"""

from bioner_kd.cli import convert
from bioner_kd.cli.program import Program

PROGRAM = Program(
    __doc__, convert.convert, (convert.CONVERSION,), takes_files=True, stopped="Stopped."
)
