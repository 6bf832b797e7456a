-- One row per invoice that was ever to be booked. The service may add and change rows, never remove one.
create table transfers (
    invoice_id     text primary key,
    number         text not null,
    connector      text not null,
    state          text not null check (state in ('none', 'sending', 'transferred', 'failed', 'uncertain')),
    command_id     uuid not null,
    fingerprint    text not null check (fingerprint ~ '^[0-9a-f]{64}$'),
    attempt        integer not null check (attempt >= 1),
    attempts       integer not null check (attempts >= 0),
    total          numeric(17, 2) not null,
    external_id    text,
    reason_code    text,
    reason_message text,
    settled_at     timestamptz,
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now(),
    check (state <> 'transferred' or (external_id is not null and reason_code is null)),
    check (state not in ('failed', 'uncertain') or reason_code is not null),
    check ((state in ('transferred', 'failed', 'uncertain')) = (settled_at is not null)),
    check ((reason_code is null) = (reason_message is null))
);

comment on column transfers.command_id is 'the newest command that was acted on, derived from its (source, id)';
comment on column transfers.fingerprint is 'SHA-256 of the content, whichever attempt and connector carries it';
comment on column transfers.attempt is 'the attempt that the newest command asked for';
comment on column transfers.attempts is 'how often the accounting software was asked to book';
comment on column transfers.total is 'the total to be booked; when transferred, also what was echoed';

-- What the accounting software has confirmed is a fact: nothing that comes later may change it.
create function refuse_change_of_transferred() returns trigger language plpgsql as $$
begin
    raise exception 'invoice % is transferred: its row can no longer change', old.invoice_id
        using errcode = 'FA001';
end
$$;

create trigger transferred_is_final before update or delete on transfers
    for each row when (old.state = 'transferred') execute function refuse_change_of_transferred();

grant select, insert, update on transfers to accounting_service;
