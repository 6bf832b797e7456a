"""What may be attached to an e-mail, and under what name."""

import pytest

from services.invoice_service.domain.attachments import (
    ZIP,
    attached_name,
    content_type_of,
    mailed_size,
    pdf_name,
    plain_name,
)

PDF, PNG = b"%PDF-1.7", b"\x89PNG\r\n\x1a\n"
OFFICE = ("[Content_Types].xml", "_rels/.rels")


@pytest.mark.parametrize(
    ("name", "members", "type_"),
    [
        ("a.zip", ("preuve.pdf", "notes.txt"), "application/zip"),
        ("a.ZIP", ("preuve.pdf",), "application/zip"),
        ("a.docx", (*OFFICE, "word/document.xml"),
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", (*OFFICE, "xl/workbook.xml"),
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.pptx", (*OFFICE, "ppt/presentation.xml"),
         "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        ("a.odt", ("mimetype", "content.xml"), "application/vnd.oasis.opendocument.text"),
        ("a.ods", ("mimetype", "content.xml"), "application/vnd.oasis.opendocument.spreadsheet"),
        ("a.docx", (*OFFICE, "xl/workbook.xml"), None),
        ("a.odt", ("content.xml",), None),
        ("a.docm", (*OFFICE, "word/document.xml"), None),
        ("a.jar", ("META-INF/MANIFEST.MF",), None),
        ("a", ("preuve.pdf",), None),
        ("a.zip", (), None),
        ("a.zip", ("preuve.pdf", "dossier/Lisez-moi.EXE"), None),
        ("a.zip", ("preuve.pdf.js",), None),
        ("a.docx", (*OFFICE, "word/document.xml", "x.lnk"), None),
    ],
)  # fmt: skip
def test_an_archive_is_known_by_what_it_holds(name: str, members: tuple[str, ...], type_: str | None) -> None:
    assert content_type_of(name, ZIP + b"...", members) == type_


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [
        ("preuve.pdf", PDF, "preuve.pdf"),
        ("PREUVE.PDF", PDF, "PREUVE.PDF"),
        ("photo.jpeg", PNG, "photo.jpeg"),
        ("balayage", PDF, "balayage.pdf"),
        ("plan.v2", PNG, "plan.v2.png"),
        ("facture.exe", PDF, "facture.exe.pdf"),
        ("facture.pdf .scr", PDF, "facture.pdf .scr.pdf"),
        ("page.html", PNG, "page.html.png"),
        ("a/b\\c.bat", PDF, "c.bat.pdf"),
        ("", PDF, "fichier.pdf"),
    ],
)
def test_no_name_makes_a_computer_run_a_file(name: str, content: bytes, shown: str) -> None:
    type_ = content_type_of(name, content)
    assert type_ is not None
    assert attached_name(name, type_) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Facture 00004.pdf", "Facture 00004.pdf"),
        ("Facture 00004", "Facture 00004.pdf"),
        ("Facture 2025/00004", "Facture 2025-00004.pdf"),
        ("Facture\n00004.PDF", "Facture00004.PDF"),
        ("", "fichier.pdf"),
    ],
)
def test_a_pdf_is_called_so(name: str, shown: str) -> None:
    assert pdf_name(name) == shown


@pytest.mark.parametrize("name", ["x" * 200, "x" * 200 + ".pdf", "x" * 146 + ".pdf"])
def test_a_long_name_keeps_its_ending(name: str) -> None:
    assert len(pdf_name(name)) == 150
    assert pdf_name(name).endswith(".pdf")
    assert len(plain_name(name)) == 150


def test_in_base64_a_file_is_a_third_larger_and_has_line_ends() -> None:
    assert mailed_size([57, 57_000]) == 78 + 78_000
    assert mailed_size([]) == 0
