import email.policy
from collections.abc import Callable
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mailer import headers
from services.mailer.headers import UnsafeHeader

FORBIDDEN = ["\r", "\n", "\r\nBcc: evil@x.example", "\x00", "\x7f", "\x85", "\u2028", "\u202e", "\u2066"]


def read_back(field: str, value: str) -> str:
    message = BytesParser(policy=email.policy.default).parsebytes(f"{field}: {value}\r\n\r\n".encode())
    assert message.keys() == [field]
    assert not message[field].defects
    return str(message[field])


@pytest.mark.parametrize("bad", FORBIDDEN)
@pytest.mark.parametrize(
    "make",
    [
        lambda value: headers.text("Subject", value),
        lambda value: headers.mailbox("To", value, "a@x.example"),
        lambda value: headers.envelope_address("To", f"a{value}@x.example"),
        lambda value: headers.envelope_address("To", f"a@x{value}.example"),
        lambda value: headers.message_id(f"<a{value}@x.example>"),
        lambda value: headers.content_type(f"application/pdf{value}"),
        lambda value: headers.attachment(f"a{value}.pdf"),
    ],
    ids=["subject", "name", "local part", "domain", "message id", "content type", "file name"],
)
def test_no_value_may_hold_a_control_character(make: Callable[[str], str], bad: str) -> None:
    with pytest.raises(UnsafeHeader):
        make(f"before{bad}after")


def test_the_error_does_not_repeat_the_value() -> None:
    with pytest.raises(UnsafeHeader) as caught:
        headers.text("Subject", "secret\r\nBcc: x")
    assert "secret" not in str(caught.value)
    assert (caught.value.field, caught.value.why) == ("Subject", "has a control character")


@pytest.mark.parametrize(
    "value",
    [
        "Facture 00004",
        "Facture 00004 — 1 577,31 $ à échéance",
        "=?utf-8?q?a=0ABcc=3A_evil=40x.example?=",
        "long " * 40 + "=?utf-8?q?a=0ABcc=3A_evil=40x.example?=",
        "Prix=?",
        "  spaces around  ",
        "שלום",
        "🧾" * 60,
        "x" * 255,
    ],
)
def test_a_subject_is_read_back_as_it_was_written(value: str) -> None:
    assert read_back("Subject", headers.text("Subject", value)) == value


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"]), max_size=255))
def test_any_subject_is_read_back_as_it_was_written(value: str) -> None:
    encoded = headers.text("Subject", value)
    assert all(len(line) <= headers.MAX_LINE for line in encoded.split("\r\n"))
    assert "\n" not in encoded.replace("\r\n ", "")
    assert read_back("Subject", encoded) == value


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(UnsafeHeader, match="longer than 255"):
        headers.text("Subject", "x" * 100_000)


@pytest.mark.parametrize(
    "name",
    [
        "Émile Côté",
        "Untel, Imprimerie",
        'Jean "le grand" Untel',
        "back\\slash",
        "a@b.example",
        "Côté, Émile <pas@moi.example>",
        "=?utf-8?q?x=0ABcc=3Ay?=",
        "Élise, " * 20,
    ],
)
def test_a_name_stays_a_name(name: str) -> None:
    value = headers.mailbox("To", name, "a@client.example")
    message = BytesParser(policy=email.policy.default).parsebytes(f"To: {value}\r\n\r\n".encode())
    assert [one.addr_spec for one in message["To"].addresses] == ["a@client.example"]
    [(written, address)] = getaddresses([value])
    assert address == "a@client.example"
    # Python's newer parser puts spaces between the encoded words of a long name; RFC 2047 says to drop them.
    assert str(make_header(decode_header(written))) == name


def test_without_a_name_there_is_only_the_address() -> None:
    assert headers.mailbox("To", "", "a@client.example") == "a@client.example"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("a.b+c@client.example", "a.b+c@client.example"),
        ("o'neil@client.example", "o'neil@client.example"),
        ("a@imprimerie-québec.example", "a@xn--imprimerie-qubec-nqb.example"),
        ("émile@client.example", "émile@client.example"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_addresses_for_the_envelope(address: str, expected: str) -> None:
    assert headers.envelope_address("To", address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@client.example",
        "a@",
        "a b@client.example",
        "<a@client.example>",
        "a@client.example>",
        "a@client.example, b@client.example",
        "a;b@client.example",
        '"a b"@client.example',
        "a@b@client.example",
        "a@-client.example",
        "a@client..example",
        "a@[127.0.0.1]",
        "a@client.example SIZE=1",
        "=?utf-8?q?a?=@client.example",
        "x" * 65 + "@client.example",
        "a@" + "x" * 64 + ".example",
        "a@" + "x." * 150 + "example",
    ],
)
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(UnsafeHeader):
        headers.envelope_address("To", address)


def test_only_a_local_part_beyond_ascii_needs_smtputf8() -> None:
    assert headers.needs_smtputf8(headers.envelope_address("To", "émile@client.example"))
    assert not headers.needs_smtputf8(headers.envelope_address("To", "emile@québec.example"))


@pytest.mark.parametrize("value", ["<a.b@x.example>", "a.b@x.example"])
def test_a_message_id_gets_its_brackets(value: str) -> None:
    assert headers.message_id(value) == "<a.b@x.example>"


@pytest.mark.parametrize(
    "value", ["", "a", "<a b@x.example>", "<a@x.example> <b@x.example>", "<é@x.example>"]
)
def test_what_is_not_a_message_id_is_refused(value: str) -> None:
    with pytest.raises(UnsafeHeader):
        headers.message_id(value)


@pytest.mark.parametrize("value", ["pdf", "application/pdf; name=x", "application/", "a/b/c", ""])
def test_what_is_not_a_content_type_is_refused(value: str) -> None:
    with pytest.raises(UnsafeHeader):
        headers.content_type(value)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Facture 00004.pdf", "Facture 00004.pdf"),
        ("Facture à échéance.pdf", "Facture à échéance.pdf"),
        ('say "x".pdf', 'say "x".pdf'),
        ("../../etc/passwd", "-..-etc-passwd"),
        ("C:\\a.pdf", "C:-a.pdf"),
        ("=?utf-8?q?a?=.pdf", "=?utf-8?q?a?=.pdf"),
        ("x" * 80 + ".pdf", "x" * 80 + ".pdf"),
    ],
)
def test_file_names(name: str, expected: str) -> None:
    raw = f"Content-Type: application/pdf\r\nContent-Disposition: {headers.attachment(name)}\r\n\r\n"
    message = BytesParser(policy=email.policy.default).parsebytes(raw.encode())
    assert message.get_content_disposition() == "attachment"
    assert message.get_filename() == expected


@pytest.mark.parametrize("name", ["", " ", ".."])
def test_a_file_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(UnsafeHeader, match="no name"):
        headers.attachment(name)
