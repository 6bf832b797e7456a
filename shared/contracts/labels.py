"""Every word that a form prints by itself, in both languages. A shop may replace any of them by its key."""

from collections.abc import Mapping

from shared.contracts.values import Localized

LABELS: Mapping[str, Localized] = {
    "invoice": Localized(fr="Facture", en="Invoice"),
    "proforma": Localized(fr="Proforma", en="Pro forma"),
    "credit_note": Localized(fr="Note de crédit", en="Credit note"),
    "proforma_credit_note": Localized(fr="Proforma de note de crédit", en="Pro forma credit note"),
    "not_an_invoice": Localized(fr="Ceci n’est pas une facture", en="This is not an invoice"),  # noqa: RUF001 - French
    "not_a_credit_note": Localized(
        fr="Ceci n’est pas une note de crédit",  # noqa: RUF001 - French
        en="This is not a credit note",
    ),
    "sold_to": Localized(fr="Vendu à", en="Sold to"),
    "bill_to": Localized(fr="Facturé à", en="Billed to"),
    "ship_to": Localized(fr="Expédié à", en="Shipped to"),
    "attention": Localized(fr="a/s", en="Attn."),
    "number": Localized(fr="Numéro", en="Number"),
    "date": Localized(fr="Date", en="Date"),
    "due_date": Localized(fr="Échéance", en="Due date"),
    "payment_term": Localized(fr="Termes de paiement", en="Payment terms"),
    "payment_method": Localized(fr="Mode de paiement", en="Payment method"),
    "sales_rep": Localized(fr="Représentant", en="Sales representative"),
    "credited_invoice": Localized(fr="Facture créditée", en="Credited invoice"),
    "credited_date": Localized(fr="Date de la facture", en="Invoice date"),
    "credit_reason": Localized(fr="Motif du crédit", en="Reason for credit"),
    "exchange_rate": Localized(fr="Taux de change", en="Exchange rate"),
    "page": Localized(fr="page", en="page"),
    "po_number": Localized(fr="Votre P.O.", en="Your P.O."),
    "job": Localized(fr="Dossier #", en="Job #"),
    "description": Localized(fr="Description", en="Description"),
    "ordered_quantity": Localized(fr="Qté commandée", en="Qty ordered"),
    "quantity": Localized(fr="Qté livrée", en="Qty delivered"),
    "quantity_credited": Localized(fr="Qté créditée", en="Qty credited"),
    "unit_price": Localized(fr="Prix unitaire", en="Unit price"),
    "total": Localized(fr="Total", en="Total"),
    "none": Localized(fr="Aucun", en="None"),
    "carried_forward": Localized(fr="À reporter", en="Carried forward"),
    "brought_forward": Localized(fr="Report", en="Brought forward"),
    "subtotal": Localized(fr="Sous-total", en="Subtotal"),
    "tax_base": Localized(fr="sur", en="on"),
    "grand_total": Localized(fr="Grand total", en="Grand total"),
    "gst_number": Localized(fr="TPS / GST", en="GST / TPS"),
    "qst_number": Localized(fr="TVQ / QST", en="QST / TVQ"),
}
