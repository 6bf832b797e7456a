-- Addresses and what a server said of them are forgotten some time after an e-mail ended. What remains recognises a
-- repeat: ids, states, Message-ID and hashes.
alter table emails add column forgotten_at timestamptz;
create index emails_to_forget on emails (finished_at) where forgotten_at is null and finished_at is not null;
comment on column recipients.address is 'empty once it is forgotten';
