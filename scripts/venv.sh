#!/bin/sh
# Makes a virtual environment, or leaves a sound one as it is.
#   scripts/venv.sh PYTHON FOLDER
set -eu
python=$1 folder=$2

fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

if "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi
command -v "$python" >/dev/null || fail "$python not found. Install Python 3.11 or newer, or name one: make PYTHON=python3.12 ..."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Python 3.11 or newer is needed, $python is $("$python" --version 2>&1). Name another: make PYTHON=python3.12 ..."
"$python" -m venv --clear "$folder" ||
    fail "$python could not make an environment in $folder. On Debian and Ubuntu: apt-get install python3-venv"
