r"""Asks a running TF Serving for the entities of texts.

Reads --text, files or standard input, sends the texts as they are to a server that serves what
bioner_kd export made, and writes a line of JSON a text, as bioner_kd tag does.

  bioner_kd query_server --text="Cisplatin causes hearing loss."
  zcat abstracts.txt.gz | bioner_kd query_server --url=http://gpu7:8501 > entities.jsonl
  bioner_kd query_server --protocol=grpc --url=localhost:8500 abstracts.txt
"""

from bioner_kd.cli import query
from bioner_kd.cli.program import Program

PROGRAM = Program(
    __doc__, query.query_server, (query.SERVER, query.QUERY), takes_files=True, stopped="Stopped."
)
