-- Unsent previews are looked for by their invoice, and not at all where there can be none: the first version of an
-- invoice has none before it. The outbox was read whole with each change, however much stood in it.
create or replace function append_trail(p_audit jsonb, p_messages jsonb) returns xid8 language plpgsql as $$
declare
    outdated uuid[] := array(
        select (m ->> 'invoice_id')::uuid from jsonb_array_elements(p_messages) m
        where (m ->> 'previews_below')::integer > 1);
begin
    if cardinality(outdated) > 0 then
        -- What a relay has leased may be published already: it is left alone, and never waited for. Leased is told by
        -- its time: by its token, an index of all that waits would look as good as that of the previews.
        delete from outbox where id = any (array(
            select o.id from outbox o
            where o.invoice_id = any (outdated) and o.preview_of is not null and o.leased_until is null
              and exists (select from jsonb_array_elements(p_messages) m
                          where (m ->> 'invoice_id')::uuid = o.invoice_id
                            and (m ->> 'previews_below')::integer > o.preview_of)
            for update of o skip locked));
    end if;
    insert into audit (at, actor, action, subject_kind, subject, changes, correlation_id)
        select (e ->> 'at')::timestamptz, e -> 'actor', e ->> 'action', e ->> 'subject_kind', e ->> 'subject',
               e -> 'changes', e ->> 'correlation_id'
        from jsonb_array_elements(p_audit) e;
    insert into outbox (id, type, invoice_id, lane, body, preview_of)
        select (m ->> 'id')::uuid, m ->> 'type', (m ->> 'invoice_id')::uuid, m ->> 'lane', m ->> 'body',
               (m ->> 'preview_of')::integer
        from jsonb_array_elements(p_messages) m;
    return pg_current_xact_id();
end $$;
