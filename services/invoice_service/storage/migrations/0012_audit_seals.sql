-- The audit trail, chained by hash in batches, apart from the rows themselves: nothing here is on the way of a change.

create table audit_seals (
    number bigint primary key,
    sealed_at timestamptz not null default clock_timestamp(),
    rows integer not null,
    -- The largest id of the trail that was visible, and the end of the snapshot: what was under way then is below.
    last_id bigint not null,
    snapshot_xmax xid8 not null,
    -- Up to here every row was visible and is sealed: the next seal begins behind it.
    settled_id bigint not null
);

create table audit_chain (
    position bigint primary key,
    audit_id bigint not null unique,
    seal bigint not null references audit_seals,
    content_sha256 text not null check (content_sha256 ~ '^[0-9a-f]{64}$'),
    chain_sha256 text not null check (chain_sha256 ~ '^[0-9a-f]{64}$')
);

create trigger append_only before update or delete on audit_seals for each row execute function guard_audit();
create trigger append_only before update or delete on audit_chain for each row execute function guard_audit();
create trigger never_truncated before truncate on audit_seals for each statement execute function guard_audit();
create trigger never_truncated before truncate on audit_chain for each statement execute function guard_audit();
alter table audit_seals enable always trigger append_only;
alter table audit_chain enable always trigger append_only;
grant select, insert on audit_seals, audit_chain to invoice_service;
