-- What an e-mail says besides its text: what its HTML side shows above it (as it was when it was written, whatever
-- became of the invoice since), and where a later refusal goes when that is not the sender.
alter table emails add column summary jsonb, add column return_to text;

-- When a notification also left as a mail: the same is not mailed again and again.
alter table notifications add column mailed_at timestamptz;
create index notifications_mailed on notifications (invoice_id, code, mailed_at) where mailed_at is not null;
