"""What a clerk bills, and reads on the way, in French and in English."""

from dataclasses import dataclass

from tests.support.shop_client import Json


@dataclass(frozen=True)
class Story:
    """A clerk, the job that is billed, and what is to be read on the way, in the clerk's language."""

    language: str
    customer: str
    recipient: str
    job: Json
    quantity: str
    line_total: str
    taxes: tuple[str, ...]
    total: str
    amounts: tuple[str, str]
    """Sub-total and total, as the API has them."""
    texts: dict[str, str]

    @property
    def number(self) -> str:
        """The job's."""
        return f"STORY-{self.language.upper()}"


STORIES = (
    Story(
        language="fr",
        customer="C-0123",
        recipient="rosalie.provencher@cuillererouge.example",
        job={"title": "Menus dégustation, deux volets", "ordered_quantity": "350", "unit_price": "2.85"},
        quantity="300",
        line_total="855,00",
        taxes=("42,75", "85,29"),
        total="983,04 $",
        amounts=("855.00", "983.04"),
        texts={
            "email": "Adresse courriel",
            "password": "Mot de passe",
            "enter": "Se connecter",
            "create": "Créer une facture",
            "left": "reste 350 sur 350",
            "invoice": "Facture",
            "draft": "Proforma - en préparation",
            "message": "Merci d'être passés à l'atelier !",
            "saved": "Enregistré.",
            "edit_lines": "Éditer les lignes",
            "save": "Enregistrer",
            "back": "Retour à la facture",
            "actions": "Actions",
            "preview": "Visualiser",
            "unpreview": "Fermer l'aperçu",
            "e-mail": "Envoyer par courriel",
            "look": "Aperçu",
            "body": "Bonjour,\n\nVoici vos menus ; bon appétit !",
            "send": "Envoyer",
            "accepted": "Accepté",
            "taken": "Les serveurs de tous les destinataires l'ont pris.",
            "mailed": "Proforma - envoyée",
            "finalize": "Produire facture finale",
            "finalized": "La facture est finale.",
            "transferred": "Finale - envoyée",
            "told": "Transférée à la comptabilité",
            "credit": "Créditer",
            "reason": "Raison du crédit",
            "because": "Coquille dans le menu",
            "credited": "La note de crédit est créée.",
            "note": "Note de crédit",
            "credits": "Crédite la facture",
            "credited_by": "Créditée par",
            "back_total": "-983,04 $",
            "logout": "Se déconnecter",
            "login": "Connexion",
        },
    ),
    Story(
        language="en",
        customer="C-0131",
        recipient="duncan.frye@maplegate.example",
        job={"title": "Seating charts, mounted", "ordered_quantity": "500", "unit_price": "1.15"},
        quantity="400",
        line_total="460.00",
        taxes=("59.80",),
        total="$519.80",
        amounts=("460.00", "519.80"),
        texts={
            "email": "E-mail address",
            "password": "Password",
            "enter": "Log in",
            "create": "Create an invoice",
            "left": "500 left of 500",
            "invoice": "Invoice",
            "draft": "Pro forma - in preparation",
            "message": "Thank you for dropping by!",
            "saved": "Saved.",
            "edit_lines": "Edit the lines",
            "save": "Save",
            "back": "Back to the invoice",
            "actions": "Actions",
            "preview": "Preview",
            "unpreview": "Close the preview",
            "e-mail": "Send by e-mail",
            "look": "Preview",
            "body": "Hello,\n\nHere are your charts; enjoy the party!",
            "send": "Send",
            "accepted": "Accepted",
            "taken": "The servers of all recipients have taken it.",
            "mailed": "Pro forma - sent",
            "finalize": "Make final invoice",
            "finalized": "The invoice is final.",
            "transferred": "Final - sent",
            "told": "Transferred to accounting",
            "credit": "Credit",
            "reason": "Reason of the credit",
            "because": "A typo on the chart",
            "credited": "The credit note is made.",
            "note": "Credit note",
            "credits": "Credits invoice",
            "credited_by": "Credited by",
            "back_total": "-$519.80",
            "logout": "Log out",
            "login": "Log in",
        },
    ),
)
