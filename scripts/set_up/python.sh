# shellcheck shell=bash
# Finds Python 3.10 or 3.11, or fetches Python 3.11 by uv. set_up.sh sources this file.

UV_PACKAGE=uv==0.13.9
# Python 3.11 of the project's own. The file "whole" in it names the interpreter, and is written last.
FETCHED=$ROOT/.fetched_python

# Prints "3.11", or "3.11 without-ensurepip" where Debian has split it off. Works with any Python.
ask_python() {
  "$1" -c '
import sys
answer = "%d.%d" % tuple(sys.version_info)[:2]
for module, name in ("venv", "create"), ("ensurepip", "version"):
    try:
        getattr(__import__(module), name)  # a folder that was emptied can be imported
    except (ImportError, AttributeError):
        answer += " without-" + module
        break
print(answer)' 2>/dev/null </dev/null
}

no_python() { # no_python FOUND WITHOUT_VENV
  local version=${2:-3.11}
  if [ -n "$2" ]; then
    printf '%s: Python %s is here, but without the modules venv and ensurepip.\n' "${0##*/}" "$2"
  else
    printf '%s: Python 3.10 or 3.11 is needed (TensorFlow 2.15 has no wheels for others).' "${0##*/}"
    printf ' Found: %s\n' "${1:-no Python at all.}"
  fi
  printf 'There are two ways out. To train and distil, install Python %s:\n' "$version"
  printf '  Debian 12, Ubuntu 22.04:  apt-get install python%s python%s-venv\n' "$version" "$version"
  printf '  later Ubuntu:             add-apt-repository ppa:deadsnakes/ppa, then the same\n'
  printf '  Fedora:                   dnf install python%s\n' "$version"
  printf '  macOS:                    brew install python@%s\n' "$version"
  printf '  any, Debian 13 too:       uv python install %s (docs.astral.sh/uv), or\n' "$version"
  printf '                            conda create -n bioner_kd python=%s\n' "$version"
  printf 'and run the same command again, or BIONER_KD_PYTHON=/path/to/python%s bash %q\n' "$version" "$0"
  printf 'To tag with a ready student, all this is not needed: pip install bioner_kd, in a virtual\n'
  printf 'environment of any Python from 3.10 to 3.14.\n'
} >&2

# Prints the first interpreter that runs and has the right version, a whole one before one without
# ensurepip; where there is none, fetches one. A pyenv shim may exist and not run.
find_python() {
  local candidate answer found='' without_ensurepip='' without_venv=''
  local candidates=(python3.11 python3.10 python3 python)
  [ -z "${BIONER_KD_PYTHON:-}" ] || candidates=("$BIONER_KD_PYTHON")
  for candidate in "${candidates[@]}"; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    answer=$(ask_python "$candidate") || answer='does not run'
    case $answer in
      3.10 | 3.11)
        command -v "$candidate"
        return 0
        ;;
      3.1[01]' without-ensurepip') without_ensurepip=${without_ensurepip:-$candidate} ;;
      3.1[01]' without-venv') without_venv=${without_venv:-${answer%% *}} ;;
    esac
    found+="${found:+, }$candidate ($answer)"
  done
  if [ -n "$without_ensurepip" ]; then
    command -v "$without_ensurepip"
  elif [ -n "${BIONER_KD_PYTHON:-}" ] || ! fetch_python; then
    no_python "${found:-${BIONER_KD_PYTHON:+nothing at BIONER_KD_PYTHON=$BIONER_KD_PYTHON}}" "$without_venv"
    return 1
  fi
}

# Prints the project's own Python 3.11, and fetches it where it is not whole.
fetch_python() {
  local python
  python=$(cat "$FETCHED/whole" 2>/dev/null)
  # A project folder that was moved or copied gets a new one.
  if [ "${python#"$FETCHED/"}" = "$python" ] || [ "$(ask_python "$python")" != 3.11 ]; then
    echo "No Python 3.10 or 3.11 was found. Fetching Python 3.11 by uv into $FETCHED …" >&2
    rm -rf "$FETCHED"
    python=$(install_python) || return 1
    echo "$python" >"$FETCHED/whole"
  fi
  echo "$python"
}

