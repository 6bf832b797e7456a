-- The services' role owns nothing: it can't alter a table, drop a trigger, or rewrite the past.

grant select, insert, update, delete on
    settings, gl_accounts, products, extra_charges, payment_terms, payment_methods, sales_reps, form_messages,
    email_templates, translations, taxes, tax_codes, tax_code_taxes, business_entities, customers, jobs,
    job_extra_charges, invoices, invoice_lines, invoice_taxes, favourites, attachments, emails,
    email_recipients, outbox, parked_messages, idempotency_keys, notifications
    to invoice_service;
grant select, insert, update on number_series, api_keys, invoice_axes to invoice_service;
grant select, insert, delete on invoice_documents to invoice_service;
grant select, insert on number_series_intervals, inbox, audit to invoice_service;
grant select on schema_migrations, jobs_billed, charges_billed to invoice_service;
