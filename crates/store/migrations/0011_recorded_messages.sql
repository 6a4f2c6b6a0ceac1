alter table messages add column to_colleague bigint not null default 0;
alter table messages add column tracked bigint not null default 0;
alter table messages add column changes bigint;
alter table messages add column recorded bigint not null default 0;

create index messages_unrecorded on messages (sent_at) where recorded < changes;
