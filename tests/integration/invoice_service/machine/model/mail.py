"""PDFs and e-mails: what was asked for, and what the workers answered (domain.md: Life of an invoice, E-mail)."""

from tests.integration.invoice_service.machine.model.world import (
    DRAFT,
    SENT,
    Axis,
    Email,
    Invoice,
    Refused,
    World,
)


def rendering_of(invoice: Invoice) -> Axis:
    """Where the PDF of the current version stands."""
    return invoice.rendering if invoice.rendered_version == invoice.version else Axis()


def ask(invoice: Invoice) -> None:
    """Ask for the PDF of the current version."""
    invoice.rendering, invoice.rendered_version = Axis(state="pending"), invoice.version
    invoice.asked.add(invoice.version)


def retry_render(world: World, ref: str) -> None:
    """POST of render/retry."""
    invoice = world.invoices[ref]
    if rendering_of(invoice).state not in ("failed", "uncertain"):
        raise Refused(409, "nothing_to_retry")
    ask(invoice)
    world.tell(invoice, "render.retried")


def rendered(world: World, ref: str, version: int) -> None:
    """The renderer has made the PDF of a version: what waited for it goes out."""
    invoice = world.invoices[ref]
    invoice.asked.discard(version)
    invoice.documents.add(version)
    if version == invoice.version:
        invoice.rendering, invoice.rendered_version = Axis(state="succeeded"), version
    for email in world.emails:
        email.requested |= email.ref == ref and email.version == version


def render_failed(world: World, ref: str, version: int, code: str) -> None:
    """The PDF of a version can't be made: nobody gets what waited for it."""
    invoice = world.invoices[ref]
    invoice.asked.discard(version)
    more: list[tuple[str, str, str]] = []
    if version == invoice.version and version not in invoice.documents:
        more.append(("rendering", rendering_of(invoice).state, "failed"))
        invoice.rendering, invoice.rendered_version = Axis(state="failed", reason=code), version
    for email in world.emails:
        if (
            email.ref == ref
            and email.version == version
            and email.state == "prepared"
            and not email.requested
        ):
            more.append(("email", "prepared", "refused"))
            email.state = "refused"
            if invoice.latest_email == email.key:
                invoice.delivery = Axis(state="failed", reason="rendering_failed")
    if more:
        world.tell(invoice, "render.failed", *more)


def send(world: World, ref: str, to: list[str]) -> int:
    """POST of an e-mail with the PDF; its key."""
    invoice = world.invoices[ref]
    email = Email(key=world.key(), ref=ref, version=invoice.version, final=invoice.final, to=to)
    email.requested = invoice.version in invoice.documents
    if not email.requested and rendering_of(invoice).state != "pending":
        ask(invoice)
    world.emails.append(email)
    invoice.delivery, invoice.latest_email = Axis(state="pending"), email.key
    world.tell(invoice, "email.prepared", ("to", None, ", ".join(to)))
    return email.key


def answered(world: World, key: int, states: list[str]) -> None:
    """The mailer is done with an e-mail: the state of each recipient."""
    email = next(one for one in world.emails if one.key == key)
    invoice = world.invoices[email.ref]
    was = email.state
    if set(states) == {"sent"}:
        email.state = "sent"
    elif "sent" in states:
        email.state = "partly"
    else:
        email.state = "uncertain" if "uncertain" in states else "refused"
    if "sent" in states:
        if invoice.status == DRAFT and not email.final:
            invoice.status = SENT
        axis = Axis(state="succeeded", reason=None if email.state == "sent" else "partly")
    elif "uncertain" in states:
        axis = Axis(state="uncertain", reason="no_answer")
    else:
        axis = Axis(state="failed", reason="refused")
    if invoice.latest_email == key:
        invoice.delivery = axis
    got = [to for to, state in zip(email.to, states, strict=True) if state == "sent"]
    whom = ", ".join(got or email.to)
    world.tell(invoice, f"email.{email.state}", ("to", None, whom), ("email", was, email.state))
