# Fetches Python 3.11 by uv, for a machine that has no Python that serves. scripts/set_up.sh sources this file.

# Everything that is fetched: uv in tool/, Python in python/.
FETCHED=$ROOT/.uv

# Prints the fetched Python. Its path is noted when it is whole, and holds for this folder alone.
fetched_python() {
  local python
  python=$(cat "$FETCHED/python.whole" 2>/dev/null) || return 1
  case $python in "$FETCHED/python/"*) ;; *) return 1 ;; esac
  [ "$(ask_python "$python")" = 3.11 ] && echo "$python"
}

# Puts uv's wheel into FETCHED/tool.part. pip comes first, because it knows its user's settings.
unpack_uv() { # unpack_uv PYTHON
  local part=$FETCHED/tool.part
  rm -rf "$part"
  # An installation into a folder is neither one of a user nor one that a system's package manager forbids.
  ! PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 "$1" -m pip install --disable-pip-version-check --no-input \
    --no-deps --only-binary=:all: --target "$part" 'uv>=0.8' || return 0
  rm -rf "$part"
  "$1" "$ROOT/scripts/set_up/fetch_uv.py" "$part"
}

# The folder gets its name when uv runs from it: an interrupted fetch leaves tool.part alone.
fetch_uv() {
  local python log=$FETCHED/uv.log
  for python in python3 python3.{14,13,12,11,10} python; do
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 7))' >/dev/null 2>&1 </dev/null || continue
    echo 'Fetching uv from the Python package index …' >&2
    if unpack_uv "$python" >"$log" 2>&1 </dev/null && "$FETCHED/tool.part/bin/uv" --version >>"$log" 2>&1; then
      rm -rf "$FETCHED/tool" && mv "$FETCHED/tool.part" "$FETCHED/tool"
      return
    fi
    tail -n 1 "$log" >&2
    fail "uv could not be fetched from the Python package index (behind a proxy set HTTPS_PROXY, with an index
of your own PIP_INDEX_URL); the whole log is $log"
    return 1
  done
  fail 'uv is not installed, and there is no Python to fetch uv with.'
}

# Prints a uv that runs: the installed one or ours.
find_uv() {
  local uv
  for uv in uv "$FETCHED/tool/bin/uv"; do
    ! "$uv" --version >/dev/null 2>&1 </dev/null || { echo "$uv" && return 0; }
  done
  return 1
}

# Prints the Python that uv installs in the project folder. No link to it is put anywhere else.
fetch_python() {
  local uv python
  ! fetched_python || return 0
  printf 'No Python 3.10 or 3.11 with venv was found. Fetching Python 3.11 into %s …\n' "$FETCHED" >&2
  mkdir -p "$FETCHED" || return 1
  find_uv >/dev/null || fetch_uv || return 1
  uv=$(find_uv) || return 1
  rm -rf "$FETCHED/python" "$FETCHED/python.whole" || return 1
  if ! UV_PYTHON_INSTALL_DIR="$FETCHED/python" UV_PYTHON_INSTALL_BIN=0 "$uv" python install 3.11 </dev/null >&2; then
    fail "uv could not install Python 3.11; its message is above. Where GitHub cannot be reached, a mirror may be
named by UV_PYTHON_INSTALL_MIRROR."
    return 1
  fi
  for python in "$FETCHED"/python/cpython-3.11*/bin/python3.11; do
    [ "$(ask_python "$python")" = 3.11 ] || continue
    echo "$python" >"$FETCHED/python.whole" && echo "$python"
    return
  done
  fail "uv reports that it installed Python 3.11, but none in $FETCHED/python runs."
}
