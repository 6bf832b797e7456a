#!/bin/sh
# Install Debian packages, or say how: `sh setup/debian.sh [--into FOLDER] WHY PACKAGE...`.
# With --into they are unpacked there, with what they need that this system lacks: nothing of them runs, and nothing
# that is installed gives way to them.
# Everything that changes the system outside this folder goes through here, so that it is seen and said once.
set -eu

folder=
if [ "$1" = --into ]; then
    folder=$2
    shift 2
fi
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

if [ -n "$folder" ]; then how="unpacking into $folder"; else how=installing; fi
echo "setup: $why; $how from Debian: $*"
export DEBIAN_FRONTEND=noninteractive
# The list of packages may be old, or absent in a fresh image.
$as_root apt-get update -qq
install="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends"
if [ -z "$folder" ]; then
    $install install "$@" >/dev/null
else
    archives=$PWD/$folder/archives
    mkdir -p "$archives/partial"
    # apt gives up root to download, where it may: here it would be refused.
    $install -o APT::Sandbox::User=root -o Dir::Cache::archives="$archives" --download-only install "$@" >/dev/null
    for archive in "$archives"/*.deb; do
        dpkg-deb --extract "$archive" "$folder"
    done
    $as_root rm -rf "$archives"
fi
