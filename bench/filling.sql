-- Years of an invented shop: customers, jobs, invoices in every state, as many as `bench.invoices` says.
-- Written in one go, past triggers and foreign keys (see bench/filling.py); the amounts, the numbers and the series
-- agree all the same. The newest twentieth is open, at most a thousand, and sixty have a star: neither piles up with
-- the years. One in a hundred is a credit note; every tenth is of one large customer. Ids and all else follow from the
-- number of a row, so two fillings are alike.

create function pg_temp.id_of(kind text, i bigint) returns uuid language sql immutable as $$
    select ('01900000-0000-7000-8' || kind || '-' || lpad(to_hex(i), 12, '0'))::uuid
$$;
create function pg_temp.padded(prefix text, i bigint, width integer) returns text language sql immutable as $$
    select prefix || lpad(i::text, greatest(width, length(i::text)), '0')
$$;

create temporary table sizes as
    select n, least(greatest(n / 50, 20), 5000) as customers, current_date as today
    from (select current_setting('bench.invoices')::bigint as n) asked;

insert into gl_accounts (number, description, category) values
    ('1100', 'Comptes clients', 'asset'), ('2310', 'TPS à payer', 'liability'), ('2320', 'TVQ à payer', 'liability'),
    ('4010', 'Impression', 'revenue'), ('4200', 'Livraison', 'revenue')
    on conflict do nothing;
update taxes set gl_account = case code when 'TPS' then '2310' else '2320' end where code in ('TPS', 'TVQ');
insert into sales_reps (code, name)
    select 'R' || r, 'Représentant ' || r from generate_series(1, 8) r on conflict do nothing;
update business_entities set email = 'factures@shop.example';
update settings set body = body || '{"default_receivable_account": "1100", "default_revenue_account": "4010"}';

create temporary table buyers as
    select c, pg_temp.padded('C-', c, 5) as code,
        (array['Théâtre', 'Éditions', 'Brasserie', 'Clinique', 'École', 'Coopérative', 'Musée', 'Boulangerie'])[1 + c % 8]
            || (array[' du Fleuve', ' de l''Érable', ' Saint-Élie', ' des Marées', ' du Vieux-Port'])[1 + c % 5]
            || ' ' || c as name,
        'R' || 1 + c % 8 as rep,
        jsonb_build_object('line1', c || ', rue des Presses', 'city', 'Québec', 'country', 'Canada', 'name', null,
                           'line2', null, 'province', 'QC', 'postal_code', 'G1K 3B7') as address
    from sizes, generate_series(1, customers) c;
insert into customers (code, name, tax_code, payment_term, payment_method, sales_rep, receivable_account, addresses,
                       contacts)
    select code, name, 'QC', 'NET30', 'COMPTE', rep, '1100',
        jsonb_build_array(address || '{"id": "a1", "kind": "billing", "is_main": true}'),
        jsonb_build_array(jsonb_build_object(
            'id', 'c1', 'first_name', 'Aline', 'last_name', 'Roy ' || c, 'salutation', 'Mme',
            'email', 'compta@client-' || c || '.example', 'phone', null, 'language', null, 'is_default', true,
            'billing_responsible', true, 'billing_email', true, 'active', true))
    from buyers;

