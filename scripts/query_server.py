r"""Asks a running TF Serving for the entities of texts.

Reads --text, files or standard input, sends the texts as they are to a server that serves what
scripts/export.py made, and writes a line of JSON a text, as scripts/tag.py does.

  python scripts/query_server.py --text="Cisplatin causes hearing loss."
  zcat abstracts.txt.gz | python scripts/query_server.py --url=http://gpu7:8501 > entities.jsonl
  python scripts/query_server.py --protocol=grpc --url=localhost:8500 abstracts.txt
"""

from bioner_kd.cli import query
from bioner_kd.cli.program import Program


def main(program: Program) -> None:
    """Asks as the flags say."""
    texts = query.read_texts(program)
    query.write_answers(program.read(query.QUERY), program.read(query.SERVER), texts)


PROGRAM = Program(__doc__, main, (query.SERVER, query.QUERY), takes_files=True, stopped="Stopped.")
if __name__ == "__main__":
    PROGRAM.main()
