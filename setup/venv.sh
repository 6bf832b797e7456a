#!/bin/sh
# Make .venv if there is none, and install this project into it: `sh setup/venv.sh EXTRAS`.
# An environment of its own: nothing of the system's Python is changed, and the versions are those that the
# tests ran with (constraints.txt).
set -eu

extras=$1

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "setup: no Python 3.11 or later found; install one, or name it: make setup PYTHON=/path/to/python3" >&2
    return 1
}

# An environment whose Python was removed or replaced is of no use; neither is one without pip.
if ! { new_enough .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; }; then
    python=$(find_python)
    rm -rf .venv
    # Debian keeps a part of Python's own venv in a package apart.
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package=$("$python" -c 'import sys; print(f"python3.{sys.version_info[1]}-venv")')
        sh setup/debian.sh "Python's venv is missing" "$package"
    fi
    "$python" -m venv .venv
fi

echo "setup: installing the packages of [$extras] into .venv"
# Errors only: what pip warns about is the machine's business.
.venv/bin/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt --editable ".[$extras]"
