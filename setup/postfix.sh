#!/bin/sh
# See to it that the tests find a Postfix to start: a mail server as shops have it. They run a private one, with a
# port, folders and settings of its own. It is unpacked into .venv, not installed: Debian has one mail server at a
# time, so that installing it would remove the one that this machine may have, and it would begin to serve.
set -eu

folder=.venv/postfix

there() {
    [ -x "$1/usr/lib/postfix/sbin/master" ]
}

if ! there "" && ! there "$folder"; then
    sh setup/debian.sh --into "$folder" "the tests need a Postfix" postfix
    there "$folder"
fi
