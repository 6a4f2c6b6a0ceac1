create table play_versions (
    play text not null,
    version text not null,
    definition text not null,
    created_at bigint not null,
    primary key (play, version)
);

create table play_baselines (
    play text not null,
    trigger_digest text not null,
    since bigint not null,
    primary key (play, trigger_digest)
);

create table play_conditions (
    play text not null,
    subject text not null,
    account_id text not null,
    since bigint not null,
    primary key (play, subject)
);

create table play_runs (
    id text primary key,
    play text not null,
    version text not null,
    account_id text not null,
    subject text not null,
    status text not null,
    outcome text,
    trigger_at bigint not null,
    trigger_values text not null,
    baseline text not null,
    state text not null,
    due_at bigint,
    priority bigint not null,
    held_out bigint not null,
    started_at bigint not null,
    ended_at bigint,
    updated_at bigint not null,
    revision bigint not null,
    claim text,
    claim_until bigint,
    unique (play, subject, trigger_at)
);

create index play_runs_due on play_runs (status, due_at, priority desc, id);
create index play_runs_by_account on play_runs (account_id, started_at);
create index play_runs_by_play on play_runs (play, status, started_at);

create table play_steps (
    run_id text not null references play_runs (id),
    step text not null,
    due_at bigint,
    decided_at bigint,
    outcome text not null,
    reason text,
    effects text not null,
    primary key (run_id, step)
);

create table outbox (
    key text primary key,
    run_id text,
    step text,
    account_id text not null,
    channel text not null,
    payload text not null,
    status text not null,
    attempts bigint not null,
    next_at bigint not null,
    last_error text,
    created_at bigint not null,
    sent_at bigint,
    claim_until bigint
);

create index outbox_due on outbox (status, next_at);
create index outbox_by_run on outbox (run_id);
create index outbox_by_account on outbox (account_id, created_at);
