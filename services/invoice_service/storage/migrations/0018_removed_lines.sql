-- Lines that were removed from a pro forma, so that a person can take that back. As JSON: a column that
-- invoice_lines gets later need not be added here.
create table removed_lines (
    id uuid primary key,
    invoice_id uuid not null references invoices on delete cascade,
    line jsonb not null
);
create index removed_lines_of_invoice on removed_lines (invoice_id);
grant select, insert, update on removed_lines to invoice_service;
