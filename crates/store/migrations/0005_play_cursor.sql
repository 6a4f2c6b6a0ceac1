create table play_cursor (
    id bigint primary key,
    position bigint not null,
    looked_at bigint not null
);
