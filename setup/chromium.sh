#!/bin/sh
# See to it that the tests find a Chromium to drive. Playwright would bring one of its own; it is kept from that: the
# browser comes from Debian, like all else that no wheel brings along.
set -eu

there() {
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
        command -v google-chrome >/dev/null 2>&1
}

if ! there; then
    sh setup/debian.sh "the tests need a Chromium" chromium
    there
fi
