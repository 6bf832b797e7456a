"""The shop's forty customers. All are invented; so are their streets, telephone numbers and domains."""

from dataclasses import replace

from services.standalone.demo_data.customer_lines import address, customer, english

# Tables: a row stays together.
# fmt: off

_QUEBEC = (
    customer("C-0101", "Fromagerie du Pic-Bardé", "12, rang des Saules | Saint-Elphège-du-Lac | QC | G0L 3Z4",
        "Mme Bernadette Aucoin", "comptes@picbarde.example", "NET30 CHEQUE NL"),
    customer("C-0102", "Théâtre de la Lanterne sourde", "455, rue des Tisserands | Québec | QC | G1K 3B7",
        "M. Anatole Grenon", "lanternesourde.example", "NET30 CHEQUE FC"),
    customer("C-0103", "Cidrerie Les Vergers perdus",
        "2030, chemin du Coteau | Mont-Saint-Aubin | QC | J0L 1H0", "Mme Solange Piché",
        "vergersperdus.example", "NET15 VIREMENT NL"),
    customer("C-0104", "Clinique dentaire Belle-Humeur",
        "88, boulevard des Marronniers, bureau 200 | Lévis | QC | G6V 4Z2", "Mme Karine Desbiens",
        "facturation@bellehumeur.example", "NET30 CARTE NL"),
    replace(customer("C-0105", "Municipalité de Saint-Aubépin",
        "1, place de l'Église | Saint-Aubépin | QC | G0X 1W0", "Mme Francine Lemire",
        "comptes@saint-aubepin.example", "FDM30 VIREMENT FC"), po_required=True),
    replace(customer("C-0106", "Centre scolaire de la Rive-aux-Bleuets",
        "900, rue des Pionniers | Port-Ancien | QC | G8K 2M1", "M. Jocelyn Bédard",
        "comptes-payables@rivebleuets.example", "FDM30 VIREMENT FC"), po_required=True),
    replace(customer("C-0107", "École du Ruisseau-Vert", "31, rue de l'École | Port-Ancien | QC | G8K 1R4",
        "Mme Nadine Fiset", "ruisseauvert.example", "FDM30 VIREMENT FC"), po_required=True, bill_to="C-0106"),
    customer("C-0108", "Groupe immobilier Clé-de-Voûte inc.",
        "1500, rue du Belvédère, 8e étage | Montréal | QC | H3B 4W5", "M. Yannick Perreault",
        "fournisseurs@cledevoute.example", "NET30 VIREMENT FC"),
    replace(customer("C-0109", "Condos Le Belvédère-Nord", "77, avenue des Mélèzes | Laval | QC | H7N 5R2",
        "Mme Catherine Hamelin", "belvedere-nord.example", "NET30 VIREMENT FC"), bill_to="C-0108"),
    customer("C-0110", "Microbrasserie L'Orignal à lunettes",
        "5, rue du Quai | Anse-au-Portage | QC | G0L 4K0", "M. Olivier Tanguay",
        "compta@orignalalunettes.example", "NET30 COMPTE NL"),
    customer("C-0111", "Boulangerie Mie et Minuit",
        "214, rue Principale | Sainte-Aurélie-des-Eaux | QC | G0X 2R0", "Mme Maëlle Gingras",
        "mieetminuit.example", "NET15 CARTE NL"),
    customer("C-0112", "Festival des Marées hautes", "3, promenade du Large | Anse-au-Portage | QC | G0L 4K0",
        "M. Ludovic Arsenault", "mareeshautes.example", "NET30 CHEQUE FC"),
    customer("C-0113", "Éditions du Carouge", "640, rue Marchand | Trois-Rivières | QC | G9A 5H7",
        "Mme Estelle Roberge", "comptabilite@carouge.example", "NET30 VIREMENT NL"),
    customer("C-0114", "Musée de la Drave", "18, chemin des Estacades | Grand-Remous-Blanc | QC | J0W 1E0",
        "M. Thaddée Larouche", "musee-drave.example", "NET30 CHEQUE FC"),
    customer("C-0115", "Assurances Rempart-Bleu inc.",
        "2200, boulevard de la Cité | Sherbrooke | QC | J1H 5N8", "Mme Ghislaine Morissette",
        "comptes@rempartbleu.example", "NET30 VIREMENT NL"),
    customer("C-0116", "Pharmacie Coquelicot", "1010, rue des Érables | Drummondville | QC | J2B 8A4",
        "Mme Isaure Vigneault", "pharmaciecoquelicot.example", "NET15 CARTE NL"),
    customer("C-0117", "Pépinière Sous-les-Trembles", "765, 4e Rang | Saint-Elphège-du-Lac | QC | G0L 3Z4",
        "M. Rosaire Dubeau", "souslestrembles.example", "NET30 CHEQUE NL"),
    customer("C-0118", "Coopérative agricole du Val-Doré", "3400, route 155 | Val-Doré-Est | QC | G0X 1H0",
        "Mme Line Houle", "comptes@coopvaldore.example", "FDM30 VIREMENT FC"),
    customer("C-0119", "Auberge de l'Anse-aux-Loutres",
        "150, chemin de la Grève | Anse-au-Portage | QC | G0L 4K0", "M. Bertrand Savoie",
        "ansauxloutres.example", "NET30 CARTE NL"),
    customer("C-0120", "Laboratoires Mélisse-Ouest inc.",
        "9950, rue de l'Innovation | Montréal | QC | H4S 1W6", "M. Farid Benhaddou",
        "ap@melisseouest.example", "FDM30 VIREMENT FC"),
    customer("C-0121", "Sauvageau Lapierre, notaires",
        "25, rue Saint-Antoine, bureau 4 | Joliette | QC | J6E 5C1", "Me Odile Sauvageau",
        "sauvageaulapierre.example", "NET30 CHEQUE NL"),
    customer("C-0122", "Garage Le Boulon d'or", "602, route de l'Aéroport | Drummondville | QC | J2A 2K5",
        "M. Steeve Cloutier", "leboulondor.example", "LIVRAISON CARTE NL"),
    customer("C-0123", "Traiteur La Cuillère rouge", "48, rue du Marché | Trois-Rivières | QC | G9A 1J2",
        "Mme Rosalie Provencher", "cuillererouge.example", "NET15 CARTE NL"),
    customer("C-0124", "Association des artisans papetiers", "7, ruelle des Presses | Québec | QC | G1R 2S6",
        "Mme Huguette Lavallée", "papetiers.example", "NET30 CHEQUE FC"),
    customer("C-0125", "Fondation Petit-Phare", "1200, avenue du Fleuve | Rimouski | QC | G5L 7B4",
        "M. Clément Ruest", "petitphare.example", "NET30 CHEQUE FC"),
    customer("C-0126", "Savonnerie Brume-de-mer", "9, rue des Embruns | Anse-au-Portage | QC | G0L 4K0",
        "Mme Aurélie Chiasson", "brumedemer.example", "NET30 CARTE NL"),
    # The address that its mail goes to does not exist: the mail is refused, and somebody is told.
    customer("C-0127", "Scierie Haut-Fût inc.",
        "4500, chemin de la Scierie | Grand-Remous-Blanc | QC | J0W 1E0", "M. Réjean Cossette",
        "scieriehautfut.invalid", "NET30 CHEQUE FC"),
    customer("C-0128", "Orchestre de chambre Les Quintes justes",
        "330, rue de la Chapelle | Québec | QC | G1N 4K9", "Mme Viviane Joly", "quintesjustes.example",
        "NET30 CHEQUE FC"),
    customer("C-0129", "Agence Pastèque communication",
        "72, rue de la Commune Neuve | Montréal | QC | H2Y 3X9", "M. Édouard Simoneau",
        "facturation@agencepasteque.example", "NET30 VIREMENT FC"),
)

