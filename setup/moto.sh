#!/bin/sh
# See to it that the tests find an S3-compatible server to start: moto's, in an environment of its own, for what it
# depends on contradicts what we do.
set -eu

moto=.venv/moto
wanted=$(sha256sum setup/moto.txt | cut -c1-16)
if ! [ -f "$moto/.ready-$wanted" ]; then
    echo "setup: the tests need an S3-compatible server; installing moto into $moto"
    rm -rf "$moto"
    .venv/bin/python -m venv "$moto"
    "$moto/bin/python" -m pip install -qq --disable-pip-version-check --requirement setup/moto.txt
    touch "$moto/.ready-$wanted"
fi
