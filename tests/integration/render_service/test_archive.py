"""What PDF/A-3, PDF/UA and the data inside ask of the file, as far as it can be read without their validators."""

import asyncio
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import pikepdf
import pytest
from pdfua import validate

from services.render_service.samples import SAMPLES
from shared.ubl.document import ubl_document
from tests.integration.render_service.printing import print_all

FINALS = ("invoice-fr", "invoice-en", "fifty-lines-fr", "png-logo-fr", "us-dollars-fr")
CREDIT_NOTES = ("credit-note-fr", "credit-note-en")
PRO_FORMAS = ("proforma-fr", "proforma-of-many-pages-en", "proforma-credit-note-fr")
PRINTED = FINALS + CREDIT_NOTES + PRO_FORMAS
PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
PDFUA = "{http://www.aiim.org/pdfua/ns/id/}"
# What the checker has to say and we let stand, with the reason.
KNOWN_COMPLAINTS: Mapping[str, str] = {}


@pytest.fixture(scope="module")
def pdfs() -> Mapping[str, bytes]:
    return dict(zip(PRINTED, asyncio.run(print_all(SAMPLES[name] for name in PRINTED)), strict=True))


@pytest.fixture(scope="module")
def files(pdfs: Mapping[str, bytes]) -> Iterator[Mapping[str, pikepdf.Pdf]]:
    opened = {name: pikepdf.open(io.BytesIO(pdf)) for name, pdf in pdfs.items()}
    yield opened
    for file in opened.values():
        file.close()


@pytest.mark.parametrize("name", [*FINALS, *CREDIT_NOTES])
def test_a_final_has_its_own_data_inside(files: Mapping[str, pikepdf.Pdf], name: str) -> None:
    root = files[name].Root
    data_name = "ubl-credit-note.xml" if name in CREDIT_NOTES else "ubl-invoice.xml"

    (associated,) = root.AF
    embedded_name, embedded = root.Names.EmbeddedFiles.Names

    assert associated.objgen == embedded.objgen
    assert str(embedded_name) == str(associated.F) == str(associated.UF) == data_name
    assert associated.AFRelationship == "/Data"
    stream = associated.EF.F
    assert (str(stream.Type), str(stream.Subtype)) == ("/EmbeddedFile", "/text/xml")
    assert stream.read_bytes() == ubl_document(SAMPLES[name])
    assert int(stream.Params.Size) == len(stream.read_bytes())
    assert str(stream.Params.ModDate) == str(stream.Params.CreationDate) == "D:20250718000000Z"


@pytest.mark.parametrize("name", PRO_FORMAS)
def test_what_is_not_final_has_none(
    files: Mapping[str, pikepdf.Pdf], pdfs: Mapping[str, bytes], name: str
) -> None:
    root = files[name].Root

    assert "/AF" not in root
    assert "/EmbeddedFiles" not in root.get("/Names", {})
    assert b"/EmbeddedFile" not in pdfs[name]
    assert list(files[name].attachments) == []


@pytest.mark.parametrize("name", PRINTED)
def test_the_metadata_say_what_the_file_is_in_one_block(files: Mapping[str, pikepdf.Pdf], name: str) -> None:
    file, snapshot = files[name], SAMPLES[name]
    xmp = file.Root.Metadata.read_bytes()

    assert xmp.count(b"<rdf:RDF") == xmp.count(b"</rdf:RDF>") == 1
    metadata = file.open_metadata(set_pikepdf_as_editor=False)
    assert (metadata[f"{PDFA}part"], metadata[f"{PDFA}conformance"], metadata[f"{PDFUA}part"]) == (
        "3",
        "A",
        "1",
    )
    assert snapshot.number in str(metadata["dc:title"])
    assert metadata["dc:title"] == str(file.docinfo["/Title"])
    assert metadata["dc:creator"] == [str(file.docinfo["/Author"])] == [snapshot.issuer.name]
    assert metadata["xmp:CreateDate"] == metadata["xmp:ModifyDate"] == "2025-07-18"
    assert str(file.docinfo["/CreationDate"]) == str(file.docinfo["/ModDate"]) == "D:20250718"
    # A name that PDF/A does not know must be described in the file.
    assert b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/<" in xmp


@pytest.mark.parametrize("name", PRINTED)
def test_the_frame(files: Mapping[str, pikepdf.Pdf], name: str) -> None:
    file, root = files[name], files[name].Root

    assert file.check_pdf_syntax() == []
    assert not file.is_encrypted
    assert "/ID" in file.trailer
    assert str(root.Lang) == f"{SAMPLES[name].language}-CA"
    assert bool(root.MarkInfo.Marked)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert root.StructTreeRoot.K[0].S == "/Document"
    (intent,) = root.OutputIntents
    assert intent.S == "/GTS_PDFA1"
    assert int(intent.DestOutputProfile.N) == 3
    assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(root.keys())
    for page in file.pages:
        assert page.Tabs == "/S"
        assert "/Annots" not in page


@pytest.mark.parametrize("name", PRINTED)
def test_every_font_is_inside_and_can_be_read_back(files: Mapping[str, pikepdf.Pdf], name: str) -> None:
    fonts = [font for page in files[name].pages for font in page.Resources.Font.values()]

    assert fonts
    for font in fonts:
        assert "/ToUnicode" in font
        (descendant,) = font.DescendantFonts
        assert {"/FontFile2", "/FontFile3"} & set(descendant.FontDescriptor.keys())


@pytest.mark.parametrize("name", PRINTED)
def test_every_cell_knows_its_heading(files: Mapping[str, pikepdf.Pdf], name: str) -> None:
    elements = list(_elements(files[name].Root.StructTreeRoot))
    headings = {str(element.ID): element for element in elements if element.S == "/TH"}
    cells = [element for element in elements if element.S == "/TD"]

    assert cells
    totals = 2 + len(SAMPLES[name].taxes)
    scopes = [str(heading.A.Scope) for heading in headings.values()]
    assert scopes.count("/Row") == totals
    assert set(scopes) == {"/Row", "/Column"}
    for cell in cells:
        named = [str(heading) for heading in cell.A.Headers]
        assert len(named) == int(cell.A.get("/ColSpan", 1))
        assert set(named) <= set(headings)


@pytest.mark.parametrize("name", PRINTED)
def test_lists_hold_items(files: Mapping[str, pikepdf.Pdf], name: str) -> None:
    lists = [element for element in _elements(files[name].Root.StructTreeRoot) if element.S == "/L"]

    assert lists
    for items in lists:
        assert {str(item.S) for item in items.K} == {"/LI"}


@pytest.mark.parametrize("name", PRINTED)
def test_the_accessibility_checker_has_nothing_new_to_say(
    pdfs: Mapping[str, bytes], name: str, tmp_path: Path
) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(pdfs[name])

    report = validate(str(path))

    assert {finding.rule_id: finding.message for finding in report.findings}.keys() == KNOWN_COMPLAINTS.keys()


def _elements(node: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Every structure element under a node."""
    kids = node.get("/K", pikepdf.Array())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _elements(kid)
