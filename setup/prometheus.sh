#!/bin/sh
# See to it that the tests find promtool, which checks and plays the alert rules. It is unpacked into .venv, not
# installed: the package would start a Prometheus, now and at every boot.
set -eu

folder=.venv/prometheus

if ! command -v promtool >/dev/null 2>&1 && ! [ -x "$folder/promtool" ]; then
    sh setup/debian.sh --into "$folder/package" "the tests need promtool" prometheus
    mv "$folder/package/usr/bin/promtool" "$folder/promtool"
    rm -rf "$folder/package"
fi