install_python() {
  local uv python
  uv=$(find_uv) || return 1
  # Nothing is written outside of the project folder: no cache, and no link in ~/.local/bin.
  if UV_PYTHON_INSTALL_DIR=$FETCHED UV_PYTHON_INSTALL_BIN=0 UV_NO_CACHE=1 \
    "$uv" python install 3.11 </dev/null >&2; then
    for python in "$FETCHED"/cpython-3.11*/bin/python3.11; do
      [ "$(ask_python "$python")" != 3.11 ] || break
    done
  fi
  rm -rf "$FETCHED/uv"
  if [ "$(ask_python "${python:-}")" != 3.11 ]; then
    fail 'uv could not install Python 3.11. Behind a proxy set HTTPS_PROXY; UV_PYTHON_INSTALL_MIRROR names a mirror.'
    return 1
  fi
  echo "$python"
}

# Prints the uv that is installed, if it is new enough to install Python, or that of the package index.
find_uv() {
  local python uv="$FETCHED/uv/uv-${UV_PACKAGE#*==}.data/scripts/uv"
  if command -v uv >/dev/null && uv python --help >/dev/null 2>&1 </dev/null; then
    command -v uv
    return
  fi
  mkdir -p "$FETCHED/uv" || return 1
  if python=$(any_python); then
    fetch_wheel "$python" "$UV_PACKAGE" "$FETCHED/uv" || return 1
  else
    fetch_uv_without_python || fail 'uv could not be fetched. Without any Python that takes curl or wget,
unzip, sha256sum or shasum, and the network.' || return 1
  fi
  chmod +x "$uv" && echo "$uv"
}

# Prints a Python that can download and unpack a wheel.
any_python() {
  local candidate
  for candidate in python3 python python3.14 python3.13 python3.12; do
    "$candidate" -c 'import hashlib, ssl, sys, urllib.request, zipfile
sys.exit(sys.version_info < (3, 6))' >/dev/null 2>&1 </dev/null || continue
    echo "$candidate"
    return 0
  done
  return 1
}

# Unpacks a wheel: pip downloads it where there is a pip, which knows its own settings best.
fetch_wheel() { # fetch_wheel PYTHON NAME==VERSION FOLDER
  "$1" -m pip download --no-deps --only-binary=:all: --disable-pip-version-check --retries 1 \
    --dest "$3" "$2" >/dev/null 2>&1 </dev/null ||
    "$1" "$ROOT/scripts/set_up/download_wheel.py" "$2" "$3" || return 1
  "$1" -m zipfile -e "$3/${2%%==*}"-*.whl "$3" && rm "$3/${2%%==*}"-*.whl
}

download() { # download URL
  if command -v curl >/dev/null; then curl -fsSL "$1"; else wget -qO- "$1"; fi
}

check_sha256() { # check_sha256 SUM FILE
  if command -v sha256sum >/dev/null; then
    echo "$1  $2" | sha256sum -c
  else
    echo "$1  $2" | shasum -a 256 -c
  fi
} >/dev/null

fetch_uv_without_python() {
  local link system wheel="$FETCHED/uv/uv.whl" index=${PIP_INDEX_URL:-https://pypi.org/simple}
  case $(uname -s) in Linux) system=manylinux_2_17 ;; *) system=macosx ;; esac
  IFS= read -r link < <(download "${index%/}/uv/" |
    grep -oE "https?://[^\"#]*/uv-${UV_PACKAGE#*==}-py3-none-${system}_[^\"#]*$(uname -m)\.[^\"#]*#sha256=[0-9a-f]+") || return 1
  download "${link%%#*}" >"$wheel" && check_sha256 "${link##*=}" "$wheel" || return 1
  unzip -q "$wheel" -d "$FETCHED/uv" && rm "$wheel"
}
