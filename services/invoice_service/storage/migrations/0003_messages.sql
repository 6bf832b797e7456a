-- What crosses the process: outbox, inbox, idempotency, parked messages; who did what; who may.

create table outbox (
    id uuid primary key,
    type text not null,
    invoice_id uuid,
    -- What a switch in the settings can hold back: 'email' (unless outbound is on), 'trial' (an e-mail to the one
    -- address of a trial run, unless outbound is off), 'transfer' (while the connector is paused).
    lane text not null default 'normal' check (lane in ('normal', 'email', 'trial', 'transfer')),
    body text not null,
    created_at timestamptz not null default clock_timestamp(),
    available_at timestamptz not null default clock_timestamp(),
    attempts integer not null default 0,
    last_error text,
    lease_token uuid,
    leased_until timestamptz,
    check ((lease_token is null) = (leased_until is null))
);
create index outbox_free on outbox (available_at, id) where lease_token is null;
create index outbox_leased on outbox (leased_until) where lease_token is not null;
alter table outbox set (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000);

-- Kept for good: a parked message may be replayed after years.
create table inbox (
    source text not null,
    message_id text not null,
    fingerprint text not null,
    type text not null,
    outcome jsonb not null default '{}',
    received_at timestamptz not null default clock_timestamp(),
    primary key (source, message_id)
);

create table parked_messages (
    id uuid primary key,
    kind text not null check (kind in ('unknown_reference', 'quarantined', 'dead')),
    reason jsonb not null,
    source text,
    message_id text,
    type text,
    subject text,
    time timestamptz,
    body text not null,
    queue text not null,
    attempts integer not null default 0,
    received_at timestamptz not null default clock_timestamp(),
    -- The same message parked again is the same row.
    identity text not null unique
);

create table idempotency_keys (
    caller text not null,
    key text not null,
    fingerprint text not null,
    status smallint not null,
    headers jsonb not null,
    body text not null,
    created_at timestamptz not null default clock_timestamp(),
    primary key (caller, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

create table api_keys (
    id uuid primary key,
    name text not null,
    role text not null check (role in ('viewer', 'biller', 'accountant', 'admin', 'integration')),
    sha256 text not null unique,
    hint text not null,
    expires timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    revoked_at timestamptz
);

create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    actor jsonb not null,
    action text not null,
    subject_kind text not null,
    subject text not null,
    changes jsonb not null default '[]',
    correlation_id text
);
create index audit_of_subject on audit (subject_kind, subject, id);

create table notifications (
    id uuid primary key,
    at timestamptz not null default clock_timestamp(),
    code text not null,
    invoice_id uuid,
    message jsonb not null,
    read_at timestamptz
);

create function guard_audit() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is append-only' using errcode = 'FA001';
end $$;
create trigger append_only before update or delete on audit for each row execute function guard_audit();
create trigger never_truncated before truncate on audit for each statement execute function guard_audit();
alter table audit enable always trigger append_only;
