"""How invoices are read: SQL that answers each of them, and what stands around it, as one JSON value."""

from dataclasses import replace

from services.invoice_service.application.listing import SortKey
from services.invoice_service.storage.lists import Expression, Listing
from services.invoice_service.storage.unit_of_work import PLANNED_ONCE

_LINK = "jsonb_build_object('id', {0}.id, 'number', {0}.number, 'date', {0}.date, 'status', {0}.status)"

CONTENT = """
    'invoice', to_jsonb(i) - '{snapshot,search,search_key}'::text[],
    'lines', coalesce((select jsonb_agg(to_jsonb(l) order by l.position)
                       from invoice_lines l where l.invoice_id = i.id), '[]'),
    'taxes', coalesce((select jsonb_agg(to_jsonb(t) order by t.position)
                       from invoice_taxes t where t.invoice_id = i.id), '[]')"""

_AROUND = f"""
    'axes', to_jsonb(a),
    'document', (select to_jsonb(d) from invoice_documents d
                 where d.invoice_id = i.id and d.version = i.version),
    'credited', (select {_LINK.format("c")} from invoices c where c.id = i.credited_invoice),
    'credit_notes', coalesce((select jsonb_agg({_LINK.format("c")} order by c.id)
                              from invoices c where c.credited_invoice = i.id), '[]'),
    'rebilled_credit', (select {_LINK.format("c")} from invoices c where c.id = i.rebills),
    'rebilled_by', (select {_LINK.format("c")} from invoices c where c.rebills = i.id),
    'other_uses', coalesce((
        select jsonb_agg(jsonb_build_object('job', o.job, 'number', x.number, 'date', x.date,
                                            'quantity', o.quantity, 'status', x.status) order by x.id)
        from invoice_lines o join invoices x on x.id = o.invoice_id
        where o.kind = 'job' and o.invoice_id <> i.id
          and o.job in (select l.job from invoice_lines l where l.invoice_id = i.id)), '[]'),
    'jobs', (select jsonb_object_agg(j.number, jsonb_build_object(
                 'ordered_quantity', j.ordered_quantity, 'billed', job_billed(j.number), 'status', j.status,
                 'payer', coalesce(c.bill_to, c.code)))
             from jobs j join customers c on c.code = j.customer
             where i.final_number is null and j.number in (
                 select l.job from invoice_lines l where l.invoice_id = i.id)),
    'contacts', (select jsonb_agg(c -> 'id') from customers p, jsonb_array_elements(p.contacts) c
                 where i.final_number is null and p.code = i.payer and coalesce((c -> 'active')::boolean, true)),
    'email_under_way', exists (
        select from emails e where e.state in ('prepared', 'sending') and e.invoice_id = any (
            array(select i.id union all select c.id from invoices c where c.rebills = i.id))),
    'credited_lines', coalesce((
        select jsonb_agg(jsonb_build_object('line', l.id, 'quantity', credited.quantity, 'amount', credited.amount))
        from invoice_lines l, lateral (
            select -coalesce(sum(c.quantity), 0) as quantity,
                   -coalesce(sum(c.total) filter (where c.quantity is null), 0) as amount
            from invoice_lines c where c.credited_line = l.id having count(*) > 0) credited
        where l.invoice_id = i.id and i.status = 'final_sent'), '[]'),
    'settings', (select jsonb_strip_nulls(jsonb_build_object(
        'connector', body -> 'connector', 'connector_paused', body -> 'connector_paused',
        'outbound', body -> 'outbound')) from settings),
    'tax_code_province', (select t.province from tax_codes t where t.code = i.tax_code),
    'favourite', exists (select from favourites f where f.invoice_id = i.id and f.actor = $2)"""

LOAD = f"select jsonb_build_object({CONTENT}, {_AROUND}) from invoices i join invoice_axes a on a.invoice_id = i.id"

