-- What the document of a pro forma was asked for with: it takes its issuer, its labels and the words of its terms from
-- elsewhere, and is asked for anew once those have changed.

alter table invoice_axes add column rendering_source text;

-- Status, note and axes only: what may move on a final too. `p_axes` holds the columns that change.
create or replace function move_invoice(
    p_invoice uuid, p_status text, p_axes jsonb, p_document jsonb, p_audit jsonb, p_messages jsonb
) returns xid8 language plpgsql as $$
begin
    update invoices set status = p_status where id = p_invoice and status <> p_status;
    if p_axes <> '{}' then
        update invoice_axes a set
            rendering_state = r.rendering_state, rendering_reason = r.rendering_reason,
            rendering_at = r.rendering_at, rendering_version = r.rendering_version,
            rendering_source = r.rendering_source,
            delivery_state = r.delivery_state, delivery_reason = r.delivery_reason, delivery_at = r.delivery_at,
            delivery_email = r.delivery_email, transfer_state = r.transfer_state,
            transfer_reason = r.transfer_reason, transfer_at = r.transfer_at,
            transfer_attempt = r.transfer_attempt, transfer_connector = r.transfer_connector,
            transfer_external_id = r.transfer_external_id, transfer_manual = r.transfer_manual
        from invoice_axes old, lateral jsonb_populate_record(old, p_axes) r
        where a.invoice_id = p_invoice and old.invoice_id = a.invoice_id;
    end if;
    if p_document is not null then
        insert into invoice_documents
            select d.* from jsonb_populate_record(null::invoice_documents, p_document) d
        on conflict (invoice_id, version) do nothing;
    end if;
    return append_trail(p_audit, p_messages);
end $$;
