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
    insert into audit (actor, action, subject_kind, subject, changes, correlation_id)
        select e -> 'actor', e ->> 'action', e ->> 'subject_kind', e ->> 'subject', e -> 'changes',
               e ->> 'correlation_id'
        from jsonb_array_elements(replace(p_audit::text, p_token, number)::jsonb) e;
    insert into outbox (id, type, invoice_id, lane, body)
        select (m ->> 'id')::uuid, m ->> 'type', p_invoice, m ->> 'lane', replace(m ->> 'body', p_token, number)
        from jsonb_array_elements(p_messages) m;
    xact := pg_current_xact_id();
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