# One row whatever the values, which PostgreSQL sees from the equality with one id: a plan for any values looks no
# dearer than one for these, so that it plans the statement no more after the first few times.
LOAD_ONE = f"""{LOAD} where i.id = (
    select id from invoices where id = $1::uuid or proforma_number = $3 or final_number = $3)"""

# A document of an earlier version says nothing of the invoice. The first condition is that of an index.
_FAILED = """exists (select from invoice_axes x where x.invoice_id = i.id
    and ('failed' in (x.rendering_state, x.delivery_state, x.transfer_state)
         or 'uncertain' in (x.rendering_state, x.delivery_state, x.transfer_state))
    and (('rendering' = any({0}) and x.rendering_state in ('failed', 'uncertain') and x.rendering_version = i.version)
         or ('delivery' = any({0}) and x.delivery_state in ('failed', 'uncertain'))
         or ('transfer' = any({0}) and x.transfer_state in ('failed', 'uncertain'))))"""

LISTING = Listing(
    columns=f"jsonb_build_object({CONTENT}, {_AROUND.replace('$2', '$1')}) as read",
    source="invoices i",
    joins="join invoice_axes a on a.invoice_id = i.id",
    key=Expression("i.id", "uuid"),
    sorts={
        "date": Expression("i.date", "date"),
        "number": Expression("i.number_key"),
        "customer": Expression("i.customer_key"),
        "status": Expression("i.status"),
        "subtotal": Expression("i.subtotal", "numeric"),
        "total": Expression("i.total", "numeric"),
        "created_at": Expression("i.created_at", "timestamptz"),
    },
    default_sort=(SortKey("date", descending=True), SortKey("number", descending=True)),
    conditions={
        "status": "i.status = any({})",
        "customer": "i.customer = any({0}) or i.payer = any({0})",
        "job": "exists (select from invoice_lines l where l.invoice_id = i.id and l.job = any({}))",
        "sales_rep": "i.sales_rep = any({})",
        "kind": "i.kind = any({})",
        "from": "i.date >= any({}::date[])",
        "to": "i.date <= any({}::date[])",
        "failed": _FAILED.replace("{0}", "{0}::text[]"),
    },
    flags={
        "hold": "(i.hold is not null)",
        # Found first: a reader has some, the shop a million.
        "favourite": "i.id = any (array(select f.invoice_id from favourites f where f.actor = $1))",
    },
    search="i.search",
    search_key="i.search_key",
    base="$1::text is not null",
)

# Of each row what the page of the list shows, and nothing that would have to be looked up for it.
SEEN = replace(
    LISTING,
    columns="""i.id, i.number, i.date, i.sold_to ->> 'name' as name, i.subtotal, i.currency, i.status,
        i.hold is not null as hold,
        exists (select from favourites f where f.invoice_id = i.id and f.actor = $1) as favourite,
        array(select l.job from invoice_lines l where l.invoice_id = i.id and l.job is not null
              order by l.position) as jobs""",
    joins="",
)

# As a row of today: a column that came since the line was removed is null.
REMOVED = """
    select to_jsonb(jsonb_populate_record(null::invoice_lines, r.line)) from removed_lines r where r.id = $1"""

# Entries are numbered in the order in which they are written.
TRAIL = Listing(
    columns="at, actor, action, changes",
    source="audit",
    key=Expression("id", "bigint"),
    sorts={"at": Expression("id", "bigint")},
    default_sort=(SortKey("at", descending=True),),
    base="subject_kind = 'invoice' and subject = $1",
)


# The ids are an array, found before anything is locked: joined, a row that was waited for can go missing (PostgreSQL
# looks again at what it waited for, and a plan that aggregates the other side of the join finds no match then).
LOCK = f"""
    with wanted as (
        select id, credited_invoice from invoices
        where id = $1::uuid or proforma_number = $2 or final_number = $2
    ), locked as (
        select i.id from invoices i
        where i.id = any (array(select id from wanted union all select credited_invoice from wanted))
        order by i.id for update
    )
    select (select id from wanted), {PLANNED_ONCE} from locked"""
