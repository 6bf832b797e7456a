-- What the mailer knows of each e-mail it was asked to send. Never its content: that is made again from the
-- command, and content_sha256 proves that it is the same.
create table emails (
    email_id text primary key,
    fingerprint text not null,
    invoice_id text not null,
    message_id text not null,
    conversations integer not null default 0 check (conversations >= 0),
    content_sha256 text check (content_sha256 ~ '^[0-9a-f]{64}$'),
    outcome text check (outcome in ('sent', 'failed', 'uncertain')),
    reason_code text,
    reason_message text,
    possible_duplicate boolean not null default false,
    created_at timestamptz not null,
    finished_at timestamptz,
    check ((outcome is null) = (finished_at is null)),
    check ((reason_code is null) = (reason_message is null)),
    check ((outcome in ('failed', 'uncertain')) is not true or reason_code is not null)
);
comment on column emails.fingerprint is 'SHA-256 of the command: the same e-mail id with another one is refused';
comment on column emails.conversations is 'SMTP conversations begun; the latest alone may hand the mail over';
create index emails_unfinished on emails (created_at) where outcome is null;

create table recipients (
    email_id text not null references emails,
    position smallint not null check (position >= 0),
    role text not null check (role in ('to', 'cc', 'bcc')),
    address text not null,
    state text not null check (state in ('prepared', 'sending', 'sent', 'refused', 'uncertain')),
    settled boolean not null,
    reply text,
    unanswered smallint not null check (unanswered >= 0),
    revision integer not null check (revision >= 0),
    conversation integer not null check (conversation >= 0),
    sending_since timestamptz,
    updated_at timestamptz not null default now(),
    primary key (email_id, position),
    check (settled = (state in ('sent', 'refused')) or state = 'uncertain'),
    check (state <> 'sending' or sending_since is not null)
);
comment on column recipients.settled is 'for good: no later attempt changes it';
comment on column recipients.unanswered is 'times that DATA began and no answer came';

grant select, insert, update on emails, recipients to mailer_service;
