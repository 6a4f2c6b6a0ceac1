create table tasks (
    id text primary key,
    run_id text,
    step text,
    account_id text not null,
    title text not null,
    body text not null,
    kind text not null,
    owner text,
    role text,
    priority text not null,
    created_at bigint not null,
    due_at bigint,
    sla_started_at bigint,
    status text not null,
    outcome text,
    note text,
    done_by text,
    done_at bigint,
    money_at_stake text
);

create index tasks_by_owner on tasks (owner, status, due_at);
create index tasks_by_account on tasks (account_id, status, due_at);
create index tasks_by_status on tasks (status, due_at);
create index tasks_by_run on tasks (run_id);

create table account_tags (
    account_id text not null,
    tag text not null,
    set_at bigint not null,
    set_by text not null,
    primary key (account_id, tag)
);

create index account_tags_by_tag on account_tags (tag);

create table interventions (
    id text primary key,
    account_id text not null,
    run_id text,
    task_id text,
    at bigint not null,
    who text not null,
    what text not null,
    outcome text,
    learned text
);

create index interventions_by_account on interventions (account_id, at);
create index interventions_by_run on interventions (run_id);

create table absences (
    person text not null,
    from_at bigint not null,
    until_at bigint not null,
    cover text,
    primary key (person, from_at)
);
