-- Reference data: what the shop declares once and invoices copy from.

create extension if not exists unaccent with schema public;
create extension if not exists pg_trgm with schema public;

-- Sort and search without case or accents. The servers we support may have no ICU, so no collation does it.
create function sort_key(value text) returns text
    language sql immutable strict parallel safe
    return lower(public.unaccent('public.unaccent', value));

create table settings (
    singleton boolean primary key default true check (singleton),
    body jsonb not null
);
insert into settings (body) values ('{}');

create table gl_accounts (
    number text primary key,
    description text not null,
    category text not null check (category in ('revenue', 'expense', 'asset', 'liability')),
    active boolean not null default true
);

create table products (
    code text primary key,
    description jsonb not null,
    unit_price numeric(20, 6),
    gl_account text constraint products_gl_account references gl_accounts,
    active boolean not null default true
);

create table extra_charges (
    code text primary key,
    description jsonb not null,
    unit_price numeric(20, 6),
    gl_account text constraint extra_charges_gl_account references gl_accounts,
    product text constraint extra_charges_product references products,
    active boolean not null default true,
    check (gl_account is not null or product is not null)
);

create table payment_terms (
    code text primary key,
    description jsonb not null,
    days integer not null default 0 check (days >= 0),
    end_of_month boolean not null default false,
    on_delivery boolean not null default false,
    active boolean not null default true
);

create table payment_methods (
    code text primary key,
    description jsonb not null,
    active boolean not null default true
);

create table sales_reps (
    code text primary key,
    name text not null,
    email text,
    active boolean not null default true
);

create table form_messages (
    code text primary key,
    text jsonb not null,
    "on" text[] not null check ("on" <@ array['invoice', 'quote', 'shipment']),
    active boolean not null default true
);

create table email_templates (
    kind text primary key check (kind in ('proforma', 'final', 'credit_note')),
    fr jsonb not null,
    en jsonb not null,
    cc text[] not null default '{}',
    bcc text[] not null default '{}',
    bcc_sender boolean not null default false
);

create table translations (
    key text primary key,
    fr text not null,
    en text not null
);

-- A tax is known by its own code and shared by the tax codes that charge it.
-- `shipped`: as we shipped it; the shop's first definition replaces it.
create table taxes (
    code text primary key,
    name jsonb not null,
    rates jsonb not null,
    gl_account text constraint taxes_gl_account references gl_accounts,
    registration_number text,
    shipped boolean not null default false
);

create table tax_codes (
    code text primary key,
    description text not null,
    province text,
    is_default boolean not null default false,
    active boolean not null default true
);
create unique index tax_codes_default on tax_codes (province) where is_default;

create table tax_code_taxes (
    tax_code text not null references tax_codes on delete cascade,
    position smallint not null check (position in (1, 2)),
    tax text not null references taxes,
    primary key (tax_code, position),
    unique (tax_code, tax)
);

-- `placeholder`: what a new system starts with; the first entity that the shop declares takes its place.
-- `logo` is the data URL as it was put; `logo_document` refers to its bytes in the document store: what is printed.
create table business_entities (
    code text primary key,
    name text not null,
    address jsonb,
    phone text,
    email text,
    website text,
    gst_number text,
    qst_number text,
    logo text,
    logo_document jsonb,
    is_default boolean not null default false,
    active boolean not null default true,
    placeholder boolean not null default false,
    constraint business_entities_logo check ((logo is null) = (logo_document is null))
);
create unique index business_entities_default on business_entities (is_default) where is_default;

create table number_series (
    business_entity text not null references business_entities on update cascade on delete cascade,
    kind text not null check (kind in ('proforma', 'final', 'credit_note')),
    prefix text not null check (prefix ~ '^[A-Z0-9/.-]*$'),
    padding smallint not null check (padding between 1 and 12),
    next_value bigint not null default 1 check (next_value >= 1),
    used boolean not null default false,
    primary key (business_entity, kind)
);

-- Numbers that an administrator skipped on purpose: `verify` must not take them for a gap.
create table number_series_intervals (
    business_entity text not null,
    kind text not null,
    first_value bigint not null,
    last_value bigint not null,
    reason text not null,
    actor jsonb not null,
    at timestamptz not null default clock_timestamp(),
    primary key (business_entity, kind, first_value),
    foreign key (business_entity, kind) references number_series on update cascade on delete cascade,
    check (last_value >= first_value)
);

create table customers (
    code text primary key,
    name text not null,
    language text not null default 'fr' check (language in ('fr', 'en')),
    currency text not null default 'CAD' check (currency ~ '^[A-Z]{3}$'),
    active boolean not null default true,
    prospect boolean not null default false,
    po_required boolean not null default false,
    bill_to text constraint customers_bill_to references customers,
    tax_code text constraint customers_tax_code references tax_codes,
    payment_term text constraint customers_payment_term references payment_terms,
    payment_method text constraint customers_payment_method references payment_methods,
    sales_rep text constraint customers_sales_rep references sales_reps,
    receivable_account text constraint customers_receivable_account references gl_accounts,
    business_entity text constraint customers_business_entity references business_entities on update cascade,
    addresses jsonb not null default '[]',
    contacts jsonb not null default '[]',
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp()
);
create index customers_name on customers (sort_key(name), code);
create index customers_search on customers using gin (sort_key(code || ' ' || name) gin_trgm_ops);

create table jobs (
    number text primary key,
    customer text not null constraint jobs_customer references customers,
    title text not null,
    description text,
    ordered_quantity numeric(18, 4) not null check (ordered_quantity >= 0),
    produced_quantity numeric(18, 4) check (produced_quantity >= 0),
    unit_price numeric(20, 6),
    total_price numeric(17, 2),
    currency text,
    po_number text,
    product text constraint jobs_product references products,
    gl_account text constraint jobs_gl_account references gl_accounts,
    ship_to text,
    status text not null check (status in ('pending_launch', 'in_production', 'production_complete', 'shipped',
                                           'invoiced', 'completed', 'cancelled')),
    completed_at timestamptz,
    -- `time` of the newest message applied: an older one leaves the job alone.
    message_time timestamptz,
    -- What remained once a pro forma was prepared by itself: again only when more remains, and never after a
    -- clerk deleted that one.
    auto_draft_remaining numeric(18, 4),
    auto_draft_invoice uuid,
    auto_draft_declined boolean not null default false,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    check (unit_price is null or total_price is null)
);
create index jobs_customer on jobs (customer, number);
create index jobs_search on jobs using gin (sort_key(number || ' ' || title || ' ' || coalesce(po_number, '')) gin_trgm_ops);

create table job_extra_charges (
    job text not null references jobs on delete cascade,
    id text not null,
    position integer not null,
    code text constraint job_extra_charges_code references extra_charges,
    description text not null,
    quantity numeric(18, 4) not null,
    unit_price numeric(20, 6),
    product text constraint job_extra_charges_product references products,
    gl_account text constraint job_extra_charges_gl_account references gl_accounts,
    primary key (job, id)
);
