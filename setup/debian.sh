#!/bin/sh
# Install Debian packages, or say how: `sh setup/debian.sh WHY PACKAGE...`.
# Everything that changes the system outside this folder goes through here, so that it is seen and said once.
set -eu

why=$1
shift

if ! command -v apt-get >/dev/null 2>&1; then
    echo "setup: $why; this system has no apt-get. Install what corresponds to the Debian packages: $*" >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
else
    echo "setup: $why; run this as root, then try again: apt-get install $*" >&2
    exit 1
fi

echo "setup: $why; installing from Debian: $*"
export DEBIAN_FRONTEND=noninteractive
# The list of packages may be old, or absent in a fresh image.
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null
