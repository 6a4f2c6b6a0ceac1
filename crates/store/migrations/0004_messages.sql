create table messages (
    key text primary key,
    channel text not null,
    category text not null,
    account_id text not null,
    person text,
    address text not null,
    subject text not null,
    run_id text,
    step text,
    created_at bigint not null,
    sent_at bigint not null,
    opened_at bigint,
    clicked_at bigint,
    replied_at bigint,
    bounced_at bigint,
    message_id text
);

create index messages_by_person on messages (person, sent_at);
create index messages_by_account on messages (account_id, sent_at);
create index messages_by_run on messages (run_id);
create index messages_by_message_id on messages (message_id);

create table decisions (
    id text primary key,
    at bigint not null,
    account_id text not null,
    person text,
    run_id text,
    step text,
    key text not null,
    verdict text not null,
    reason text not null,
    until_at bigint
);

create index decisions_by_account on decisions (account_id, at);
create index decisions_by_run on decisions (run_id);
create index decisions_by_at on decisions (at);

create table consents (
    person text not null,
    channel text not null,
    category text not null,
    state text not null,
    at bigint not null,
    how text not null,
    primary key (person, channel, category)
);

create table in_app_messages (
    key text primary key,
    account_id text not null,
    user_id text,
    title text not null,
    body text not null,
    url text,
    created_at bigint not null,
    expires_at bigint,
    seen_at bigint,
    dismissed_at bigint
);

create index in_app_messages_by_account on in_app_messages (account_id, created_at);
create index in_app_messages_by_user on in_app_messages (user_id, created_at);
