alter table tasks add column heard_at bigint;

create index tasks_unheard on tasks (done_at) where heard_at is null and done_at is not null and run_id is not null;
