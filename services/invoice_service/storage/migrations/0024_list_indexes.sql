-- Lists that cost the same whatever the number of finals: each filter finds its rows, and the open invoices, which a
-- clerk looks at, stand in each order in an index of their own.

-- Kept ready: to look through ten thousand texts is quick, to take the accents off them is not.
alter table invoices add column search_key text generated always as (sort_key(search)) stored;
drop index invoices_search;
create index invoices_search on invoices using gin (search_key gin_trgm_ops);

create or replace function guard_final_invoice() returns trigger language plpgsql as $$
declare
    -- The last ones are generated after the triggers: they follow from what is compared.
    movable constant text[] := array['status', 'note', 'updated_at', 'number', 'search_key'];
begin
    if old.final_number is null then
        return case when tg_op = 'DELETE' then old else new end;
    end if;
    if tg_op = 'DELETE' then
        raise exception 'invoice % is final and can''t be deleted', old.number using errcode = 'FA001';
    end if;
    if to_jsonb(new) - movable is distinct from to_jsonb(old) - movable
       or new.status not in ('final_ready', 'final_sent')
       or (old.status = 'final_sent' and new.status <> 'final_sent') then
        raise exception 'invoice % is final and can''t be changed', old.number using errcode = 'FA001';
    end if;
    return new;
end $$;

create index invoices_open_by_number on invoices (number_key, id)
    where status in ('proforma_draft', 'proforma_sent', 'final_ready');
create index invoices_open_by_customer on invoices (customer_key, number_key desc, id desc)
    where status in ('proforma_draft', 'proforma_sent', 'final_ready');
create index invoices_open_by_subtotal on invoices (subtotal, id)
    where status in ('proforma_draft', 'proforma_sent', 'final_ready');
create index invoices_by_status_and_number on invoices (status, number_key desc, id desc);
create index invoices_of_sales_rep on invoices (sales_rep, date, number_key, id);
create index invoices_credit_notes on invoices (date, number_key, id) where kind = 'credit_note';
create index invoices_on_hold on invoices (date, number_key, id) where hold is not null;
