create table play_refusals (
    play text not null,
    account_id text not null,
    subject text not null,
    at bigint not null,
    reason text not null,
    detail text,
    times bigint not null,
    primary key (play, account_id, subject)
);

create index play_refusals_by_play on play_refusals (play, at);
create index play_refusals_by_account on play_refusals (account_id, at);
