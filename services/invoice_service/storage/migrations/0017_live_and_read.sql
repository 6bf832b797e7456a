-- What happens, as it happens: one short row for each change that somebody may be looking at. The audit trail says who
-- did what, for ever; this says "look again", for an hour (ADR 32).

create table happenings (
    -- By its transaction a reader tells what it has seen from what was committed since, however late.
    xact xid8 not null default pg_current_xact_id(),
    id bigint generated always as identity,
    at timestamptz not null default clock_timestamp(),
    topic text not null check (topic in ('invoice', 'batch')),
    subject uuid not null,
    -- Of an invoice: its number, for when it is gone.
    number text,
    changed text[] not null default '{}',
    -- Of a batch: what its readers are told, as it was.
    body jsonb,
    primary key (xact, id)
);
create index happenings_by_age on happenings (at);
grant select, insert, delete on happenings to invoice_service;

create function note_invoice() returns trigger language plpgsql as $$
declare
    changed text[];
begin
    if tg_op = 'INSERT' then
        changed := array['created'];
    elsif tg_op = 'DELETE' then
        insert into happenings (topic, subject, number, changed)
            values ('invoice', old.id, old.number, array['deleted']);
        return null;
    else
        changed := array_remove(array[
            case when new.version <> old.version then 'content' end,
            case when new.status <> old.status then 'status' end,
            case when new.hold is distinct from old.hold then 'hold' end,
            case when new.note is distinct from old.note then 'note' end], null);
    end if;
    if cardinality(changed) > 0 then
        insert into happenings (topic, subject, number, changed) values ('invoice', new.id, new.number, changed);
    end if;
    return null;
end $$;
create trigger note_happening after insert or update or delete on invoices
    for each row execute function note_invoice();

create function note_axes() returns trigger language plpgsql as $$
declare
    changed text[] := array_remove(array[
        case when (new.rendering_state, new.rendering_reason, new.rendering_version)
                  is distinct from (old.rendering_state, old.rendering_reason, old.rendering_version)
             then 'rendering' end,
        case when (new.delivery_state, new.delivery_reason, new.delivery_email)
                  is distinct from (old.delivery_state, old.delivery_reason, old.delivery_email)
             then 'delivery' end,
        case when (new.transfer_state, new.transfer_reason, new.transfer_attempt, new.transfer_external_id)
                  is distinct from (old.transfer_state, old.transfer_reason, old.transfer_attempt,
                                    old.transfer_external_id)
             then 'transfer' end], null);
begin
    if cardinality(changed) > 0 then
        insert into happenings (topic, subject, changed) values ('invoice', new.invoice_id, changed);
    end if;
    return null;
end $$;
create trigger note_happening after update on invoice_axes for each row execute function note_axes();

-- Each recipient's state is saved together with its e-mail.
create function note_email() returns trigger language plpgsql as $$
begin
    insert into happenings (topic, subject, changed) values ('invoice', new.invoice_id, array['emails']);
    return null;
end $$;
create trigger note_happening after insert or update on emails for each row execute function note_email();

-- Who has read which notification. `notifications.read_at`, one for everybody, is not written any more.
create table notification_reads (
    actor text not null,
    notification_id uuid not null references notifications on delete cascade,
    read_at timestamptz not null,
    primary key (actor, notification_id)
);
grant select, insert on notification_reads to invoice_service;
