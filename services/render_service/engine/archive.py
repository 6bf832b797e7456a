"""What makes a PDF one to keep: PDF/A-3a with PDF/UA in its metadata, and its own data inside, as UBL.

WeasyPrint 70 does most of it; here is what it leaves to its user. No validator of PDF/A was at hand: see ADR 18.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from weasyprint import Attachment

from shared.contracts.values import DocumentSnapshot
from shared.ubl.document import ubl_document

OPTIONS = {"pdf_variant": "pdf/a-3a"}
_MIDNIGHT = dt.time()
_UBL_NAMES = {"invoice": "ubl-invoice.xml", "credit_note": "ubl-credit-note.xml"}
# PDF/A lets nobody use a name in XMP that it does not know, unless the file describes it: that of PDF/UA is one.
_ACCESSIBLE = b"""<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" \
xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>\
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" \
xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>The part of ISO 14289 that the file follows</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property>\
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
_END = b"</rdf:RDF>"


def data_of(snapshot: DocumentSnapshot) -> list[Attachment]:
    """The UBL document of a final, as `GET /invoices/{ref}/ubl` serves it; nothing for what is not final."""
    if snapshot.stage != "final":
        return []
    day = dt.datetime.combine(snapshot.date, _MIDNIGHT)  # else the clock's, and other bytes each time
    return [
        Attachment(
            string=ubl_document(snapshot),
            name=_UBL_NAMES[snapshot.kind],
            description="UBL 2.1",
            created=day,
            modified=day,
            relationship="Data",
        )
    ]


def declare_accessible(metadata: Any) -> None:  # noqa: ANN401 - WeasyPrint is untyped
    """Have a document's XMP say PDF/UA-1 too, beside PDF/A.

    In the one block that readers look at: WeasyPrint's own `xmp_metadata` makes a second, which none of them sees.
    """
    plain = metadata.generate_rdf_metadata

    def with_accessibility(*arguments: object) -> bytes:
        rdf: bytes = plain(*arguments)
        return rdf.replace(_END, _ACCESSIBLE + _END)

    metadata.generate_rdf_metadata = with_accessibility


def finish(_document: object, pdf: Any) -> None:  # noqa: ANN401 - WeasyPrint is untyped
    """Put right what WeasyPrint wrote: attachments listed twice; headings of a table that don't say of what."""
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])
    for element in pdf.objects:
        if isinstance(element, dict) and element.get("S") == "/TH":
            element["A"]["Scope"] = "/Column" if _in_head(element, pdf) else "/Row"


def _in_head(heading: Mapping[str, Any], pdf: Any) -> bool:  # noqa: ANN401 - WeasyPrint is untyped
    row = _object(heading["P"], pdf)
    return (row["S"], _object(row["P"], pdf)["S"]) == ("/TR", "/THead")


def _object(reference: bytes, pdf: Any) -> Any:  # noqa: ANN401 - WeasyPrint is untyped
    return pdf.objects[int(reference.split()[0])]
