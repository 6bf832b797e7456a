-- Invoices. What a final says is frozen by trigger, for every role; the axes are apart.

create table invoices (
    id uuid primary key,
    kind text not null check (kind in ('invoice', 'credit_note')),
    status text not null check (status in ('proforma_draft', 'proforma_sent', 'final_ready', 'final_sent')),
    version integer not null default 1 check (version >= 1),
    business_entity text not null constraint invoices_business_entity references business_entities on update cascade,
    proforma_number text not null unique,
    final_number text unique,
    number text not null generated always as (coalesce(final_number, proforma_number)) stored,
    -- Sorts as people count: prefix, then the value padded.
    number_key text not null,
    date date not null,
    due_date date,
    customer text not null constraint invoices_customer references customers,
    payer text not null constraint invoices_payer references customers,
    sold_to jsonb not null,
    bill_to jsonb not null,
    ship_to jsonb,
    ship_to_address text,
    billing_contact jsonb,
    tax_code text constraint invoices_tax_code references tax_codes,
    payment_term text constraint invoices_payment_term references payment_terms,
    payment_method text constraint invoices_payment_method references payment_methods,
    sales_rep text constraint invoices_sales_rep references sales_reps,
    receivable_account text constraint invoices_receivable_account references gl_accounts,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    exchange_rate numeric(16, 8) check (exchange_rate > 0),
    language text not null check (language in ('fr', 'en')),
    message text,
    note text,
    hold jsonb,
    manual text[] not null default '{}',
    subtotal numeric(17, 2) not null,
    total numeric(17, 2) not null,
    credited_invoice uuid constraint invoices_credited_invoice references invoices,
    credit_reason text,
    -- The draft credit whose quantities this pro forma stands in for (credit and rebill).
    rebills uuid references invoices on delete cascade,
    -- Frozen at finalize: the whole printed document, and its hash.
    snapshot jsonb,
    snapshot_sha256 text,
    search text not null,
    customer_key text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    finalized_at timestamptz,
    check ((final_number is null) = (status in ('proforma_draft', 'proforma_sent'))),
    check ((final_number is null) = (finalized_at is null)),
    check ((final_number is null) = (snapshot is null)),
    check ((kind = 'credit_note') = (credited_invoice is not null))
);
create index invoices_by_date on invoices (date, number_key, id);
create index invoices_by_status on invoices (status, id);
create index invoices_by_subtotal on invoices (subtotal, id);
create index invoices_by_number on invoices (number_key, id);
create index invoices_by_customer on invoices (customer_key, id);
create index invoices_by_total on invoices (total, id);
create index invoices_by_creation on invoices (created_at, id);
create index invoices_open_by_date on invoices (date, number_key, id)
    where status in ('proforma_draft', 'proforma_sent', 'final_ready');
create index invoices_of_customer on invoices (customer, date, id);
create index invoices_of_payer on invoices (payer);
create index invoices_credits on invoices (credited_invoice) where credited_invoice is not null;
create index invoices_rebills on invoices (rebills) where rebills is not null;
create index invoices_search on invoices using gin (sort_key(search) gin_trgm_ops);

create table invoice_lines (
    id uuid primary key,
    invoice_id uuid not null references invoices on delete cascade,
    position integer not null,
    kind text not null check (kind in ('job', 'product', 'gl', 'extra_charge', 'text')),
    job text constraint invoice_lines_job references jobs,
    extra_charge text,
    product text constraint invoice_lines_product references products,
    gl_account text constraint invoice_lines_gl_account references gl_accounts,
    description text not null,
    po_number text,
    ordered_quantity numeric(18, 4),
    quantity numeric(18, 4),
    unit_price numeric(20, 6),
    total_price numeric(17, 2),
    tax_code text constraint invoice_lines_tax_code references tax_codes,
    total numeric(17, 2),
    manual text[] not null default '{}',
    -- The taxes charged on this line: a credit of it is taxed the same, whatever the tax code says by then.
    taxes text[] not null default '{}',
    credited_line uuid constraint invoice_lines_credited_line references invoice_lines,
    release_quantity boolean not null default true,
    unique (invoice_id, position) deferrable initially deferred,
    foreign key (job, extra_charge) references job_extra_charges (job, id),
    check ((kind = 'job' and job is not null) or kind <> 'job'),
    check (kind <> 'extra_charge' or extra_charge is not null)
);
create index invoice_lines_of_invoice on invoice_lines (invoice_id, position);
create index invoice_lines_of_job on invoice_lines (job) where job is not null;
create index invoice_lines_of_credited on invoice_lines (credited_line) where credited_line is not null;

create table invoice_taxes (
    invoice_id uuid not null references invoices on delete cascade,
    position smallint not null,
    code text not null,
    name jsonb not null,
    rate numeric(16, 8) not null,
    base numeric(17, 2) not null,
    amount numeric(17, 2) not null,
    gl_account text,
    registration_number text,
    primary key (invoice_id, position)
);

