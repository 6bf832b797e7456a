"""Which columns there are, and what a line puts in each."""

from decimal import Decimal

import pytest

from services.render_service.columns import KEYS, Cell, Cells, aligned, columns_of, widest
from services.render_service.errors import Unprintable
from services.render_service.figures import Figures
from services.render_service.labels import Labels
from shared.contracts.labels import LABELS
from shared.contracts.values import DocumentLine, Language, Presentation

ALL = ("po_number", "job", "description", "ordered_quantity", "quantity", "unit_price", "total")


def _headings(
    presentation: Presentation, language: Language = "fr", currency: str = "CAD", *, credit: bool = False
) -> list[str]:
    columns = columns_of(presentation, Labels(language, {}), Figures(language, currency), credit=credit)
    return [column.heading for column in columns]


def _cells(line: DocumentLine, keys: tuple[str, ...] = ALL, language: Language = "fr") -> dict[str, str]:
    labels, figures = Labels(language, {}), Figures(language, "CAD")
    columns = columns_of(Presentation(columns=keys), labels, figures, credit=False)
    cells = Cells(columns, labels, figures).of(line)
    assert sum(cell.span for cell in cells) == len(keys)
    return {cell.column.key: cell.text for cell in cells}


def test_the_house_columns() -> None:
    assert _headings(Presentation()) == [
        "Votre P.O.",
        "Dossier #",
        "Description",
        "Qté livrée",
        "Prix unitaire ($)",
        "Total ($)",
    ]


def test_the_house_columns_in_english_and_another_currency() -> None:
    assert _headings(Presentation(), "en", "USD") == [
        "Your P.O.",
        "Job #",
        "Description",
        "Qty delivered",
        "Unit price (US$)",
        "Total (US$)",
    ]


def test_a_credit_note_delivers_nothing() -> None:
    assert _headings(Presentation(), credit=True)[3] == "Qté créditée"
    assert _headings(Presentation(), "en", credit=True)[3] == "Qty credited"


@pytest.mark.parametrize("columns", [None, ALL])
def test_the_job_is_not_shown_when_the_shop_does_not_want_it(columns: tuple[str, ...] | None) -> None:
    assert "Dossier #" not in _headings(Presentation(show_job_number=False, columns=columns))


def test_the_shop_chooses_columns_and_their_order() -> None:
    assert _headings(Presentation(columns=("description", "ordered_quantity", "total"))) == [
        "Description",
        "Qté commandée",
        "Total ($)",
    ]


@pytest.mark.parametrize(
    "columns",
    [
        (),
        ("description",),
        ("total",),
        ("description", "total", "colour"),
        ("description", "total", "total"),
    ],
)
def test_columns_that_mean_nothing(columns: tuple[str, ...]) -> None:
    with pytest.raises(Unprintable) as raised:
        _headings(Presentation(columns=columns))

    assert raised.value.code == "bad_columns"


def test_every_column_has_a_label() -> None:
    assert LABELS.keys() >= KEYS == set(ALL)


def test_a_job_line() -> None:
    line = DocumentLine(
        kind="job",
        job="D-0024",
        po_number="FR-00988",
        description="Encarts",
        ordered_quantity=Decimal(1000),
        quantity=Decimal("2.5"),
        unit_price=Decimal("15.81265"),
        total=Decimal("39.53"),
    )

    assert _cells(line) == {
        "po_number": "FR-00988",
        "job": "D-0024",
        "description": "Encarts",
        "ordered_quantity": "1\N{NO-BREAK SPACE}000",
        "quantity": "2,5",
        "unit_price": "15,8127",
        "total": "39,53",
    }


@pytest.mark.parametrize(
    ("kind", "po_number", "language", "expected"),
    [
        ("job", None, "fr", "Aucun"),
        ("job", "", "fr", "Aucun"),
        ("job", None, "en", "None"),
        ("job", "P-1", "fr", "P-1"),
        ("product", None, "fr", ""),
        ("gl", None, "en", ""),
        ("extra_charge", None, "fr", ""),
        ("extra_charge", "P-1", "fr", "P-1"),
    ],
)
def test_an_absent_order_number_is_said_on_job_lines(
    kind: str, po_number: str | None, language: Language, expected: str
) -> None:
    line = DocumentLine.model_validate({"kind": kind, "po_number": po_number, "description": "x"})

    assert _cells(line, language=language)["po_number"] == expected


def test_a_text_line_takes_the_room_at_its_right() -> None:
    cells = _cells(DocumentLine(kind="text", description="Épreuves approuvées"))

    assert cells == {"po_number": "", "job": "", "description": "Épreuves approuvées"}


def test_a_zero_is_written() -> None:
    line = DocumentLine(kind="job", description="x", quantity=Decimal(0), total=Decimal("0.00"))

    assert (_cells(line)["quantity"], _cells(line)["total"], _cells(line)["unit_price"]) == ("0", "0,00", "")


def test_a_description_at_the_right_spans_itself_only() -> None:
    assert _cells(DocumentLine(kind="text", description="x"), ("total", "description")) == {
        "total": "",
        "description": "x",
    }


def _quantities(*quantities: str) -> tuple[tuple[Cell, ...], ...]:
    labels, figures = Labels("fr", {}), Figures("fr", "CAD")
    columns = columns_of(
        Presentation(columns=("description", "quantity", "total")), labels, figures, credit=False
    )
    write = Cells(columns, labels, figures).of
    lines = [
        DocumentLine(
            kind="job", description="x", quantity=Decimal(quantity) if quantity else None, total=Decimal(1)
        )
        for quantity in quantities
    ]
    return aligned([write(line) for line in lines], figures.point)


def test_points_stand_under_points() -> None:
    rows = _quantities("1000", "0.3333", "12.5", "-3", "")

    blanks = [row[1].blank for row in rows]
    assert blanks == [",0000", "", "000", ",0000", ""]
    assert {row[2].blank for row in rows} == {""}
    assert {row[0].blank for row in rows} == {""}


def test_whole_figures_need_no_blank() -> None:
    assert {cell.blank for row in _quantities("1000", "-3", "7") for cell in row} == {""}


def test_how_wide_a_column_must_be() -> None:
    rows = _quantities("1000", "0.25")

    assert widest([cell.column for cell in rows[0]], rows) == {
        "description": 1,
        "quantity": len("1 000,00"),
        "total": len("1,00"),
    }