create temporary table planned as
    with numbered as (
        select i, n, i > n - least(n / 20, 1000) as recent, i % 100 = 99 and i > 100 as is_credit,
            case when i % 10 = 0 then 1 else 1 + i * 7919 % customers end as c,
            today - ((n - i) * 3650 / n)::integer as day,
            (150 + i * 37 % 9000 + i % 100 / 100.0)::numeric(17, 2) as price
        from sizes, generate_series(1, n) i
    ), stated as (
        select *, case when not recent or is_credit then 'final_sent' when i % 4 = 2 then 'proforma_sent'
                       when i % 4 = 3 then 'final_ready' else 'proforma_draft' end as status,
            case when is_credit then -(price + 40) else price + 40 end as subtotal
        from numbered
    )
    select *, status in ('final_ready', 'final_sent') as is_final, round(subtotal * 0.05, 2) as gst,
        round(subtotal * 0.09975, 2) as qst, pg_temp.id_of('000', i) as id, pg_temp.padded('PF-', i, 4) as proforma,
        case when not is_credit then pg_temp.padded('D-', i, 5) end as job,
        (array['Dépliants, 3 volets', 'Étiquettes en rouleau', 'Affiches 24 × 36 po', 'Catalogue, 48 pages',
               'Cartes professionnelles', 'Boîtes pliantes', 'Bulletin municipal'])[1 + i % 7] as title,
        case when status in ('final_ready', 'final_sent')
             then count(*) filter (where status in ('final_ready', 'final_sent')) over (order by i) end as final_value,
        day + time '14:00' at time zone 'UTC' as at
    from stated;

insert into jobs (number, customer, title, ordered_quantity, produced_quantity, total_price, currency, po_number,
                  gl_account, status, completed_at, created_at, updated_at)
    select job, b.code, title, 1000, 1000, price, 'CAD', 'BC-' || i, '4010', 'invoiced', at, at, at
    from planned p join buyers b using (c) where job is not null;

insert into invoices (
        id, kind, status, version, business_entity, proforma_number, final_number, number_key, date, due_date, customer,
        payer, sold_to, bill_to, ship_to, ship_to_address, billing_contact, tax_code, payment_term, payment_method,
        sales_rep, receivable_account, currency, language, note, hold, subtotal, total, credited_invoice, credit_reason,
        snapshot, snapshot_sha256, search, customer_key, created_at, updated_at, finalized_at)
    select id, case when is_credit then 'credit_note' else 'invoice' end, status, case when is_final then 2 else 1 end,
        'MAIN', proforma, pg_temp.padded('', final_value, 5),
        case when is_final then lpad(final_value::text, 18, '0') else 'PF-' || lpad(i::text, 18, '0') end,
        day, case when not is_credit then day + 30 end, b.code, b.code, party, party, party, 'a1',
        jsonb_build_object('id', 'c1', 'name', 'Aline Roy ' || c, 'salutation', 'Mme',
                           'email', 'compta@client-' || c || '.example'),
        'QC', 'NET30', 'COMPTE', rep, '1100', 'CAD', 'fr', case when i % 50 = 0 then 'Rappeler en janvier' end,
        case when not is_final and i % 5 = 0 then '{"reason": "Attendre le bon de commande"}'::jsonb end,
        subtotal, subtotal + gst + qst, case when is_credit then pg_temp.id_of('000', i - 50) end,
        case when is_credit then 'Erreur de prix' end,
        case when is_final then jsonb_build_object('number', final_value, 'sold_to', party, 'bill_to', party,
                                                   'note', repeat(title || ' ', 40)) end,
        case when is_final then repeat('0', 64) end,
        concat_ws(' ', pg_temp.padded('', final_value, 5), proforma, b.code, name, job, 'BC-' || i, title, 'Livraison'),
        sort_key(name), at, at, case when is_final then at end
    from planned p join buyers b using (c),
        lateral (select jsonb_build_object('code', b.code, 'name', name, 'attention', 'Aline Roy ' || c,
                                           'address', address) as party) parties;

insert into invoice_lines (id, invoice_id, position, kind, job, gl_account, description, po_number, ordered_quantity,
                           quantity, unit_price, total_price, tax_code, total, taxes, credited_line)
    select pg_temp.id_of('001', i), id, 0, case when is_credit then 'gl' else 'job' end, job, '4010', title, 'BC-' || i,
        case when not is_credit then 1000 end, case when is_credit then -1 else 1000 end,
        case when is_credit then price end, case when not is_credit then price end, 'QC',
        case when is_credit then -price else price end, '{TPS,TVQ}'::text[],
        case when is_credit then pg_temp.id_of('001', i - 50) end
    from planned
    union all
    select pg_temp.id_of('002', i), id, 1, 'gl', null, '4200', 'Livraison', null, null, case when is_credit then -1 else 1 end,
        40, null, 'QC', case when is_credit then -40 else 40 end, '{TPS,TVQ}'::text[],
        case when is_credit then pg_temp.id_of('002', i - 50) end
    from planned;

