create table in_app_receipts (
    message_key text not null,
    user_id text not null,
    shown_at bigint,
    clicked_at bigint,
    dismissed_at bigint,
    primary key (message_key, user_id)
);

insert into in_app_receipts (message_key, user_id, shown_at, dismissed_at)
select key, user_id, seen_at, dismissed_at from in_app_messages
where user_id is not null and (seen_at is not null or dismissed_at is not null);

alter table in_app_messages drop column seen_at;
alter table in_app_messages drop column dismissed_at;
