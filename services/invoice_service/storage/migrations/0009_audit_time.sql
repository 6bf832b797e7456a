-- The trail tells the time that the use case was told, as its other rows do; the database's when it says none.

create or replace function append_trail(p_audit jsonb, p_messages jsonb) returns xid8 language plpgsql as $$
begin
    insert into audit (at, actor, action, subject_kind, subject, changes, correlation_id)
        select coalesce((e ->> 'at')::timestamptz, clock_timestamp()), e -> 'actor', e ->> 'action',
               e ->> 'subject_kind', e ->> 'subject', e -> 'changes', e ->> 'correlation_id'
        from jsonb_array_elements(p_audit) e;
    insert into outbox (id, type, invoice_id, lane, body)
        select (m ->> 'id')::uuid, m ->> 'type', (m ->> 'invoice_id')::uuid, m ->> 'lane', m ->> 'body'
        from jsonb_array_elements(p_messages) m;
    return pg_current_xact_id();
end $$;
