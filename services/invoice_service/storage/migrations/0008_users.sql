-- People who log in to the pages. Gateways bring their own (tokens).

create table users (
    id uuid primary key,
    email text not null,
    name text not null,
    role text not null check (role in ('viewer', 'biller', 'accountant', 'admin', 'integration')),
    language text check (language in ('fr', 'en')),
    -- argon2id, salt and parameters included; null: no password yet.
    password_hash text,
    active boolean not null default true,
    created_at timestamptz not null
);
create unique index users_email on users (lower(email));

grant select, insert, update, delete on users to invoice_service;
