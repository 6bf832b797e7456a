import asyncio
import email
import email.policy
import errno
import os
import stat
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from services.standalone.mailbox import Mailbox, mailbox


def letter(subject: str = "Facture 00004", message_id: str | None = "<a.1@shop.example>") -> EmailMessage:
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = "shop@shop.example"
    message["To"] = "client@client.example"
    message["Subject"] = subject
    if message_id is not None:
        message["Message-ID"] = message_id
    message.set_content("Bonjour,\n.un point au début\n\nà bientôt\n")
    return message


async def send(box: Mailbox, message: EmailMessage, *recipients: str) -> str:
    async with aiosmtplib.SMTP(hostname=box.host, port=box.port, start_tls=False) as client:
        refused, answer = await client.send_message(
            message, sender="shop@shop.example", recipients=recipients or ["client@client.example"]
        )
    assert refused == {}
    return answer


def read(file: Path) -> EmailMessage:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.SMTP)
    assert isinstance(message, EmailMessage)
    return message


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


async def test_what_was_sent_is_filed_byte_for_byte_under_its_envelope(tmp_path: Path) -> None:
    sent = letter()
    async with mailbox(tmp_path / "outbox") as box:
        answer = await send(box, sent, "client@client.example", "blind@client.example")

        (file,) = box.files()

    assert answer == "2.0.0 filed"
    trace, _, rest = file.read_bytes().partition(b"From: ")
    assert b"From: " + rest == sent.as_bytes()
    assert trace == (
        b"Return-Path: <shop@shop.example>\r\n"
        b"X-Envelope-To: <client@client.example>,\r\n <blind@client.example>\r\n"
    )
    assert read(file)["Subject"] == "Facture 00004"
    assert file.name.endswith("Z-a.1@shop.example.eml")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_the_same_message_twice_is_two_files_in_order_of_receipt(tmp_path: Path) -> None:
    async with mailbox(tmp_path) as box:
        for subject in ("one", "two", "three"):
            await send(box, letter(subject))
        await send(box, letter("one"))

        assert [read(file)["Subject"] for file in box.files()] == ["one", "two", "three", "one"]


async def test_a_domain_that_can_not_exist_is_refused_and_the_others_get_theirs(tmp_path: Path) -> None:
    async with mailbox(tmp_path) as box:
        async with aiosmtplib.SMTP(hostname=box.host, port=box.port, start_tls=False) as client:
            refused, _ = await client.send_message(
                letter(), recipients=["client@client.example", "client@Nowhere.INVALID"]
            )

        (file,) = box.files()

    assert {address: answer.code for address, answer in refused.items()} == {"client@Nowhere.INVALID": 550}
    assert b"X-Envelope-To: <client@client.example>\r\n" in file.read_bytes()


async def test_many_senders_at_once_lose_nothing(tmp_path: Path) -> None:
    async with mailbox(tmp_path) as box:
        await asyncio.gather(*(send(box, letter(str(number))) for number in range(30)))

        assert {read(file)["Subject"] for file in box.files()} == {str(number) for number in range(30)}


@pytest.mark.parametrize(
    ("message_id", "part"),
    [
        (None, "no-id"),
        ("<../../etc/passwd>", "etc_passwd"),
        ("<a b\\c:d*e@x>", "a_b_c_d_e@x"),
        ("<" + "n" * 60 + "@" + "m" * 60 + ">", "n" * 60 + "@" + "m" * 39),
    ],
)
async def test_a_message_id_can_not_lead_out_of_the_folder(
    tmp_path: Path, message_id: str | None, part: str
) -> None:
    message = letter(message_id=None)
    if message_id is not None:
        message.policy = email.policy.compat32
        message["Message-ID"] = message_id
    async with mailbox(tmp_path / "outbox") as box:
        async with aiosmtplib.SMTP(hostname=box.host, port=box.port, start_tls=False) as client:
            await client.sendmail("shop@shop.example", ["client@client.example"], message.as_bytes())
        (file,) = box.files()

    assert file.name.partition("Z-")[2] == f"{part}.eml"
    assert names_in(tmp_path) == ["outbox"]


async def test_an_address_beyond_ascii_is_kept(tmp_path: Path) -> None:
    message = letter()
    del message["To"]
    message["To"] = "élodie@client.example"
    async with mailbox(tmp_path) as box:
        await send(box, message, "élodie@client.example")
        (file,) = box.files()

    assert "X-Envelope-To: <élodie@client.example>\r\n".encode() in file.read_bytes()


