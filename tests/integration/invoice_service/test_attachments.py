import io
import zipfile

import pytest

from tests.support.invoicing import ADMIN_KEY, Invoicing, Reply

PDF = b"%PDF-1.7\nx"
PNG = b"\x89PNG\r\n\x1a\nx"


async def upload(
    invoicing: Invoicing,
    content: bytes,
    name: str = "preuve.pdf",
    *,
    part: str = "file",
    key: str = ADMIN_KEY,
) -> Reply:
    # As browsers and curl write it: the name as UTF-8, the type as the sender likes.
    head = f'--x\r\nContent-Disposition: form-data; name="{part}"; filename="{name}"\r\n'
    body = head.encode() + b"Content-Type: application/x-msdownload\r\n\r\n" + content + b"\r\n--x--\r\n"
    return await invoicing.call(
        "POST",
        "/attachments",
        raw=body,
        headers={"Content-Type": "multipart/form-data; boundary=x"},
        key=key,
    )


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "type_"),
    [
        ("épreuve.pdf", PDF, "application/pdf"),
        ("photo.jpeg", PNG, "image/png"),
        ("note.txt", "Bonjour é\n".encode(), "text/plain"),
        ("liste.csv", b"a;b\r\n", "text/csv"),
        ("preuves.zip", zipped("1.pdf", "2.pdf"), "application/zip"),
        ("devis.ods", zipped("mimetype", "content.xml"), "application/vnd.oasis.opendocument.spreadsheet"),
    ],
)
async def test_a_file_is_known_by_its_content(
    invoicing: Invoicing, name: str, content: bytes, type_: str
) -> None:
    reply = await upload(invoicing, content, name)
    assert reply.status == 201, reply.text
    assert reply.json == {
        "id": reply.json["id"],
        "name": name,
        "content_type": type_,
        "size": len(content),
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("program.pdf", b"MZ\x90\x00"),
        ("page.html", b"<script>"),
        ("page.txt", b"a\x00b"),
        ("drawing.svg", b"<svg/>"),
        ("archive.exe", b"PK\x03\x04"),
        ("broken.zip", b"PK\x03\x04 and no more"),
        ("programs.zip", zipped("preuve.pdf", "lisez-moi.exe")),
        ("word.docx", zipped("preuve.pdf")),
        ("endless.zip", zipped(*map(str, range(5_001)))),
        ("latin.txt", "é".encode("latin-1")),
    ],
)
async def test_other_kinds_are_refused(invoicing: Invoicing, name: str, content: bytes) -> None:
    reply = await upload(invoicing, content, name)
    assert (reply.status, reply.fields) == (422, {"file": "not_attachable"})


async def test_an_empty_file_or_none(invoicing: Invoicing) -> None:
    assert (await upload(invoicing, b"")).fields == {"file": "required"}
    assert (await upload(invoicing, PDF, part="other")).fields == {"file": "required"}


async def test_a_name_may_be_written_as_mail_does(invoicing: Invoicing) -> None:
    head = b"--x\r\nContent-Disposition: form-data; name=file; filename*=UTF-8''%C3%A9preuve.pdf\r\n\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    reply = await invoicing.call("POST", "/attachments", raw=head + PDF + b"\r\n--x--\r\n", headers=headers)
    assert (reply.status, reply.json["name"]) == (201, "épreuve.pdf")


async def test_a_name_is_only_a_name(invoicing: Invoicing) -> None:
    reply = await upload(invoicing, PDF, "..\\..\\etc/passwd\u202efdp.exe.pdf")
    assert reply.json["name"] == "passwdfdp.exe.pdf"


async def test_a_name_that_a_computer_would_run_gets_an_ending_that_none_runs(invoicing: Invoicing) -> None:
    reply = await upload(invoicing, PDF, "preuve.exe")
    assert reply.json["name"] == "preuve.exe.pdf"


async def test_not_multipart(invoicing: Invoicing) -> None:
    reply = await invoicing.post("/attachments", {"file": "x"})
    assert (reply.status, reply.code) == (415, "unsupported_media_type")


async def test_too_large(invoicing: Invoicing) -> None:
    async with invoicing.session.post(
        f"{invoicing.base}/api/v1/attachments",
        data=io.BytesIO(PDF + bytes(20 * 1024 * 1024)),
        headers={
            "Authorization": f"Bearer {ADMIN_KEY}",
            "Content-Type": "multipart/form-data; boundary=x",
        },
    ) as reply:
        assert (reply.status, (await reply.json())["code"]) == (413, "too_large")


async def test_a_viewer_may_not(invoicing: Invoicing) -> None:
    reply = await upload(invoicing, PDF, key=await invoicing.key_for("viewer"))
    assert (reply.status, reply.code) == (403, "forbidden")
