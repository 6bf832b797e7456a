-- What is left to bill of each job, kept with the job by what changes it. So the work list reads the jobs that wait,
-- and not all jobs there ever were with all lines that ever billed them.
alter table jobs
    -- Whether something of it, or of its charges, stands on no invoice.
    add column to_bill boolean not null default false,
    add column remaining_quantity numeric not null default 0,
    -- The price of what no invoice bills of its extra charges.
    add column charges_waiting numeric not null default 0;

-- A part of a price, to the cent, half away from zero: exact, as a quotient with so many digits is not always.
create function price_of_part(p_price numeric, p_part numeric, p_whole numeric) returns numeric
    language sql immutable as $$
    select case when p_whole = 0 then 0.00
           else round(sign(p_price) * div(200 * abs(p_price) * p_part + p_whole, 2 * p_whole) / 100, 2) end
$$;

create function note_waiting(p_jobs text[]) returns void language plpgsql as $$
begin
    -- Locked first and counted in a statement of its own: that one sees what was committed meanwhile.
    perform from jobs where number = any (p_jobs) order by number for no key update;
    update jobs j set to_bill = w.to_bill, remaining_quantity = w.remaining, charges_waiting = w.charges
    from (
        select k.number, k.remaining, coalesce(c.amount, 0) as charges, k.remaining > 0 or coalesce(c.some, false) as to_bill
        from (
            select number, greatest(0, ordered_quantity - job_billed(number)) as remaining
            from jobs where number = any (p_jobs)
        ) k,
        lateral (
            select sum(round(x.unit_price * x.remaining, 2)) as amount, bool_or(x.remaining > 0) as some
            from (
                select unit_price, greatest(0, quantity - charge_billed(job, id)) as remaining
                from job_extra_charges where job = k.number
            ) x
        ) c
    ) w
    where j.number = w.number
      and (j.to_bill, j.remaining_quantity, j.charges_waiting) is distinct from (w.to_bill, w.remaining, w.charges);
end $$;

-- After lines or charges: of the jobs that they speak of.
create function note_waiting_of_rows() returns trigger language plpgsql as $$
declare
    changed_jobs text[] := array(select distinct job from changed where job is not null);
begin
    if cardinality(changed_jobs) > 0 then
        perform note_waiting(changed_jobs);
    end if;
    return null;
end $$;
create trigger note_waiting_added after insert on invoice_lines
    referencing new table as changed for each statement execute function note_waiting_of_rows();
create trigger note_waiting_changed after update on invoice_lines
    referencing new table as changed for each statement execute function note_waiting_of_rows();
create trigger note_waiting_removed after delete on invoice_lines
    referencing old table as changed for each statement execute function note_waiting_of_rows();
create trigger note_waiting_added after insert on job_extra_charges
    referencing new table as changed for each statement execute function note_waiting_of_rows();
create trigger note_waiting_changed after update on job_extra_charges
    referencing new table as changed for each statement execute function note_waiting_of_rows();
create trigger note_waiting_removed after delete on job_extra_charges
    referencing old table as changed for each statement execute function note_waiting_of_rows();

-- A credit counts once it is final.
create function note_waiting_of_credit() returns trigger language plpgsql as $$
begin
    perform note_waiting(array(select distinct job from invoice_lines where invoice_id = new.id and job is not null));
    return null;
end $$;
create trigger note_waiting after update of final_number on invoices
    for each row when (new.kind = 'credit_note' and old.final_number is null and new.final_number is not null)
    execute function note_waiting_of_credit();

create function note_waiting_of_job() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        new.remaining_quantity := new.ordered_quantity;
        new.to_bill := new.ordered_quantity > 0;
        return new;
    end if;
    perform note_waiting(array[new.number]);
    return null;
end $$;
create trigger note_waiting_added before insert on jobs for each row execute function note_waiting_of_job();
create trigger note_waiting after update of ordered_quantity on jobs
    for each row when (old.ordered_quantity <> new.ordered_quantity) execute function note_waiting_of_job();

update jobs j set to_bill = true, remaining_quantity = w.remaining, charges_waiting = w.charges
from (
    select k.number, greatest(0, k.ordered_quantity - coalesce(b.quantity, 0)) as remaining,
           coalesce(c.amount, 0) as charges, coalesce(c.some, false) as some_charge
    from jobs k
    left join jobs_billed b on b.job = k.number
    left join (
        select x.job, sum(round(x.unit_price * x.remaining, 2)) as amount, bool_or(x.remaining > 0) as some
        from (
            select e.job, e.unit_price, greatest(0, e.quantity - coalesce(y.quantity, 0)) as remaining
            from job_extra_charges e
            left join charges_billed y on y.job = e.job and y.extra_charge = e.id
        ) x group by x.job
    ) c on c.job = k.number
) w
where j.number = w.number and (w.remaining > 0 or w.some_charge);

create index jobs_to_bill on jobs (coalesce(completed_at, 'infinity'::timestamptz), number) where to_bill;
