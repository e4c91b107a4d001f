#!/bin/sh
# Create the environments from their lock files, unless they are up to date: install.sh [dev [stock]]
# Needs Python 3.11 or later and Python 3.10 (pyenv finds both through .python-version); the rest comes from PyPI.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "tabletalk: $1" >&2
    exit 2
}

find_python() { # LOW HIGH COMMAND...: print the first command that is a Python of at least LOW and below HIGH
    low=$1 high=$2
    shift 2
    for candidate in "$@"; do
        found=$("$candidate" -c "import sys; assert ($low) <= sys.version_info[:2] < ($high); print(sys.executable)" 2>/dev/null) || continue
        echo "$found"
        return 0
    done
    return 1
}

mark() { # print a checksum of the files that an environment is built from
    cat "$@" | cksum
}

export UV_PYTHON_DOWNLOADS=never UV_LINK_MODE="${UV_LINK_MODE:-hardlink}"

locks="requirements.lock pyproject.toml"
[ "${1:-}" = dev ] && locks="$locks requirements-dev.lock"
wanted=$(mark $locks)
made_of=".venv/.made-of${1:+-$1}"
if [ "$(cat "$made_of" 2>/dev/null)" != "$wanted" ]; then
    if [ ! -x .venv/bin/uv ]; then
        python=$(find_python "3, 11" "4, 0" python3 python3.11 python3.12 python3.13) || fail "Python 3.11 or later is missing"
        rm -rf .venv
        "$python" -m venv .venv || fail "$python cannot make virtual environments"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/uv.lock || fail "uv could not be installed"
    fi
    requirements="-r requirements.lock"
    [ "${1:-}" = dev ] && requirements="$requirements -r requirements-dev.lock"
    .venv/bin/uv pip install --quiet -p .venv/bin/python --require-hashes $requirements || fail "our environment could not be installed"
    .venv/bin/uv pip install --quiet -p .venv/bin/python --no-deps --no-build-isolation -e . || fail "the project could not be installed"
    echo "$wanted" >"$made_of"
fi

rasa_environment() { # FOLDER LOCK: create an environment with Rasa, unless it is up to date
    wanted=$(mark "$2")
    [ "$(cat "$1/.made-of" 2>/dev/null)" = "$wanted" ] && return
    python=$(find_python "3, 10" "3, 11" python3.10 "$(.venv/bin/uv python find 3.10 2>/dev/null || echo python3.10)") || fail "Python 3.10 is missing; Rasa needs it (pyenv install 3.10)"
    .venv/bin/uv venv --quiet --allow-existing -p "$python" "$1" || fail "Rasa's environment could not be made"
    .venv/bin/uv pip install --quiet -p "$1/bin/python" --require-hashes -r "$2" || fail "Rasa could not be installed"
    echo "$wanted" >"$1/.made-of"
}

rasa_environment .venv-rasa requirements-rasa.lock
if [ "${2:-}" = stock ]; then # what the benchmarks measure beside
    rasa_environment .venv-stock bench/stock/requirements.lock
fi
