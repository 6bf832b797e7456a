-- The standalone's bus. One row is one delivery that is still to be settled, of one message to one queue;
-- parked messages are deliveries of the queue `dead_letters`, with whence and why beside them.
create table local_deliveries (
    id bigint generated always as identity primary key,
    queue text not null,
    source text not null,
    message_id text not null,
    -- What makes two bodies under one id the same message: a conflicting repeat must reach the inbox too.
    fingerprint text not null,
    body bytea not null,
    attempt integer not null default 1 check (attempt >= 1),
    -- How often it was taken up since it came into its queue: it grows when whoever took it up dies.
    taken integer not null default 0 check (taken >= 0),
    available_at timestamptz not null default now(),
    lease uuid,
    leased_until timestamptz,
    parked_from text not null default '',
    parked_reason text,
    parked_attempts integer check (parked_attempts >= 1),
    check ((lease is null) = (leased_until is null)),
    check ((queue = 'dead_letters') = (parked_from <> '')),
    check ((queue = 'dead_letters') = (parked_reason is not null)),
    check ((queue = 'dead_letters') = (parked_attempts is not null)),
    -- A repeated publish is the delivery that is already there.
    unique (queue, parked_from, source, message_id, fingerprint)
);

create index local_deliveries_due on local_deliveries (queue, available_at);
