-- Batches: one action on many invoices, done one by one in the background (ADR 33).

create table batches (
    id uuid primary key,
    action text not null check (action in ('finalize', 'email', 'finalize_and_email', 'print')),
    -- On whose behalf: kind, id, name, role.
    actor jsonb not null,
    correlation_id text not null,
    traceparent text,
    total integer not null check (total >= 1),
    -- As it was told last; the outcomes themselves are the invoices' rows.
    done integer not null default 0,
    created_at timestamptz not null,
    ended_at timestamptz
);
create index batches_open on batches (id) where ended_at is null;
create index batches_by_age on batches (created_at);

-- No reference to `invoices`: what became of one that was deleted since is still told.
create table batch_invoices (
    batch_id uuid not null references batches on delete cascade,
    position integer not null,
    invoice_id uuid not null,
    -- As it was asked for, and the number that it had then.
    ref text not null,
    number text not null,
    -- 'waiting' for its turn; 'begun': asked of a worker, whose answer is the outcome; then one of the outcomes.
    state text not null default 'waiting' check (state in ('waiting', 'begun', 'succeeded', 'skipped', 'failed')),
    reason jsonb,
    at timestamptz not null,
    -- What it waits for: an e-mail, or the document of a version; then that document.
    email_id uuid,
    version integer,
    document jsonb,
    attempts integer not null default 0,
    available_at timestamptz not null default clock_timestamp(),
    primary key (batch_id, position),
    unique (batch_id, invoice_id)
);
create index batch_invoices_waiting on batch_invoices (position, batch_id) where state = 'waiting';
create index batch_invoices_begun on batch_invoices (at) where state = 'begun';
create index batch_invoices_lately on batch_invoices (at) where state = 'succeeded';
create index batch_invoices_by_document on batch_invoices ((document ->> 'key')) where document is not null;

grant select, insert, update, delete on batches, batch_invoices to invoice_service;
