#!/bin/sh
# See to it that the tests find a RabbitMQ to start. They run private brokers, with ports, folders and names
# of their own; a broker that runs on this machine already is neither needed nor touched.
set -eu

installed() {
    # Debian keeps the script that doesn't switch users outside PATH; the one in PATH is for root.
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || [ -x /opt/rabbitmq/sbin/rabbitmq-server ] ||
        command -v rabbitmq-server >/dev/null 2>&1
}

if ! installed; then
    sh setup/debian.sh "the tests need a RabbitMQ" rabbitmq-server
    # The package starts a system broker, now and at every boot. We installed it, nobody needs it: stop it.
    if command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ]; then
        as_root=$([ "$(id -u)" -eq 0 ] || echo sudo)
        $as_root systemctl disable --now --quiet rabbitmq-server
    fi
    installed
fi