create table invoice_axes (
    invoice_id uuid primary key references invoices on delete cascade,
    rendering_state text not null default 'none',
    rendering_reason jsonb,
    rendering_at timestamptz,
    rendering_version integer,
    delivery_state text not null default 'none',
    delivery_reason jsonb,
    delivery_at timestamptz,
    delivery_email uuid,
    transfer_state text not null default 'none',
    transfer_reason jsonb,
    transfer_at timestamptz,
    transfer_attempt integer not null default 0,
    transfer_connector text,
    transfer_external_id text,
    transfer_manual boolean not null default false,
    check (rendering_state in ('none', 'pending', 'succeeded', 'failed', 'uncertain')),
    check (delivery_state in ('none', 'pending', 'succeeded', 'failed', 'uncertain')),
    check (transfer_state in ('none', 'pending', 'succeeded', 'failed', 'uncertain'))
);
create index invoice_axes_waiting on invoice_axes (invoice_id)
    where 'pending' in (rendering_state, delivery_state, transfer_state);

-- One document per version; a final has one version, so one document, for ever.
create table invoice_documents (
    invoice_id uuid not null references invoices on delete cascade,
    version integer not null,
    final boolean not null,
    key text not null,
    sha256 text not null,
    size bigint not null,
    rendered_at timestamptz not null,
    primary key (invoice_id, version)
);

create table favourites (
    actor text not null,
    invoice_id uuid not null references invoices on delete cascade,
    primary key (actor, invoice_id)
);

create table attachments (
    id uuid primary key,
    name text not null,
    content_type text not null,
    key text not null,
    sha256 text not null,
    size bigint not null,
    created_at timestamptz not null
);

create table emails (
    id uuid primary key,
    invoice_id uuid not null references invoices on delete cascade,
    -- The version of the invoice that it carries, and whether that version is final.
    version integer not null,
    final boolean not null,
    state text not null check (state in ('prepared', 'sending', 'sent', 'partly', 'refused', 'uncertain')),
    reason jsonb,
    sender jsonb not null,
    subject text not null,
    body text not null,
    language text not null,
    with_pdf boolean not null,
    pdf_name text not null,
    attachments jsonb not null default '[]',
    message_id text not null,
    possible_duplicate boolean not null default false,
    -- The command went to the outbox (it waits for the document before that).
    requested boolean not null default false,
    created_at timestamptz not null,
    sent_at timestamptz
);
create index emails_of_invoice on emails (invoice_id, created_at);

create table email_recipients (
    email_id uuid not null references emails on delete cascade,
    position smallint not null,
    role text not null check (role in ('to', 'cc', 'bcc')),
    name text not null,
    email text not null,
    state text not null check (state in ('prepared', 'sending', 'sent', 'refused', 'uncertain')),
    reply text,
    -- Of the mailer's report that this is from: an older one that comes later is ignored.
    revision integer not null default 0 check (revision >= 0),
    primary key (email_id, position)
);

-- Errors of the guards arrive with SQLSTATE FA001.
create function guard_final_invoice() returns trigger language plpgsql as $$
declare
    -- `number` is generated after the triggers: it follows from what is compared.
    movable constant text[] := array['status', 'note', 'updated_at', 'number'];
begin
    if old.final_number is null then
        return case when tg_op = 'DELETE' then old else new end;
    end if;
    if tg_op = 'DELETE' then
        raise exception 'invoice % is final and can''t be deleted', old.number using errcode = 'FA001';
    end if;
    if to_jsonb(new) - movable is distinct from to_jsonb(old) - movable
       or new.status not in ('final_ready', 'final_sent')
       or (old.status = 'final_sent' and new.status <> 'final_sent') then
        raise exception 'invoice % is final and can''t be changed', old.number using errcode = 'FA001';
    end if;
    return new;
end $$;

-- FOR SHARE: without it, a line inserted while a finalize is under way would land in the final.
create function guard_final_content() returns trigger language plpgsql as $$
declare
    parent uuid := case when tg_op = 'DELETE' then old.invoice_id else new.invoice_id end;
    final text;
begin
    select final_number into final from invoices where id = parent for share;
    if final is not null or (tg_op = 'UPDATE' and old.invoice_id <> new.invoice_id) then
        raise exception 'the content of invoice % is final', final using errcode = 'FA001';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;

create function guard_truncate() returns trigger language plpgsql as $$
begin
    raise exception 'table % is never truncated', tg_table_name using errcode = 'FA001';
end $$;

create function guard_final_document() returns trigger language plpgsql as $$
begin
    if old.final then
        raise exception 'the document of a final is never replaced' using errcode = 'FA001';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;

create trigger final_is_frozen before update or delete on invoices
    for each row execute function guard_final_invoice();
create trigger final_is_frozen before insert or update or delete on invoice_lines
    for each row execute function guard_final_content();
create trigger final_is_frozen before insert or update or delete on invoice_taxes
    for each row execute function guard_final_content();
create trigger final_is_frozen before update or delete on invoice_documents
    for each row execute function guard_final_document();
create trigger never_truncated before truncate on invoices for each statement execute function guard_truncate();
create trigger never_truncated before truncate on invoice_lines for each statement execute function guard_truncate();
create trigger never_truncated before truncate on invoice_taxes for each statement execute function guard_truncate();
create trigger never_truncated before truncate on invoice_documents
    for each statement execute function guard_truncate();
-- Also under session_replication_role = replica (restores, logical replication).
alter table invoices enable always trigger final_is_frozen;
alter table invoice_lines enable always trigger final_is_frozen;
alter table invoice_taxes enable always trigger final_is_frozen;
alter table invoice_documents enable always trigger final_is_frozen;
