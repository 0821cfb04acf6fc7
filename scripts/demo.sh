#!/usr/bin/env bash
# The whole job on the embedded corpus: a BERT teacher is distilled into a BiLSTM, scored, exported and used.
set -euo pipefail

HELP='usage: bash scripts/demo.sh [--text "…"] [--output FOLDER]

Sets up .venv (see scripts/set_up.sh --help) and runs the programs of this folder one after another,
each with its command line shown: fine-tunes the teacher, caches its logits, trains the student from
scratch and distilled, prints a table of the three, exports the distilled student to SavedModel and
TFLite, tags a sentence with it, and makes a web page that tags text in the browser (the page needs
LiteRT.js, which is fetched once; without a network there is no page). At most 5 minutes on 2 cores, plus installation the first time.

  --text "…"       the sentence to tag
  --output FOLDER  a new or empty folder for everything that is made; saved_models/demo in the project folder
                   where it is not given, which each run makes anew'

. "$(dirname -- "${BASH_SOURCE[0]}")/set_up.sh"

TEXT='Cisplatin-induced hearing loss was more frequent in children with neuroblastoma.'
OUTPUT=''
EMPTY_FIRST=''
STEPS=8
step=0
doing='the command line'

usage_error() {
  fail "$1; see --help" || exit 2
}

parse_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        echo "$HELP"
        exit 0
        ;;
      --text=* | --output=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
      --text | --output)
        case ${2:-} in '' | --*) usage_error "$1 needs a value" ;; esac
        case $1 in
          --text) TEXT=$2 ;;
          --output) OUTPUT=$2 ;;
        esac
        shift 2
        ;;
      *) usage_error "unknown argument \"$1\"" ;;
    esac
  done
}

# A folder that somebody named is never emptied; the default one is the demo's own.
make_output() {
  local folder=${OUTPUT:-$ROOT/saved_models/demo}
  mkdir -p -- "$folder" || fail "the output folder $folder cannot be made; name another" || exit 1
  if [ -n "$OUTPUT" ] && [ -n "$(ls -A -- "$OUTPUT")" ]; then
    fail "--output $OUTPUT is not empty; name a new folder" || exit 1
  fi
  # Absolute, because the programs run in the project folder.
  folder=$(CDPATH='' cd -- "$folder" && pwd)
  [ -n "$OUTPUT" ] || EMPTY_FIRST=$folder
  OUTPUT=$folder
}

interrupted() {
  trap - INT TERM
  printf '\n%s: stopped during %s.\n' "${0##*/}" "$doing" >&2
  exit 130
}

try_step() { # try_step TITLE PROGRAM ARGUMENT…
  step=$((step + 1))
  doing="step $step of $STEPS ($2)"
  printf '\n[%d/%d] %s\n$ %s' "$step" "$STEPS" "$1" "${PYTHON#"$ROOT/"}"
  printf ' %q' "scripts/$2" "${@:3}"
  printf '\n'
  "$PYTHON" "scripts/$2" "${@:3}" </dev/null
}

run_step() { # run_step TITLE PROGRAM ARGUMENT…
  local status=0
  try_step "$@" || status=$?
  [ "$status" -eq 0 ] || fail "$doing failed with exit code $status; its message is above." || exit "$status"
}

run_steps() {
  run_step 'Fine-tune the teacher' finetune_teacher.py --flagfile=flags/demo/finetune_teacher.cfg \
    --output="$OUTPUT/teacher"
  run_step "Cache the teacher's logits" cache_logits.py --flagfile=flags/demo/cache_logits.cfg \
    --teachers="$OUTPUT/teacher" --cache="$OUTPUT/logits"
  run_step 'Train the student from scratch' distill.py --flagfile=flags/demo/distill.cfg \
    --alpha=1 --output="$OUTPUT/scratch"
  run_step 'Distil the teacher into the student' distill.py --flagfile=flags/demo/distill.cfg \
    --cache="$OUTPUT/logits" --output="$OUTPUT/student"
  run_step 'Score all three on the test split' evaluate.py --flagfile=flags/demo/evaluate.cfg \
    --run="teacher=$OUTPUT/teacher" --run="student from scratch=$OUTPUT/scratch" \
    --run="distilled student=$OUTPUT/student" --report="$OUTPUT/scores.json"
  run_step 'Export the distilled student' export.py --flagfile=flags/demo/export.cfg \
    --student="$OUTPUT/student" --output="$OUTPUT/export"
  run_step 'Tag a sentence' tag.py --flagfile=flags/demo/tag.cfg \
    --model="$OUTPUT/export" --text="$TEXT"
  try_step 'Make a web page of it' export.py --flagfile=flags/demo/export.cfg \
    --student="$OUTPUT/student" --output="$OUTPUT/page" --format=web ||
    printf '%s: there is no web page, for the reason above; all else is done.\n' "${0##*/}" >&2
}

parse_options "$@"
trap interrupted INT TERM
make_output
doing='set-up'
set_up demo
cd "$ROOT"
[ -z "$EMPTY_FIRST" ] || rm -rf -- "$EMPTY_FIRST"
mkdir -p "$OUTPUT"
run_steps
printf '\nDone in %d min %02d s. Everything is in %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$OUTPUT"
