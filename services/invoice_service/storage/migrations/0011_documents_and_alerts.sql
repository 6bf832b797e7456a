-- A preview that nobody has published yet goes when a later version of its invoice is told or asked for.
alter table outbox add column preview_of integer;
create index outbox_previews on outbox (invoice_id) where preview_of is not null;

-- What a relay has leased may be published already: it is left alone, and never waited for.
create or replace function append_trail(p_audit jsonb, p_messages jsonb) returns xid8 language plpgsql as $$
begin
    delete from outbox where id in (
        select o.id from outbox o
        join jsonb_array_elements(p_messages) m
            on o.invoice_id = (m ->> 'invoice_id')::uuid and o.preview_of < (m ->> 'previews_below')::integer
        where o.preview_of is not null and o.lease_token is null
        for update of o skip locked);
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

-- Documents whose invoice is gone, until `factures collect` has taken them out of the store. One that was e-mailed
-- stays there for good.
create table discarded_documents (
    key text primary key,
    emailed boolean not null,
    rendered_at timestamptz not null
);
create index discarded_documents_by_age on discarded_documents (rendered_at) where not emailed;
create index invoice_documents_by_key on invoice_documents (key);
create index invoice_documents_drafts_by_age on invoice_documents (rendered_at) where not final;
grant select, insert, update, delete on discarded_documents to invoice_service;

-- What shall be told by mail too: several at once, in one mail. `reason`: in the words of whoever failed.
alter table notifications add column mail_wanted boolean not null default false, add column reason text not null default '';
create index notifications_to_mail on notifications (id) where mail_wanted and mailed_at is null;
create index notifications_by_mailing on notifications (mailed_at) where mailed_at is not null;
