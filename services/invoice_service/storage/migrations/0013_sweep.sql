-- How often a step that nobody answers was asked for again. A row counts for the step that began at `since` only;
-- it goes once that step is no longer pending.
create table swept_steps (
    kind text not null check (kind in ('rendering', 'email', 'transfer')),
    id uuid not null,
    since timestamptz not null,
    attempts integer not null check (attempts >= 1),
    asked_at timestamptz not null,
    primary key (kind, id)
);
grant select, insert, update, delete on swept_steps to invoice_service;
create index emails_under_way on emails (created_at) where state in ('prepared', 'sending');
