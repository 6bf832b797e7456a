-- What must happen in one round trip under a lock.

-- The next number of a series, formatted. Takes the counter's row lock: call it last.
create function take_number(p_entity text, p_kind text, out number text, out number_key text)
language plpgsql as $$
declare
    taken record;
begin
    update number_series set next_value = next_value + 1, used = true
        where business_entity = p_entity and kind = p_kind
        returning prefix, padding, next_value - 1 as value into taken;
    if not found then
        raise exception 'no % series of %', p_kind, p_entity using errcode = 'FA002';
    end if;
    number := taken.prefix || case when length(taken.value::text) >= taken.padding then taken.value::text
                                   else lpad(taken.value::text, taken.padding, '0') end;
    number_key := taken.prefix || lpad(taken.value::text, 18, '0');
end $$;

-- Everything that holds the final number, written under the counter's lock: the invoice's frozen row, the audit
-- entry, the messages. `p_token` stands for the number in the prepared texts; it is random, so no text of a
-- person can hold it.
create function finalize_invoice(
    p_invoice uuid, p_entity text, p_series text, p_token text, p_row jsonb, p_audit jsonb, p_messages jsonb,
    out number text, out xact xid8
) language plpgsql as $$
declare
    key text;
    filled jsonb;
begin
    select t.number, t.number_key into number, key from take_number(p_entity, p_series) t;
    filled := replace(p_row::text, p_token, number)::jsonb;
    update invoices set
        status = 'final_ready',
        version = (filled ->> 'version')::integer,
        final_number = finalize_invoice.number,
        number_key = key,
        date = (filled ->> 'date')::date,
        due_date = (filled ->> 'due_date')::date,
        subtotal = (filled ->> 'subtotal')::numeric,
        total = (filled ->> 'total')::numeric,
        snapshot = filled -> 'snapshot',
        snapshot_sha256 = encode(sha256(convert_to((filled -> 'snapshot')::text, 'UTF8')), 'hex'),
        search = filled ->> 'search',
        updated_at = (filled ->> 'at')::timestamptz,
        finalized_at = (filled ->> 'at')::timestamptz
        where id = p_invoice;
    update invoice_axes set
        rendering_state = 'pending', rendering_reason = null, rendering_at = (filled ->> 'at')::timestamptz,
        rendering_version = (filled ->> 'version')::integer,
        delivery_state = 'none', delivery_reason = null, delivery_at = null, delivery_email = null,
        transfer_state = filled ->> 'transfer_state', transfer_reason = nullif(filled -> 'transfer_reason', 'null'),
        transfer_at = (filled ->> 'at')::timestamptz, transfer_attempt = 1,
        transfer_connector = filled ->> 'transfer_connector'
        where invoice_id = p_invoice;
    xact := append_trail(
        replace(p_audit::text, p_token, number)::jsonb, replace(p_messages::text, p_token, number)::jsonb);
end $$;

-- Claims an idempotency key for this transaction. state: new | running | replay | mismatch.
-- The lock is the transaction's: a crash frees the key, and what it did is undone with it.
create function claim_idempotency_key(
    p_caller text, p_key text, p_fingerprint text,
    out state text, out status smallint, out headers jsonb, out body text
) language plpgsql as $$
declare
    kept idempotency_keys;
begin
    if not pg_try_advisory_xact_lock(hashtextextended(p_caller || chr(31) || p_key, 0)) then
        state := 'running';
        return;
    end if;
    select * into kept from idempotency_keys k
        where k.caller = p_caller and k.key = p_key and k.created_at > clock_timestamp() - interval '24 hours';
    if not found then
        state := 'new';
    elsif kept.fingerprint <> p_fingerprint then
        state := 'mismatch';
    else
        state := 'replay';
        status := kept.status;
        headers := kept.headers;
        body := kept.body;
    end if;
end $$;

