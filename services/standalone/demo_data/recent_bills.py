"""The last weeks: open pro formas, transfers that failed, credits under way.

From `DISCONNECTED` to `RECONNECTED` days ago the ledger was not connected: the accountant's computer was replaced.
What was made final then has a failed transfer, unless somebody entered it by hand.
"""

from decimal import Decimal

from services.standalone.demo_data.rows import Bill, Deletion, Refund, product, text

DISCONNECTED = 50
RECONNECTED = 36

# Tables: a row stays together.
# fmt: off

WITHOUT_LEDGER = (
    Bill(key="anniversaire", day=46, jobs=("D-1036",), favourite=True),
    Bill(key="stout", day=43, jobs=("D-1037",), by_hand=3),
    Bill(key="rempart-9", day=42, again="rempart-8"),
    Bill(key="gateaux", day=40, jobs=("D-1038",), typed={1: {"unit_price": Decimal(195)}}),
    Bill(key="notaires-2", day=39, customer="C-0121", by_hand=1, mailed=False,
        lines=(product("ENTETE-500", "4"), product("ENV10-1000", "2"))),
)

LATELY = (
    Bill(key="creation-hiver", day=26, jobs=("D-1041",)),
    Bill(key="scierie", day=23, jobs=("D-1042",)),
    Bill(key="warranty", day=21, jobs=("D-1043",), proforma_mailed=0, final=2),
    Bill(key="thistle", day=15, customer="C-0135", proforma_mailed=1, final=None,
        lines=(product("CARTES-500", "2"),
        text("Proof approved by e-mail; two business days of drying time included."))),
    Bill(key="notices", day=12, jobs=("D-1040",), proforma_mailed=1, final=None),
    Bill(key="calendriers", day=9, jobs=("D-1039",), typed={0: {"quantity": Decimal(1000)}},
        proforma_mailed=2, final=None, note="Premier envoi de 1 000 ; le reste part à la fin du mois."),
    # Eight percent over what was ordered: an accountant asked for it by name.
    Bill(key="pots", day=7, jobs=("D-1044",), typed={0: {"quantity": Decimal(23760)}}, over=True,
        proforma_mailed=1, final=None),
    Bill(key="cartels", day=5, jobs=("D-1046",), by_itself=True, final=None, favourite=True),
    Bill(key="kettle-3", day=4, customer="C-0134", final=None, lines=(product("CARTES-500", "3"),),
        hold="Attendre le bon de commande et le taux de change"),
    Bill(key="parents", day=3, jobs=("D-1047",), by_itself=True, final=None,
        note="Le bon de commande du centre scolaire n'est pas encore reçu."),
    Bill(key="cadeaux", day=2, jobs=("D-1048",), by_itself=True, final=None),
    Bill(key="foundry-lane", day=1, customer="C-0131", final=None,
        lines=(product("AFFICHE-24X36", "18"), product("EPREUVE", "1")),
        hold="Client absent jusqu'à lundi : confirmer la quantité"),
    Bill(key="aujourdhui", day=0, customer="C-0123", final=None, lines=(product("GRAPHISME", "1.5"),)),
)

CREDITS_LATELY = (
    Refund(key="entetes-abimees", day=12, of="notaires-2", quantities={0: "1"}, releases=False,
        reason="Un paquet abîmé à la livraison"),
    Refund(key="nouvelles-retour", day=9, of="nouvelles", quantities={0: "25"}, releases=False,
        proforma_mailed=1, final=None, reason="Exemplaires retournés par le libraire"),
    Refund(key="stout-erreur", day=6, of="stout", reason="Facturé au mauvais prix unitaire",
        rebill="stout-corrige", retyped={0: {"unit_price": Decimal("0.0885")}}, final=None),
)

DELETIONS = (Deletion(day=1, of="cadeaux"),)
