"""A private Postfix on the loopback interface: own folder, own port, own settings, and mailboxes to look into.

Debian's own binaries, installed or unpacked into .venv by `make setup-test`. Nothing of a Postfix that this machine
may run is read or touched. Its master starts as root, and nothing else of it: whoever isn't root can't run this.
"""

import email.policy
import grp
import os
import pwd
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
import trustme

from tests.support.ports import stable_port
from tests.support.processes import ROOT

HOST = "127.0.0.1"
DOMAIN = "client.example"
MAILBOXES = ("a", "b", "c", "émile")
_PLACES = (ROOT / ".venv/postfix/usr", Path("/usr"))
_START_SECONDS = 30
_POLL_SECONDS = 0.02
# Accounts that every Debian has: one that Postfix works as, one that mail belongs to, a group for its public sockets.
_OWNER, _NOBODY, _GROUP = "mail", "nobody", "daemon"
_QUEUES = [
    "active",
    "bounce",
    "corrupt",
    "defer",
    "deferred",
    "flush",
    "hold",
    "incoming",
    "private",
    "saved",
    "trace",
]
# The master changes users, and so forgets whom to die with. Whoever keeps it reads from us until we are gone; it is a
# group of its own, by which it ends its children.
_KEEPER = 'setsid "$0" -d -c "$1" & read -r _; kill "$!"; wait "$!"'

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = {usr}/lib/postfix/sbin
command_directory = {usr}/sbin
shlib_directory = {usr}/lib/postfix
meta_directory = {folder}/etc
mail_owner = {owner}
setgid_group = {group}
default_privs = {nobody}
import_environment = MAIL_CONFIG LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME LD_LIBRARY_PATH
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mail.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_auth_destination, reject
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = {folder}/server.pem
default_transport = error:no mail leaves this machine
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {mailboxes} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class PostfixFailed(Exception):
    """Postfix is not there, or did not start."""


class Postfix:
    """One Postfix. `ca_file`: who vouches for its certificate."""

    def __init__(self, folder: Path) -> None:
        self.port = stable_port()
        self.ca_file = folder / "authority.pem"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._lay_out()

    def start(self) -> None:
        """Start it, and wait until it takes mail."""
        usr = _usr()
        libraries = [usr / "lib/postfix", *(usr / "lib").glob("*-linux-gnu*")]
        master = usr / "lib/postfix/sbin/master"
        with (self._folder / "console").open("ab") as output:
            self._process = subprocess.Popen(
                ["sh", "-c", _KEEPER, str(master), str(self._folder / "etc")],
                env={"PATH": "/usr/bin:/bin", "LANG": "C", "LD_LIBRARY_PATH": ":".join(map(str, libraries))},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._greets():
            if time.monotonic() > deadline:
                raise PostfixFailed(self.log())
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Stop it with all its processes."""
        if self._process is not None:
            self._process.communicate(timeout=20)

    def mailbox(self, name: str) -> list[EmailMessage]:
        """The mails in a mailbox, oldest first, parsed."""
        parser = BytesParser(policy=email.policy.default)
        return [parser.parsebytes(content) for content in self.contents(name)]

    def contents(self, name: str) -> list[bytes]:
        """The same as they lie there: with line feeds, and Postfix's own headers in front."""
        files = sorted(
            (self._folder / "mail" / name / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns
        )
        return [file.read_bytes() for file in files]

    def log(self) -> str:
        """What it wrote."""
        files = [self._folder / "console", self._folder / "log"]
        return "\n".join(file.read_text(errors="replace") for file in files if file.exists())

    def _greets(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=5) as client:
                client.sendall(b"QUIT\r\n")
                return client.recv(3) == b"220"
        except OSError:
            return False

    def _lay_out(self) -> None:
        folder, owner, nobody = self._folder, pwd.getpwnam(_OWNER), pwd.getpwnam(_NOBODY)
        folder.chmod(0o755)
        for name in ("etc", "queue", "data", "mail"):
            (folder / name).mkdir()
        os.chown(folder / "mail", nobody.pw_uid, nobody.pw_gid)
        os.chown(folder / "data", owner.pw_uid, 0)
        (folder / "data").chmod(0o700)
        for name in _QUEUES:
            (folder / "queue" / name).mkdir(mode=0o700)
            os.chown(folder / "queue" / name, owner.pw_uid, 0)
        (folder / "queue/pid").mkdir()
        (folder / "queue/maildrop").mkdir()
        (folder / "queue/public").mkdir(mode=0o710)
        os.chown(folder / "queue/public", owner.pw_uid, grp.getgrnam(_GROUP).gr_gid)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca_file))
        authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
        values = {
            "folder": folder,
            "usr": _usr(),
            "owner": _OWNER,
            "group": _GROUP,
            "nobody": _NOBODY,
            "uid": nobody.pw_uid,
            "gid": nobody.pw_gid,
            "domain": DOMAIN,
            "mailboxes": " ".join(f"{name}@{DOMAIN}={name}/" for name in MAILBOXES),
        }
        (folder / "etc/main.cf").write_text(_MAIN.format_map(values), encoding="utf-8")
        (folder / "etc/master.cf").write_text(_MASTER.format(port=self.port), encoding="utf-8")


def _usr() -> Path:
    found = next((place for place in _PLACES if (place / "lib/postfix/sbin/master").exists()), None)
    if found is None:
        raise PostfixFailed("there is no Postfix: run `make setup-test`")
    return found


@contextmanager
def running_postfix() -> Iterator[Postfix]:
    """A Postfix that is up while inside."""
    with tempfile.TemporaryDirectory(prefix="factures-postfix-", ignore_cleanup_errors=True) as folder:
        server = Postfix(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    """A Postfix for one module's tests."""
    if os.geteuid() != 0:
        pytest.skip("Postfix's master starts as root only, whoever it then works as")
    with running_postfix() as server:
        yield server