-- What each invoice bills of a job, or of a charge of it: its lines, drafts counted, less what final credits released.
-- A pro forma that bills again what a draft credit will release stands in for it: only what it has more counts.
create view quantities_billed as
    select l.job, l.extra_charge, case
        when i.kind = 'invoice' and (i.rebills is null or c.final_number is not null) then sum(l.quantity)
        when i.kind = 'invoice' then greatest(0, sum(l.quantity) + coalesce((
            select sum(r.quantity) from invoice_lines r
            where r.invoice_id = i.rebills and r.job = l.job and r.kind = l.kind
              and r.extra_charge is not distinct from l.extra_charge and r.release_quantity), 0))
        when i.final_number is not null then coalesce(sum(l.quantity) filter (where l.release_quantity), 0)
        else 0
    end as quantity
    from invoice_lines l
    join invoices i on i.id = l.invoice_id
    left join invoices c on c.id = i.rebills
    where l.kind in ('job', 'extra_charge') and l.job is not null and l.quantity is not null
    group by l.job, l.kind, l.extra_charge, i.id, c.id;

create view jobs_billed as
    select job, sum(quantity) as quantity from quantities_billed where extra_charge is null group by job;

create function job_billed(p_job text) returns numeric language sql stable as $$
    select coalesce((select quantity from jobs_billed where job = p_job), 0)
$$;

create view charges_billed as
    select job, extra_charge, sum(quantity) as quantity
    from quantities_billed where extra_charge is not null group by job, extra_charge;

create function charge_billed(p_job text, p_charge text) returns numeric language sql stable as $$
    select coalesce((select quantity from charges_billed where job = p_job and extra_charge = p_charge), 0)
$$;

-- The trail tells the time that the use case was told, as its other rows do.
create function append_trail(p_audit jsonb, p_messages jsonb) returns xid8 language plpgsql as $$
begin
    insert into audit (at, actor, action, subject_kind, subject, changes, correlation_id)
        select (e ->> 'at')::timestamptz, e -> 'actor', e ->> 'action', e ->> 'subject_kind', e ->> 'subject',
               e -> 'changes', e ->> 'correlation_id'
        from jsonb_array_elements(p_audit) e;
    insert into outbox (id, type, invoice_id, lane, body)
        select (m ->> 'id')::uuid, m ->> 'type', (m ->> 'invoice_id')::uuid, m ->> 'lane', m ->> 'body'
        from jsonb_array_elements(p_messages) m;
    return pg_current_xact_id();
end $$;

-- Lines that are new or changed, with their positions.
create function put_lines(p_lines jsonb) returns void language sql as $$
    insert into invoice_lines
        select l.* from jsonb_array_elements(p_lines) e, jsonb_populate_record(null::invoice_lines, e) l
    on conflict (id) do update set
        position = excluded.position, description = excluded.description, po_number = excluded.po_number,
        ordered_quantity = excluded.ordered_quantity, quantity = excluded.quantity,
        unit_price = excluded.unit_price, total_price = excluded.total_price, product = excluded.product,
        gl_account = excluded.gl_account, tax_code = excluded.tax_code, total = excluded.total,
        manual = excluded.manual, taxes = excluded.taxes, release_quantity = excluded.release_quantity
$$;

create function put_taxes(p_invoice uuid, p_taxes jsonb) returns void language sql as $$
    delete from invoice_taxes where invoice_id = p_invoice;
    insert into invoice_taxes
        select t.* from jsonb_array_elements(p_taxes) e, jsonb_populate_record(null::invoice_taxes, e) t
$$;

-- A new pro forma with its number, in one round trip. `p_token` stands for the number, as in finalize_invoice.
create function create_invoice(
    p_token text, p_invoice jsonb, p_lines jsonb, p_taxes jsonb, p_audit jsonb, p_messages jsonb,
    out number text, out xact xid8
) language plpgsql as $$
declare
    key text;
