r"""Finds the entities of texts with an exported student.

Reads --text, files or standard input, and writes a line of JSON a text, or CoNLL, as soon as each
text is tagged. Many texts are shared by all cores. A .tflite model needs no TensorFlow.

  bioner_kd tag --model=saved_models/demo/export --text="Cisplatin causes hearing loss."
  zcat abstracts.txt.gz | bioner_kd tag --model=saved_models/demo/export > entities.jsonl
  bioner_kd tag --model=saved_models/demo/export --input=text --format=conll letter.txt
"""

from bioner_kd.cli import tag
from bioner_kd.cli.program import Program

PROGRAM = Program(__doc__, tag.tag_texts, (tag.TAG,), takes_files=True, stopped="Stopped.")
