"""What the API takes for an e-mail, the mailer can send: nobody hears of a bad character only once it is too late."""

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.invoice_service.api.bodies.emails import EmailBody
from services.mailer.message import compose
from shared.contracts.commands import Mailbox, Recipient, SendEmail
from tests.unit.mailer.commands import send_email

BODY = TypeAdapter(EmailBody)
# Few letters, so that those that matter are met often.
AWKWARD = st.text(
    st.sampled_from(
        'aé€=?\\"<>@,;:()[] \t\r\n\x00\x1f\x7f\x85\x9f\u2028\u2029\u202e\u2066\u2069\ufeff\U0001f5a8'
    ),
    max_size=500,
)


def taken(subject: str, name: str) -> SendEmail | None:
    """The command of what the API takes, as the invoice service would make it."""
    sent = {"to": [{"name": name, "email": "a@client.example"}], "subject": subject, "body": "x"}
    try:
        body = BODY.validate_python({**sent, "from": {"name": name, "email": "b@shop.example"}})
    except ValidationError:
        return None
    assert body.from_ is not None
    sender = Mailbox(name=body.from_.name, email=body.from_.email)
    recipients = (Recipient(role="to", name=one.name, email=one.email) for one in body.to)
    return send_email(*recipients, subject=body.subject, sender=sender)


@given(AWKWARD | st.text(min_size=1, max_size=500), AWKWARD | st.text(max_size=200))
def test_whatever_the_api_takes_makes_a_mail(subject: str, name: str) -> None:
    command = taken(subject, name)
    if command is not None:
        compose(command, [])


def test_the_longest_of_all_is_taken_and_makes_a_mail() -> None:
    command = taken("é" * 500, "é" * 200)
    assert command is not None
    assert max(map(len, compose(command, []).content.split(b"\r\n"))) <= 78