begin
    select t.number, t.number_key into number, key from take_number(p_invoice ->> 'business_entity', 'proforma') t;
    insert into invoices (
        id, kind, status, version, business_entity, proforma_number, number_key, date, due_date, customer, payer,
        sold_to, bill_to, ship_to, ship_to_address, billing_contact, tax_code, payment_term, payment_method,
        sales_rep, receivable_account, currency, exchange_rate, language, message, note, hold, manual, subtotal,
        total, credited_invoice, credit_reason, rebills, search, customer_key, created_at, updated_at)
    select
        r.id, r.kind, r.status, r.version, r.business_entity, create_invoice.number, key, r.date, r.due_date,
        r.customer, r.payer, r.sold_to, r.bill_to, r.ship_to, r.ship_to_address, r.billing_contact, r.tax_code,
        r.payment_term, r.payment_method, r.sales_rep, r.receivable_account, r.currency, r.exchange_rate,
        r.language, r.message, r.note, r.hold, r.manual, r.subtotal, r.total, r.credited_invoice,
        r.credit_reason, r.rebills, r.search, sort_key(r.customer_key), r.created_at, r.updated_at
    from jsonb_populate_record(
        null::invoices, replace(p_invoice::text, p_token, create_invoice.number)::jsonb) r;
    insert into invoice_axes (invoice_id) values ((p_invoice ->> 'id')::uuid);
    perform put_lines(p_lines);
    perform put_taxes((p_invoice ->> 'id')::uuid, p_taxes);
    xact := append_trail(
        replace(p_audit::text, p_token, create_invoice.number)::jsonb,
        replace(p_messages::text, p_token, create_invoice.number)::jsonb);
end $$;

-- An edited pro forma: its row, the lines that changed, the lines that went, its taxes.
create function update_invoice(
    p_invoice jsonb, p_lines jsonb, p_removed uuid[], p_taxes jsonb, p_audit jsonb, p_messages jsonb
) returns xid8 language plpgsql as $$
declare
    target uuid := (p_invoice ->> 'id')::uuid;
begin
    update invoices i set
        status = r.status, version = r.version, business_entity = r.business_entity, date = r.date,
        due_date = r.due_date, customer = r.customer, payer = r.payer, sold_to = r.sold_to, bill_to = r.bill_to,
        ship_to = r.ship_to, ship_to_address = r.ship_to_address, billing_contact = r.billing_contact,
        tax_code = r.tax_code, payment_term = r.payment_term, payment_method = r.payment_method,
        sales_rep = r.sales_rep, receivable_account = r.receivable_account, currency = r.currency,
        exchange_rate = r.exchange_rate, language = r.language, message = r.message, note = r.note, hold = r.hold,
        manual = r.manual, subtotal = r.subtotal, total = r.total, credit_reason = r.credit_reason,
        search = r.search, customer_key = sort_key(r.customer_key), updated_at = r.updated_at
    from jsonb_populate_record(null::invoices, p_invoice) r
    where i.id = target;
    delete from invoice_lines where id = any (p_removed);
    perform put_lines(p_lines);
    if p_taxes is not null then
        perform put_taxes(target, p_taxes);
    end if;
    return append_trail(p_audit, p_messages);
end $$;

-- Status, note and axes only: what may move on a final too. `p_axes` holds the columns that change.
create function move_invoice(
    p_invoice uuid, p_status text, p_axes jsonb, p_document jsonb, p_audit jsonb, p_messages jsonb
) returns xid8 language plpgsql as $$
begin
    update invoices set status = p_status where id = p_invoice and status <> p_status;
    if p_axes <> '{}' then
        update invoice_axes a set
            rendering_state = r.rendering_state, rendering_reason = r.rendering_reason,
            rendering_at = r.rendering_at, rendering_version = r.rendering_version,
            delivery_state = r.delivery_state, delivery_reason = r.delivery_reason, delivery_at = r.delivery_at,
            delivery_email = r.delivery_email, transfer_state = r.transfer_state,
            transfer_reason = r.transfer_reason, transfer_at = r.transfer_at,
            transfer_attempt = r.transfer_attempt, transfer_connector = r.transfer_connector,
            transfer_external_id = r.transfer_external_id, transfer_manual = r.transfer_manual
        from invoice_axes old, lateral jsonb_populate_record(old, p_axes) r
        where a.invoice_id = p_invoice and old.invoice_id = a.invoice_id;
    end if;
    if p_document is not null then
        insert into invoice_documents
            select d.* from jsonb_populate_record(null::invoice_documents, p_document) d
        on conflict (invoice_id, version) do nothing;
    end if;
    return append_trail(p_audit, p_messages);
end $$;
