"""Who acts, and what each role may do."""

from dataclasses import dataclass
from enum import StrEnum

from services.invoice_service.domain.errors import Forbidden


class Role(StrEnum):
    """Roles cumulate from viewer to admin; integration stands apart."""

    VIEWER = "viewer"
    BILLER = "biller"
    ACCOUNTANT = "accountant"
    ADMIN = "admin"
    INTEGRATION = "integration"


_RANK = {Role.VIEWER: 1, Role.BILLER: 2, Role.ACCOUNTANT: 3, Role.ADMIN: 4}


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a key, a message or the system itself."""

    kind: str
    id: str
    name: str
    role: Role

    def at_least(self, role: Role) -> bool:
        """Whether the actor's role includes `role`; integration includes none."""
        return _RANK.get(self.role, 0) >= _RANK[role]

    def require(self, role: Role) -> None:
        """Refuse unless the actor's role includes `role`.

        Raises:
            Forbidden: it does not.
        """
        if not self.at_least(role):
            raise Forbidden(role)

    def as_dict(self) -> dict[str, str]:
        """As the audit trail shows it."""
        return {"kind": self.kind, "id": self.id, "name": self.name}


SYSTEM = Actor("system", "system", "Factures", Role.ADMIN)