insert into invoice_taxes (invoice_id, position, code, name, rate, base, amount, gl_account)
    select id, 0, 'TPS', '{"fr": "TPS", "en": "GST"}'::jsonb, 0.05, subtotal, gst, '2310' from planned
    union all
    select id, 1, 'TVQ', '{"fr": "TVQ", "en": "QST"}'::jsonb, 0.09975, subtotal, qst, '2320' from planned;

insert into invoice_axes (invoice_id, rendering_state, rendering_at, rendering_version, delivery_state, delivery_at,
                          transfer_state, transfer_at, transfer_attempt, transfer_connector, transfer_external_id)
    select id, case when is_final then 'succeeded' else 'none' end, case when is_final then at end,
        case when is_final then 2 end, case when status in ('proforma_sent', 'final_sent') then 'succeeded' else 'none' end,
        case when status in ('proforma_sent', 'final_sent') then at end,
        case status when 'final_sent' then 'succeeded' when 'final_ready' then 'failed' else 'none' end,
        case when is_final then at end, is_final::integer, case when is_final then 'beancount' end,
        case when status = 'final_sent' then 'books/' || final_value end
    from planned;
insert into invoice_documents (invoice_id, version, final, key, sha256, size, rendered_at)
    select id, 2, true, 'bench/' || i, repeat('0', 64), 30000, at from planned where is_final;
insert into favourites (actor, invoice_id) select 'bootstrap', id from planned where i % greatest(n / 60, 1) = 5;

insert into emails (id, invoice_id, version, final, state, sender, subject, body, language, with_pdf, pdf_name,
                    message_id, requested, created_at, sent_at)
    select pg_temp.id_of('003', i), id, case when is_final then 2 else 1 end, is_final, 'sent',
        '{"name": "Ada Roy", "email": "ada@shop.example"}', 'Votre facture', repeat('Bonjour. ', 40), 'fr', true,
        'facture.pdf', '<' || i || '@shop.example>', true, at, at
    from planned where status in ('proforma_sent', 'final_sent');
insert into email_recipients (email_id, position, role, name, email, state, reply)
    select pg_temp.id_of('003', i), 0, 'to', 'Aline Roy ' || c, 'compta@client-' || c || '.example', 'sent', '250 OK'
    from planned where status in ('proforma_sent', 'final_sent');
insert into notifications (id, at, code, invoice_id, message)
    select pg_temp.id_of('004', i), at, 'transfer_failed', id, '{"fr": "Le transfert a échoué.", "en": "The transfer failed."}'
    from planned where i % 50 = 1;

insert into audit (at, actor, action, subject_kind, subject, changes)
    select at, '{"kind": "user", "id": "bench", "name": "Ada Roy"}', 'invoice.created', 'invoice', id::text,
        jsonb_build_array(jsonb_build_object('field', 'total', 'before', null, 'after', subtotal + gst + qst))
    from planned order by i;

update number_series s set used = true, next_value = 1 + (
        select coalesce(case s.kind when 'proforma' then max(i) else max(final_value) end, 0) from planned)
    where business_entity = 'MAIN' and kind in ('proforma', 'final');

-- What still waits to be billed, of customers all over: as somebody else would put it, with all that follows from it.
set local session_replication_role = origin;
insert into jobs (number, customer, title, ordered_quantity, produced_quantity, total_price, currency, po_number,
                  gl_account, status, completed_at)
    select pg_temp.padded('W-', i, 5), b.code, 'Affiches à facturer', 1000, 1000, 250 + i, 'CAD', 'BC-W' || i, '4010',
        'production_complete', now() - i * interval '1 hour'
    from sizes, generate_series(1, n / 500) i join buyers b on b.c = 1 + i * 31 % 20;
