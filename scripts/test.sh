#!/usr/bin/env bash
# Sets up .venv and runs every test.
set -euo pipefail

HELP='usage: bash scripts/test.sh [--help] [PYTEST ARGUMENT…]

Sets up .venv (see scripts/set_up.sh --help) and runs every test, or what the arguments select:
  bash scripts/test.sh -m "not slow"           without the tests that take more than 5 seconds
  bash scripts/test.sh tests/corpus -k offset  some of them
  bash scripts/test.sh -n 0 -s                 in one process, with what they print

The tests run in a process for each core, in four at most.'

case ${1:-} in
  -h | --help)
    echo "$HELP"
    exit 0
    ;;
esac

. "$(dirname -- "${BASH_SOURCE[0]}")/set_up.sh"
set_up dev
cd "$ROOT"
# A file's tests share a process: many share what takes long to make.
exec "$PYTHON" -m pytest -n auto --maxprocesses=4 --dist=loadfile "$@"