async def test_a_control_character_in_an_address_adds_no_header(tmp_path: Path) -> None:
    async with mailbox(tmp_path) as box:
        reader, writer = await asyncio.open_connection(box.host, box.port)
        for line in (
            b"EHLO here\r\n",
            b"MAIL FROM:<shop@shop.example>\r\n",
            b'RCPT TO:<"a\rBcc: evil"@client.example>\r\n',
            b"RCPT TO:<client@client.example>\r\n",
            b"DATA\r\n",
            b"Subject: x\r\n\r\nbody\r\n.\r\nQUIT\r\n",
        ):
            writer.write(line)
        conversation = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()
        (file,) = box.files()

    assert "250 2.0.0 filed" in conversation
    assert set(read(file).keys()) == {"Return-Path", "X-Envelope-To", "Subject"}


async def test_the_answer_comes_only_when_file_and_folder_are_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    async with mailbox(tmp_path) as box:
        await send(box, letter())

        assert len(synced) == 2
        assert Path(synced[0]).name.startswith(".unfinished-")
        assert synced[1] == str(tmp_path)


async def test_a_full_disk_makes_the_sender_try_again_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    async with mailbox(tmp_path) as box:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(aiosmtplib.SMTPDataError) as caught:
                await send(box, letter())
        assert caught.value.code == 451
        assert names_in(tmp_path) == []

        await send(box, letter())
        assert len(box.files()) == 1


async def test_a_fault_of_ours_is_temporary_for_the_sender(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: Mailbox, _content: bytes) -> Path:
        raise ZeroDivisionError

    monkeypatch.setattr(Mailbox, "_file", broken)
    async with mailbox(tmp_path) as box:
        with pytest.raises(aiosmtplib.SMTPDataError) as caught:
            await send(box, letter())
    assert (caught.value.code, caught.value.message) == (451, "4.3.0 local error")


async def test_two_messages_of_one_instant_both_get_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.hardlink_to
    taken = iter([True, False])

    def hardlink_to(self: Path, target: Path) -> None:
        if next(taken):
            raise FileExistsError(errno.EEXIST, "file exists")
        real(self, target)

    monkeypatch.setattr(Path, "hardlink_to", hardlink_to)
    async with mailbox(tmp_path) as box:
        await send(box, letter())
        assert len(box.files()) == 1


async def test_what_a_crash_left_half_written_is_removed_and_messages_are_kept(tmp_path: Path) -> None:
    (tmp_path / ".unfinished-abc").write_bytes(b"Subject: ha")
    kept = tmp_path / "20260101T000000.000000Z-x.eml"
    kept.write_bytes(b"Subject: kept\r\n")

    async with mailbox(tmp_path) as box:
        assert box.files() == [kept]

    assert names_in(tmp_path) == [kept.name]


async def test_it_closes_though_a_client_stays_connected(tmp_path: Path) -> None:
    async with mailbox(tmp_path) as box:
        reader, writer = await asyncio.open_connection(box.host, box.port)
        assert (await reader.readline()).startswith(b"220 localhost ")

    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(box.host, box.port)


async def test_a_message_cut_off_before_its_end_is_not_filed(tmp_path: Path) -> None:
    async with mailbox(tmp_path) as box:
        reader, writer = await asyncio.open_connection(box.host, box.port)
        writer.write(
            b"EHLO here\r\nMAIL FROM:<a@shop.example>\r\nRCPT TO:<b@client.example>\r\nDATA\r\nSubject: x\r\n"
        )
        await writer.drain()
        while not (await reader.readline()).startswith(b"354"):
            pass
        writer.close()
        await writer.wait_closed()
        await send(box, letter())

        (file,) = box.files()
    assert read(file)["Subject"] == "Facture 00004"


async def test_the_wanted_port_is_taken_or_the_start_fails(tmp_path: Path) -> None:
    async with mailbox(tmp_path / "one") as box:
        with pytest.raises(OSError, match="address already in use"):
            async with mailbox(tmp_path / "two", box.port):
                raise AssertionError("two on one port")
        port = box.port

    async with mailbox(tmp_path / "three", port) as again:
        assert again.port == port
