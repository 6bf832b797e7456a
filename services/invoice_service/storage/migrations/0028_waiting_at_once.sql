-- What is left to bill of many jobs is counted for all of them, not job by job and charge by charge, and is counted once
-- when several changes of them are written together (`waiting_noted_later`).
grant select on quantities_billed to invoice_service;

create or replace function note_waiting(p_jobs text[]) returns void language plpgsql as $$
begin
    -- Locked first and counted in a statement of its own: that one sees what was committed meanwhile.
    perform from jobs where number = any (p_jobs) order by number for no key update;
    with billed as materialized (
        select job, extra_charge, sum(quantity) as quantity
        from quantities_billed where job = any (p_jobs) group by job, extra_charge
    )
    update jobs j set to_bill = w.to_bill, remaining_quantity = w.remaining, charges_waiting = w.charges
    from (
        select k.number, k.remaining, coalesce(c.amount, 0) as charges, k.remaining > 0 or coalesce(c.some, false) as to_bill
        from (
            select number, greatest(0, ordered_quantity - coalesce((
                select quantity from billed where job = number and extra_charge is null), 0)) as remaining
            from jobs where number = any (p_jobs)
        ) k
        left join (
            select x.job, sum(round(x.unit_price * x.remaining, 2)) as amount, bool_or(x.remaining > 0) as some
            from (
                select job, unit_price, greatest(0, quantity - coalesce((
                    select b.quantity from billed b where b.job = e.job and b.extra_charge = e.id), 0)) as remaining
                from job_extra_charges e where job = any (p_jobs)
            ) x group by x.job
        ) c on c.job = k.number
    ) w
    where j.number = w.number and j.number = any (p_jobs)
      and (j.to_bill, j.remaining_quantity, j.charges_waiting) is distinct from (w.to_bill, w.remaining, w.charges);
end $$;
alter function note_waiting(text[]) set plan_cache_mode = force_generic_plan;
-- Rows are found by their keys, however few there were when that was planned.
alter function note_waiting(text[]) set enable_seqscan = off;

create or replace function note_waiting_of_rows() returns trigger language plpgsql as $$
declare
    changed_jobs text[];
begin
    if current_setting('factures.waiting_noted_later', true) = 'yes' then
        return null;
    end if;
    changed_jobs := array(select distinct job from changed where job is not null);
    if cardinality(changed_jobs) > 0 then
        perform note_waiting(changed_jobs);
    end if;
    return null;
end $$;
