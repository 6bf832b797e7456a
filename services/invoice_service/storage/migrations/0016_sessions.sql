-- Who is logged in to the pages. The token is in the browser's cookie only; here is its hash.

create table sessions (
    token_sha256 text primary key,
    user_id uuid not null references users on delete cascade,
    created_at timestamptz not null,
    seen_at timestamptz not null
);
create index sessions_user on sessions (user_id);
create index sessions_seen on sessions (seen_at);

grant select, insert, update, delete on sessions to invoice_service;
