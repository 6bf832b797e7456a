-- What a new system starts with. Rates: Revenu Québec, Canada Revenue Agency (Nova Scotia: 14 % since 2025-04-01).

insert into taxes (code, name, rates, shipped) values
    ('TPS', '{"fr": "TPS", "en": "GST"}', '[{"from": "2008-01-01", "rate": "0.05"}]', true),
    ('TVQ', '{"fr": "TVQ", "en": "QST"}', '[{"from": "2013-01-01", "rate": "0.09975"}]', true),
    ('TVH-ON', '{"fr": "TVH", "en": "HST"}', '[{"from": "2010-07-01", "rate": "0.13"}]', true),
    ('TVH-NS', '{"fr": "TVH", "en": "HST"}',
        '[{"from": "2010-07-01", "rate": "0.15"}, {"from": "2025-04-01", "rate": "0.14"}]', true),
    ('TVH', '{"fr": "TVH", "en": "HST"}', '[{"from": "2016-10-01", "rate": "0.15"}]', true);

insert into tax_codes (code, description, province, is_default) values
    ('00', 'Aucune taxe / No tax', null, false),
    ('01', 'TPS seulement / GST only', null, false),
    ('QC', 'Québec : TPS + TVQ', 'QC', true),
    ('ON', 'Ontario : TVH 13 %', 'ON', true),
    ('NS', 'Nouvelle-Écosse : TVH', 'NS', true),
    ('NB', 'Nouveau-Brunswick : TVH 15 %', 'NB', true),
    ('NL', 'Terre-Neuve-et-Labrador : TVH 15 %', 'NL', true),
    ('PE', 'Île-du-Prince-Édouard : TVH 15 %', 'PE', true),
    ('AB', 'Alberta : TPS', 'AB', true),
    ('NT', 'Territoires du Nord-Ouest : TPS', 'NT', true),
    ('NU', 'Nunavut : TPS', 'NU', true),
    ('YT', 'Yukon : TPS', 'YT', true);

insert into tax_code_taxes (tax_code, position, tax) values
    ('01', 1, 'TPS'), ('QC', 1, 'TPS'), ('QC', 2, 'TVQ'), ('ON', 1, 'TVH-ON'), ('NS', 1, 'TVH-NS'),
    ('NB', 1, 'TVH'), ('NL', 1, 'TVH'), ('PE', 1, 'TVH'),
    ('AB', 1, 'TPS'), ('NT', 1, 'TPS'), ('NU', 1, 'TPS'), ('YT', 1, 'TPS');

insert into business_entities (code, name, is_default, placeholder) values ('MAIN', 'Mon entreprise', true, true);
insert into number_series (business_entity, kind, prefix, padding) values
    ('MAIN', 'proforma', 'PF-', 4), ('MAIN', 'final', '', 5), ('MAIN', 'credit_note', 'NC-', 5);

insert into payment_terms (code, description, days) values
    ('NET30', '{"fr": "Net 30 jours", "en": "Net 30 days"}', 30);
insert into payment_methods (code, description) values
    ('COMPTE', '{"fr": "Porté au compte", "en": "On account"}');

insert into email_templates (kind, fr, en) values
    ('proforma',
     '{"subject": "Facture proforma {{NoFacture}} – {{NotreEntreprise}}", "body": "{{Salutations}},\n\nVous trouverez ci-joint la facture proforma {{NoFacture}} au montant de {{Total}}.\n\nCeci n''est pas une facture finale.\n\n{{NotreEntreprise}}", "attachment_name": "Proforma {{NoFacture}}.pdf"}',
     '{"subject": "Pro forma invoice {{NoFacture}} – {{NotreEntreprise}}", "body": "{{Salutations}},\n\nPlease find attached pro forma invoice {{NoFacture}} for {{Total}}.\n\nThis is not a final invoice.\n\n{{NotreEntreprise}}", "attachment_name": "Pro forma {{NoFacture}}.pdf"}'),
    ('final',
     '{"subject": "Facture {{NoFacture}} – {{NotreEntreprise}}", "body": "{{Salutations}},\n\nVous trouverez ci-joint la facture {{NoFacture}} au montant de {{Total}}, payable au plus tard le {{DateEcheance}}.\n\nMerci de votre confiance.\n\n{{NotreEntreprise}}", "attachment_name": "Facture {{NoFacture}}.pdf"}',
     '{"subject": "Invoice {{NoFacture}} – {{NotreEntreprise}}", "body": "{{Salutations}},\n\nPlease find attached invoice {{NoFacture}} for {{Total}}, due on {{DateEcheance}}.\n\nThank you for your business.\n\n{{NotreEntreprise}}", "attachment_name": "Invoice {{NoFacture}}.pdf"}'),
    ('credit_note',
     '{"subject": "Note de crédit {{NoFacture}} – {{NotreEntreprise}}", "body": "{{Salutations}},\n\nVous trouverez ci-joint la note de crédit {{NoFacture}} au montant de {{Total}}.\n\n{{NotreEntreprise}}", "attachment_name": "Note de credit {{NoFacture}}.pdf"}',
     '{"subject": "Credit note {{NoFacture}} – {{NotreEntreprise}}", "body": "{{Salutations}},\n\nPlease find attached credit note {{NoFacture}} for {{Total}}.\n\n{{NotreEntreprise}}", "attachment_name": "Credit note {{NoFacture}}.pdf"}');
