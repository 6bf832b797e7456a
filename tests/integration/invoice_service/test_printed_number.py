"""The number of a final is read from a PDF that the renderer really made."""

from services.invoice_service.application.printed_number import printed_number
from services.render_service.samples import SAMPLES
from tests.integration.render_service.printing import print_all


async def test_a_final_says_its_number_and_a_pro_forma_none() -> None:
    chosen = [
        min((one for one in SAMPLES.values() if one.stage == stage), key=lambda one: len(one.lines))
        for stage in ("final", "proforma")
    ]
    assert [printed_number(pdf) for pdf in await print_all(chosen)] == [chosen[0].number, None]
