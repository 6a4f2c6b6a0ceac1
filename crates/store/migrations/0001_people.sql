create table people (
    id text primary key,
    email text not null unique,
    name text not null,
    role text not null,
    password_hash text not null,
    created_at bigint not null,
    disabled_at bigint
);

create table sign_in_failures (
    email text primary key,
    failures bigint not null,
    last_at bigint not null
);

create table sessions (
    digest text primary key,
    person_id text not null references people (id),
    csrf text not null,
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null
);

create index sessions_by_person on sessions (person_id);

create table api_tokens (
    id text primary key,
    digest text not null unique,
    name text not null,
    role text not null,
    created_by text not null,
    created_at bigint not null,
    used_at bigint,
    revoked_at bigint
);

create table write_keys (
    id text primary key,
    digest text not null unique,
    prefix text not null,
    source text not null,
    label text not null,
    created_at bigint not null,
    revoked_at bigint
);

create table saved_views (
    id text primary key,
    person_id text not null references people (id),
    name text not null,
    definition text not null,
    created_at bigint not null,
    unique (person_id, name)
);

create table import_progress (
    file_digest text not null,
    mapping_digest text not null,
    path text not null,
    rows_done bigint not null,
    accepted bigint not null,
    duplicate bigint not null,
    rejected bigint not null,
    finished bigint not null,
    updated_at bigint not null,
    primary key (file_digest, mapping_digest)
);
