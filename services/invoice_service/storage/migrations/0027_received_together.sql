-- What several messages of production do, written in one round trip: who was heard, the jobs, the pro formas with their
-- numbers, the trail and the messages. As `create_invoice` and the writing of one job do it, for many.
--
-- `p_tokens`, `p_entities`, `p_ids`, `p_rows`, `p_trails`: one of each for a pro forma; in the texts of its row and of
-- its trail the token stands for the number. `p_lines` and `p_taxes` are those of all. `p_added` and `p_changed` are
-- rows of jobs, which the caller has locked; `p_charges` the charges of those, whole. `p_noted`: which pro forma was
-- prepared of a job that is not among the added.
create function receive_together(
    p_claims jsonb, p_added jsonb, p_changed jsonb, p_charges jsonb, p_noted jsonb, p_audit jsonb,
    p_tokens text[], p_entities text[], p_ids uuid[], p_rows text[], p_trails text[], p_lines jsonb, p_taxes jsonb
) returns xid8 language plpgsql as $$
declare
    numbers text[];
    keys text[];
    trails jsonb;
    spoken_of text[];
begin
    -- Another who has claimed one of them meanwhile, or added one of the jobs, makes this fail: then it is done alone.
    insert into inbox (source, message_id, fingerprint, type)
        select c.source, c.message_id, c.fingerprint, c.type from jsonb_populate_recordset(null::inbox, p_claims) c;
    -- Once for all, at the end.
    perform set_config('factures.waiting_noted_later', 'yes', true);
    insert into jobs (
        number, customer, title, description, ordered_quantity, produced_quantity, unit_price, total_price, currency,
        po_number, product, gl_account, ship_to, status, completed_at, message_time, auto_draft_remaining,
        auto_draft_invoice, created_at, updated_at)
    select
        j.number, j.customer, j.title, j.description, j.ordered_quantity, j.produced_quantity, j.unit_price,
        j.total_price, j.currency, j.po_number, j.product, j.gl_account, j.ship_to, j.status, j.completed_at,
        j.message_time, j.auto_draft_remaining, j.auto_draft_invoice, j.created_at, j.updated_at
    from jsonb_populate_recordset(null::jobs, p_added) j;
    if p_changed <> '[]' then
        update jobs j set
            customer = r.customer, title = r.title, description = r.description,
            ordered_quantity = r.ordered_quantity, produced_quantity = r.produced_quantity,
            unit_price = r.unit_price, total_price = r.total_price, currency = r.currency,
            po_number = r.po_number, product = r.product, gl_account = r.gl_account, ship_to = r.ship_to,
            status = r.status, completed_at = r.completed_at, message_time = r.message_time,
            updated_at = r.updated_at
        from jsonb_populate_recordset(null::jobs, p_changed) r where j.number = r.number;
        delete from job_extra_charges c using jsonb_array_elements(p_changed) j
            where c.job = j ->> 'number' and not exists (
                select from jsonb_array_elements(p_charges) k where k ->> 'job' = c.job and k ->> 'id' = c.id);
    end if;
    if p_charges <> '[]' then
        insert into job_extra_charges
            (job, id, position, code, description, quantity, unit_price, product, gl_account)
        select c.job, c.id, c.position, c.code, c.description, c.quantity, c.unit_price, c.product, c.gl_account
        from jsonb_populate_recordset(null::job_extra_charges, p_charges) c
        on conflict (job, id) do update set
            position = excluded.position, code = excluded.code, description = excluded.description,
            quantity = excluded.quantity, unit_price = excluded.unit_price, product = excluded.product,
            gl_account = excluded.gl_account;
    end if;
    if p_noted <> '[]' then
        update jobs j set auto_draft_remaining = r.auto_draft_remaining, auto_draft_invoice = r.auto_draft_invoice
        from jsonb_populate_recordset(null::jobs, p_noted) r where j.number = r.number;
    end if;
    if cardinality(p_tokens) > 0 then
        with taken as (
            update number_series s set next_value = s.next_value + w.many, used = true
            from (select entity, count(*) as many from unnest(p_entities) entity group by entity) w
            where s.business_entity = w.entity and s.kind = 'proforma'
            returning s.business_entity, s.prefix, s.padding, s.next_value - w.many as first
        ), numbered as (
            select u.place, t.prefix, t.padding,
                   (t.first + row_number() over (partition by u.entity order by u.place) - 1)::text as value
            from unnest(p_entities) with ordinality u (entity, place) join taken t on t.business_entity = u.entity
        )
        select array_agg(prefix || case when length(value) >= padding then value else lpad(value, padding, '0') end
                         order by place),
               array_agg(prefix || lpad(value, 18, '0') order by place)
            into numbers, keys from numbered;
        if cardinality(numbers) is distinct from cardinality(p_tokens) then
            raise exception 'no proforma series of one of %', p_entities using errcode = 'FA002';
        end if;
        insert into invoices (
            id, kind, status, version, business_entity, proforma_number, number_key, date, due_date, customer, payer,
            sold_to, bill_to, ship_to, ship_to_address, billing_contact, tax_code, payment_term, payment_method,
            sales_rep, receivable_account, currency, exchange_rate, language, message, note, hold, manual, subtotal,
            total, credited_invoice, credit_reason, rebills, search, customer_key, created_at, updated_at)
        select
            r.id, r.kind, r.status, r.version, r.business_entity, u.number, u.key, r.date, r.due_date,
            r.customer, r.payer, r.sold_to, r.bill_to, r.ship_to, r.ship_to_address, r.billing_contact, r.tax_code,
            r.payment_term, r.payment_method, r.sales_rep, r.receivable_account, r.currency, r.exchange_rate,
            r.language, r.message, r.note, r.hold, r.manual, r.subtotal, r.total, r.credited_invoice,
            r.credit_reason, r.rebills, r.search, sort_key(r.customer_key), r.created_at, r.updated_at
        from unnest(p_tokens, p_rows, numbers, keys) u (token, content, number, key),
             jsonb_populate_record(null::invoices, replace(u.content, u.token, u.number)::jsonb) r;
        insert into invoice_axes (invoice_id) select unnest(p_ids);
        perform put_lines(p_lines);
        insert into invoice_taxes select t.* from jsonb_populate_recordset(null::invoice_taxes, p_taxes) t;
    end if;
    perform set_config('factures.waiting_noted_later', '', true);
    spoken_of := array(
        select j ->> 'number' from jsonb_array_elements(p_added || p_changed || p_noted) j
        union select l ->> 'job' from jsonb_array_elements(p_lines) l);
    perform note_waiting(array_remove(spoken_of, null));
    select coalesce(jsonb_agg(replace(u.trail, u.token, u.number)::jsonb), '[]') into trails
        from unnest(p_tokens, p_trails, numbers) u (token, trail, number);
    return append_trail(
        p_audit || coalesce((select jsonb_agg(e) from jsonb_array_elements(trails) t, jsonb_array_elements(t -> 'audit') e), '[]'),
        coalesce((select jsonb_agg(m) from jsonb_array_elements(trails) t, jsonb_array_elements(t -> 'messages') m), '[]'));
end $$;
