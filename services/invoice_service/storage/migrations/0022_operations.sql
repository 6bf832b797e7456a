-- What the page of operations shows: the queues as the relay saw them last, when workers last answered, and the checks of
-- the books that were asked for.

create table queues_seen (
    queue text primary key,
    waiting bigint not null,
    consumers integer not null,
    seen_at timestamptz not null
);
grant select, insert, update on queues_seen to invoice_service;

-- By the type of their results. Written now and then, not for each of them.
create table answers_seen (
    type text primary key,
    at timestamptz not null
);
grant select, insert, update on answers_seen to invoice_service;

create table book_checks (
    id uuid primary key,
    asked_at timestamptz not null,
    asked_by jsonb not null,
    -- The process that does it renews its lease; whose lease is over has died, and another one begins anew.
    attempts integer not null default 0,
    lease_token uuid,
    leased_until timestamptz,
    ended_at timestamptz,
    -- What was found; null: it could not be done.
    report jsonb,
    check ((lease_token is null) = (leased_until is null)),
    check (ended_at is not null or report is null)
);
-- Never two at once.
create unique index book_checks_open on book_checks ((true)) where ended_at is null;
grant select, insert, update, delete on book_checks to invoice_service;

create index invoice_axes_troubled on invoice_axes (invoice_id)
    where 'failed' in (rendering_state, delivery_state, transfer_state)
       or 'uncertain' in (rendering_state, delivery_state, transfer_state);
