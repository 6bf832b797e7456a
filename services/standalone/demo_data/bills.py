"""The invoices of the first years, all final; how each came about.

Until `CONNECTED` days ago the shop entered its invoices by hand in its old ledger.
"""

from decimal import Decimal

from services.standalone.demo_data.rows import Bill, Refund, gl, product, text

CONNECTED = 875

# Tables: a row stays together.
# fmt: off

_LETTERHEAD = (product("ENTETE-500", "6"), product("ENV10-1000", "4"), gl("4200", "Livraison au siège social", "45"))

BY_HAND = (
    Bill(key="meules", day=1084, jobs=("D-1001",), by_hand=16),
    Bill(key="saison", day=1069, jobs=("D-1002",), by_hand=18),
    Bill(key="vieux-bureau", day=1062, customer="C-0139", by_hand=12,
        lines=(product("BLOC-50", "200"), product("CARTES-500", "2"))),
    Bill(key="soins", day=1054, jobs=("D-1003",), by_hand=10),
    Bill(key="pas-perdus", day=1048, customer="C-0140", by_hand=5,
        lines=(product("AFFICHE-24X36", "12"), product("GRAPHISME", "3.5"))),
    Bill(key="rempart-1", day=1033, customer="C-0115", lines=_LETTERHEAD, by_hand=12,
        note="Commande répétée aux quatre mois : dupliquer cette facture."),
    Bill(key="bulletin-ete", day=1025, jobs=("D-1004",), by_hand=6),
    Bill(key="coop-1", day=1001, customer="C-0118", by_hand=12,
        lines=(gl("4010", "Bulletin aux membres, 8 pages", "1.3850", "720"), product("PUBLIPOSTAGE", "720"))),
    Bill(key="nouvelles", day=984, jobs=("D-1005",), by_hand=15, typed={0: {"tax_code": "01"}},
        note="Livre imprimé : TPS seulement."),
    Bill(key="ipa", day=970, jobs=("D-1006",), proforma_mailed=0, final=3, by_hand=15),
    Bill(key="notaires-1", day=951, customer="C-0121", by_hand=12, mailed=False,
        lines=(product("CARTES-500", "3"), product("ENTETE-500", "4"),
        gl("4900", "Rabais de bienvenue, 5 %", "-44.65"))),
    Bill(key="projet", day=937, jobs=("D-1007",), by_hand=9,
        lines=(text("Vernis sélectif sur la couverture et les pages 8 et 9, selon l'épreuve signée."),)),
    Bill(key="programmes", day=911, jobs=("D-1008",), by_hand=11),
    Bill(key="rempart-2", day=908, again="rempart-1", by_hand=8),
    Bill(key="panneaux", day=897, jobs=("D-1009",), by_hand=10),
)

CREDITS_BY_HAND = (
    Refund(key="soins-ecart", day=1041, of="soins", amounts={0: "150.00"}, by_hand=6,
        reason="Écart de couleur accepté par le client"),
    Refund(key="pas-perdus-annulee", day=1034, of="pas-perdus", by_hand=5,
        reason="Commande annulée après la facturation"),
    Refund(key="bulletin-ete-erreur", day=1015, of="bulletin-ete", by_hand=4,
        reason="Mauvais numéro de commande du client", rebill="bulletin-ete-corrige",
        retyped={0: {"po_number": "BC-2231"}}),
    Refund(key="projet-defauts", day=918, of="projet", quantities={0: "120"}, by_hand=6, releases=False,
        reason="120 brochures mal coupées, reprises"),
)

