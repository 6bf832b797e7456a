"""Names and addresses as they are printed."""

from dataclasses import dataclass

from services.render_service.figures import Figures
from services.render_service.labels import Labels
from shared.contracts.values import Address, Issuer, Party

_POSTAL_GAP = "\N{NO-BREAK SPACE}" * 2  # Canada Post asks for two spaces before the postal code


@dataclass(frozen=True, slots=True)
class PartyBlock:
    """A party under its heading. `code`: empty where an earlier block has the same."""

    heading: str
    code: str
    name: str
    lines: tuple[str, ...]


def party_block(key: str, party: Party, labels: Labels, figures: Figures) -> PartyBlock:
    """A party: the place's own name, « a/s » and the address come under its name."""
    address = party.address
    place = address.name if address and address.name and address.name != party.name else ""
    attention = f"{labels['attention']} {party.attention}" if party.attention else ""
    lines = (place, attention, *(_address_lines(address, figures) if address else ()))
    return PartyBlock(labels[key], party.code, party.name, tuple(line for line in lines if line))


def issuer_lines(issuer: Issuer, figures: Figures) -> tuple[str, ...]:
    """What stands under the issuer's name."""
    address = _address_lines(issuer.address, figures) if issuer.address else ()
    return tuple(line for line in (*address, issuer.phone, issuer.email, issuer.website) if line)


def _address_lines(address: Address, figures: Figures) -> tuple[str, ...]:
    city = " ".join(part for part in (address.city, address.province) if part)
    town = _POSTAL_GAP.join(part for part in (city, address.postal_code) if part)
    return tuple(
        line for line in (address.line1, address.line2, town, figures.country(address.country)) if line
    )