_ELSEWHERE = (
    replace(english(customer("C-0130", "Northlight Dental Supplies Ltd.",
        "410 Quarry Park Road, Suite 12 | Ottawa | ON | K1B 5M2", "Ms. Priya Raman",
        "payables@northlightdental.example", "NET30 VIREMENT WB")), po_required=True),
    english(customer("C-0131", "Maple Gate Events Inc.", "95 Foundry Lane | Toronto | ON | M5A 3C4",
        "Mr. Duncan Frye", "maplegate.example", "NET30 CARTE WB")),
    english(customer("C-0132", "Harbour Lantern Books Ltd.", "21 Cooper's Wharf | Halifax | NS | B3J 2K9",
        "Ms. Moira Sutherland", "harbourlantern.example", "NET30 CHEQUE WB")),
    english(customer("C-0133", "Chinook Ridge Outfitters Ltd.",
        "1180 Coulee Trail SW | Calgary | AB | T2P 4M8", "Mr. Wade Kowalchuk", "ap@chinookridge.example",
        "NET30 VIREMENT WB")),
    replace(english(customer("C-0134", "Greystone Kettle Tea Co.",
        "58 Lantern Hill Road | Burlington | VT | 05401", "Ms. Harriet Boone",
        "accounting@greystonekettle.example", "NET30 VIREMENT WB")), currency="USD", tax_code="00",
        receivable_account="1110"),
    english(customer("C-0135", "Thistle & Quill Stationers Inc.",
        "1620 Linden Avenue | Montréal | QC | H3H 1T8", "Mrs. Eleanor Whitcombe", "thistleandquill.example",
        "NET30 CARTE WB")),
)

