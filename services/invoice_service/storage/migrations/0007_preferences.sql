-- What each caller (person or key) prefers to see.

create table preferences (
    actor text primary key,
    language text check (language in ('fr', 'en')),
    theme text check (theme in ('light', 'dark', 'system'))
);
grant select, insert, update on preferences to invoice_service;