TRANSFERRED = (
    Bill(key="pochettes", day=867, jobs=("D-1010",), typed={1: {"unit_price": Decimal(285)}}),
    Bill(key="kraft", day=841, jobs=("D-1011",)),
    Bill(key="drave", day=811, jobs=("D-1012",), typed={0: {"tax_code": "01"}}, favourite=True),
    Bill(key="coop-2", day=819, again="coop-1"),
    Bill(key="agendas", day=787, jobs=("D-1013",)),
    Bill(key="rempart-3", day=784, again="rempart-2"),
    Bill(key="bookmarks", day=769, jobs=("D-1014",)),
    Bill(key="dental", day=747, jobs=("D-1015",)),
    Bill(key="boites-1", day=721, jobs=("D-1016",), typed={0: {"quantity": Decimal(5000)},
        1: {"unit_price": Decimal(310)}}, note="Livraison partielle : 5 000 sur 9 000."),
    Bill(key="semences", day=697, jobs=("D-1017",)),
    Bill(key="boites-2", day=692, jobs=("D-1016",)),
    Bill(key="rempart-4", day=660, again="rempart-3", typed={0: {"unit_price": Decimal(138)}}),
    Bill(key="papetiers", day=655, customer="C-0124", lines=(gl("4010", "Cartes de membre, PVC, numérotées",
        "1.8900", "640"),)),
    Bill(key="coop-3", day=641, again="coop-2"),
    Bill(key="sous-verres", day=628, jobs=("D-1018",)),
    Bill(key="ordonnances", day=597, jobs=("D-1019",)),
    Bill(key="quintes", day=577, customer="C-0128", mailed=False,
        lines=(product("AFFICHE-24X36", "25"), gl("4010", "Programmes, 12 pages, 350 exemplaires", "2.4600",
        "350"))),
    Bill(key="trail-maps", day=544, jobs=("D-1020",)),
    Bill(key="rempart-5", day=537, again="rempart-4"),
    Bill(key="rapport-annuel", day=511, jobs=("D-1021",), typed={0: {"quantity": Decimal(721)}},
        note="Surplus de 3 % accepté au téléphone par Mme Houle."),
    Bill(key="tea-sleeves", day=451, jobs=("D-1022",), changes={"exchange_rate": Decimal("1.3615")}),
    Bill(key="coop-4", day=461, again="coop-3", typed={0: {"unit_price": Decimal("1.4300")}}),
    Bill(key="rempart-6", day=413, again="rempart-5"),
    Bill(key="loutres", day=404, customer="C-0119", mailed=False,
        lines=(product("BANNIERE", "1"), product("GRAPHISME", "2"))),
    Bill(key="cidre", day=370, jobs=("D-1023",), proforma_mailed=0, final=4),
    Bill(key="campagne", day=340, jobs=("D-1024",), lines=(product("PUBLIPOSTAGE", "2200"),), favourite=True),
    Bill(key="maple-gate", day=322, customer="C-0131", lines=(product("BANNIERE", "4"),
        product("AFFICHE-24X36", "30"), gl("4900", "Volume discount", "-100"))),
    Bill(key="rempart-7", day=290, again="rempart-6"),
    Bill(key="boites-ontario", day=282, jobs=("D-1025",)),
    Bill(key="releves", day=258, jobs=("D-1026",)),
    Bill(key="abribus", day=230, jobs=("D-1027", "D-1028")),
    Bill(key="kettle-2", day=211, customer="C-0134", lines=(product("CARTES-500", "4"),
        product("EPREUVE", "2")), changes={"exchange_rate": Decimal("1.3688")}),
    Bill(key="rempart-8", day=167, again="rempart-7", typed={0: {"unit_price": Decimal(142)}}),
    Bill(key="bulletin-printemps", day=165, jobs=("D-1029", "D-1030")),
    Bill(key="boulon", day=118, customer="C-0122", cc=("m.cloutier@leboulondor.invalid",),
        lines=(gl("4010", "Factures 2 copies, numérotées", "0.2475", "3000"),)),
    Bill(key="roman", day=103, jobs=("D-1031",), typed={0: {"tax_code": "01"}}),
    Bill(key="invitations", day=86, jobs=("D-1032",)),
    Bill(key="fromage-frais", day=78, jobs=("D-1033",)),
    Bill(key="phase-2", day=61, jobs=("D-1034", "D-1035"), note="Un seul chèque pour les deux dossiers."),
)