_SHIPPED_ELSEWHERE = customer("C-0136", "Distribution Portage-Nord inc.",
    "5775, rue des Entrepôts | Gatineau | QC | J8R 3Z1", "M. Marc-Antoine Rioux",
    "comptes@portagenord.example", "NET30 VIREMENT FC")
_WAREHOUSES = (
    address("a2", "shipping", "14 Millwright Crescent | Kingston | ON | K7M 8S3",
        name="Entrepôt de l'Ontario"),
    replace(address("a3", "shipping", "230 Seaforth Drive | Dartmouth | NS | B3B 1X4",
        name="Entrepôt de l'Atlantique"), is_main=False),
)

_NOT_BILLABLE = (
    replace(customer("C-0137", "Les Jus Framboisier", "16, rue du Verger | Mont-Saint-Aubin | QC | J0L 1H0",
        "Mme Laurence Cadieux", "jusframboisier.example", "NET15 CARTE NL"), prospect=True),
    replace(customer("C-0138", "Studio de yoga Lune-Claire", "89, rue des Lilas | Lévis | QC | G6V 2N3",
        "Mme Amélie Boisvert", "luneclaire.example", "NET15 CARTE NL"), prospect=True),
)

_UNTIL_THEY_CLOSED = (
    customer("C-0139", "Papeterie du Vieux-Bureau",
        "403, rue Notre-Dame Ouest | Trois-Rivières | QC | G9A 4Y2", "M. Fernand Godin",
        "vieuxbureau.example", "NET30 CHEQUE NL"),
    customer("C-0140", "Chaussures Pas-Perdus", "27, rue des Cordonniers | Joliette | QC | J6E 2T7",
        "Mme Denise Marcoux", "pasperdus.example", "NET30 CHEQUE NL"),
)

# fmt: on
CUSTOMERS = (
    *_QUEBEC,
    *_ELSEWHERE,
    replace(_SHIPPED_ELSEWHERE, addresses=(*_SHIPPED_ELSEWHERE.addresses, *_WAREHOUSES)),
    *_NOT_BILLABLE,
    *_UNTIL_THEY_CLOSED,
)
CLOSED = tuple(replace(customer, active=False) for customer in _UNTIL_THEY_CLOSED)
"""As the customers who closed their doors are in the end."""
