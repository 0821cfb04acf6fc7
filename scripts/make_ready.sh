#!/usr/bin/env bash
# Makes a student like a ready one of saved_models/, from the corpus and plain text to its export.
set -euo pipefail

HELP='usage: bash scripts/make_ready.sh CORPUS TEXT VECTOR_TEXT

Makes saved_models/disease_chemical_bilstm (CORPUS is bc5cdr) or saved_models/disease_bilstm (CORPUS is
ncbi_disease) again, as saved_models/CORPUS/ready_export: word vectors, teacher, its logits, student,
export, with the flags of flags/ready/. One to two hours on 2 cores. What is finished already is kept,
so that a stopped run goes on when the same command is given again.

  CORPUS       bc5cdr or ncbi_disease, in corpora/ as scripts/download_corpus.py puts it there
  TEXT         files of plain text for the teacher to label, one sentence a line: a.txt.xz,b.txt
  VECTOR_TEXT  files of plain text to train word vectors on'

case ${1:-} in
  -h | --help)
    echo "$HELP"
    exit 0
    ;;
esac

. "$(dirname -- "${BASH_SOURCE[0]}")/set_up.sh"

run_program() { # run_program PROGRAM FLAG…
  printf '$ python scripts/%s.py' "$1"
  printf ' %q' "${@:2}"
  printf '\n'
  "$PYTHON" "scripts/$1.py" "${@:2}"
}

unless() { # unless PATH PROGRAM FLAG…: a finished folder or file is left alone
  if [ -e "$1" ]; then
    echo "$1 is there already."
  else
    run_program "${@:2}"
  fi
}

from_here() { # from_here FILES: a.txt,b.txt as names that hold in any folder
  local file files=
  while IFS= read -rd, file; do
    case $file in
      /* | '') files+=,$file ;;
      *) files+=,$PWD/$file ;;
    esac
  done <<< "$1,"
  printf '%s\n' "${files#,}"
}

if [ $# -ne 3 ]; then
  fail 'three arguments are needed, CORPUS TEXT VECTOR_TEXT; see --help' || exit 2
fi
if [ ! -d "$ROOT/flags/ready/$1" ]; then
  fail "CORPUS is $1; it must be bc5cdr or ncbi_disease; see --help" || exit 2
fi
text=$(from_here "$2")
vector_text=$(from_here "$3")
set_up demo
cd "$ROOT"
flags=flags/ready/$1
folder=saved_models/$1
if [ -e "$folder/teacher" ] && ! grep -qxe --teacher=minilm "$folder/teacher/run.cfg"; then
  fail "$folder/teacher was not made of MiniLM, as the ready student's was; move it away"
fi
unless saved_models/vectors.bin train_vectors --flagfile=flags/ready/train_vectors.cfg --text="$vector_text"
unless "$folder/teacher" finetune_teacher --flagfile="$flags/finetune_teacher.cfg"
# The cache may have grown beyond what this student asks for, and nothing else here needs it.
unless "$folder/ready_student" cache_logits --flagfile="$flags/cache_logits.cfg" --text="$text"
unless "$folder/ready_student" distill --flagfile="$flags/distill.cfg"
unless "$folder/ready_export" export --flagfile="$flags/export.cfg"
