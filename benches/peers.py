"""The same questions asked of other tools: DuckDB, Polars and PostgreSQL, on the files that `mainstay-bench` left in the scratch folder.

Usage: peers.py turn|first-build|postgres --scratch DIR --results FILE [--accounts N] [--events N]
"""

import argparse
import glob
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time

RUNS = 5
TODAY = 20_000

# Level of a component: the worst bound first; weights as in crates/bench/workspace/health/standard.yaml.
# signal, weight, critical below, healthy from; reversed ones are healthy below and critical from.
LEVELS = [
    ("uses_7d", 5, 1, 2),
    ("uses_30d", 5, 2, 5),
    ("uses_change", 5, -0.5, 0),
    ("active_days_30d", 5, 2, 5),
    ("features_30d", 10, 2, 4),
    ("time_30d", 10, 5_000, 20_000),
    ("time_change", 10, -0.5, 0),
    ("longest_30d", 10, 4_000, 8_000),
    ("shortest_30d", 10, 500, 2_000),
    ("average_30d", 10, 3_000, 5_000),
]
REVERSED = [("failed_30d", 10, 0.1, 0.3), ("days_silent", 10, 3, 10)]


def shown(seconds):
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.0f} ms" if seconds >= 0.01 else f"{seconds * 1e3:.1f} ms"


def keep(options, what, who, figure):
    print(f"{what}: {who} {figure}", flush=True)
    with open(options.results, "a", encoding="utf-8") as file:
        file.write(json.dumps({"what": what, "who": who, "figure": figure}) + "\n")


def timed(work, runs=RUNS):
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        answer = work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times), answer


def points_sql():
    parts = [f"case when {s} < {low} then 0 when {s} < {high} then 50 when {s} is not null then 100 end" for s, _, low, high in LEVELS]
    parts += [f"case when {s} < {low} then 100 when {s} < {high} then 50 when {s} is not null then 0 end" for s, _, low, high in REVERSED]
    weights = [weight for _, weight, _, _ in LEVELS + REVERSED]
    names = [name for name, *_ in LEVELS + REVERSED]
    over = " + ".join(f"coalesce({weight} * ({part}), 0)" for weight, part in zip(weights, parts))
    under = " + ".join(f"case when {name} is null then 0 else {weight} end" for weight, name in zip(weights, names))
    return f"({over})::double / ({under})"


def turn_duckdb(options):
    import duckdb

    database = duckdb.connect()
    database.execute(f"create table uses as select * from '{options.scratch}/partials-{options.accounts}.parquet'")
    in_30 = f"day > {TODAY - 30}"
    later = f"day between {TODAY - 30} and {TODAY - 1}"
    earlier = f"day between {TODAY - 60} and {TODAY - 31}"
    question = f"""
        create or replace table scores as
        with windows as (
            select account,
                count(*) filter (day > {TODAY - 7}) as uses_7d,
                count(*) filter ({in_30}) as uses_30d,
                count(*) filter ({later}) as uses_later, count(*) filter ({earlier}) as uses_earlier,
                count(distinct day) filter ({in_30}) as active_days_30d,
                count(distinct feature) filter ({in_30}) as features_30d,
                coalesce(sum(duration_ms) filter ({in_30}), 0) as time_30d,
                sum(duration_ms) filter ({later}) as time_later, sum(duration_ms) filter ({earlier}) as time_earlier,
                max(duration_ms) filter ({in_30}) as longest_30d,
                min(duration_ms) filter ({in_30}) as shortest_30d,
                avg(duration_ms) filter ({in_30}) as average_30d,
                avg(failed::int) filter ({in_30}) as failed_30d,
                {TODAY} - max(day) as days_silent
            from uses group by account
        ), signals as (
            select *,
                (uses_later - uses_earlier) / nullif(uses_earlier, 0)::double as uses_change,
                (coalesce(time_later, 0) - time_earlier) / nullif(time_earlier, 0)::double as time_change
            from windows
        )
        select account, {points_sql()} as score from signals
    """
    seconds, _ = timed(lambda: database.execute(question))
    scored, total = database.execute("select count(score), sum(score) from scores").fetchone()
    return seconds, scored, total


def turn_polars(options):
    import polars as pl

    uses = pl.read_parquet(f"{options.scratch}/partials-{options.accounts}.parquet")
    day, duration = pl.col("day"), pl.col("duration_ms")
    in_30 = day > TODAY - 30
    later = day.is_between(TODAY - 30, TODAY - 1)
    earlier = day.is_between(TODAY - 60, TODAY - 31)

    def level(name, low, high, points):
        column = pl.col(name)
        return pl.when(column < low).then(points[0]).when(column < high).then(points[1]).when(column.is_not_null()).then(points[2])

    def question():
        windows = uses.lazy().group_by("account").agg(
            (day > TODAY - 7).sum().alias("uses_7d"),
            in_30.sum().alias("uses_30d"),
            later.sum().cast(pl.Float64).alias("uses_later"),
            earlier.sum().cast(pl.Float64).alias("uses_earlier"),
            day.filter(in_30).n_unique().alias("active_days_30d"),
            pl.col("feature").filter(in_30).n_unique().alias("features_30d"),
            duration.filter(in_30).sum().alias("time_30d"),
            duration.filter(later).sum().alias("time_later"),
            duration.filter(earlier).sum().alias("time_earlier"),
            duration.filter(in_30).max().alias("longest_30d"),
            duration.filter(in_30).min().alias("shortest_30d"),
            duration.filter(in_30).mean().alias("average_30d"),
            pl.col("failed").filter(in_30).mean().alias("failed_30d"),
            (TODAY - day.max()).alias("days_silent"),
        )

        def change(of):
            was = pl.col(f"{of}_earlier")
            return pl.when(was != 0).then((pl.col(f"{of}_later") - was) / was).alias(f"{of}_change")

        signals = windows.with_columns(change("uses"), change("time"))
        over, under = pl.lit(0.0), pl.lit(0.0)
        for levels, points in ((LEVELS, (0, 50, 100)), (REVERSED, (100, 50, 0))):
            for name, weight, low, high in levels:
                over += (level(name, low, high, points) * weight).fill_null(0)
                under += pl.when(pl.col(name).is_not_null()).then(weight).otherwise(0)
        return signals.select("account", (over / under).alias("score")).collect()

    seconds, scores = timed(question)
    return seconds, scores["score"].count(), scores["score"].sum()


def turn(options):
    with open(f"{options.scratch}/turn-{options.accounts}.json", encoding="utf-8") as file:
        ours = json.load(file)
    # Peers' tables do not know accounts without any use; those score 0.
    for who, peer in (("DuckDB", turn_duckdb), ("Polars", turn_polars)):
        seconds, scored, total = peer(options)
        if scored > ours["scored"] or abs(ours["sum"] - total) > 1e-9 * total:
            raise SystemExit(f"{who} scores otherwise: {scored} accounts, sum {total}; ours {ours}")
        keep(options, ours["what"], who, shown(seconds))


def first_build(options):
    import duckdb
    import polars as pl

    with open(f"{options.scratch}/files-{options.accounts}.txt", encoding="utf-8") as file:
        files = file.read().split()
    what = f"first build, {options.events:,} events of {options.accounts:,} accounts"
    database = duckdb.connect()
    question = f"""
        create or replace table partials as
        with uses as (
            select account_id, occurred_at::date as day, properties->>'feature' as feature,
                (properties->>'duration_ms')::double as duration_ms, (properties->>'failed')::boolean as failed
            from read_parquet({files})
        )
        select account_id, day, count(*) as uses, list(distinct feature) as features, sum(duration_ms) as time,
            max(duration_ms) as longest, min(duration_ms) as shortest, count(*) filter (failed) as failed
        from uses group by account_id, day
    """
    seconds, _ = timed(lambda: database.execute(question), 1)
    keep(options, what, "DuckDB", shown(seconds) + " (partials only)")
    fields = pl.Struct({"feature": pl.String, "duration_ms": pl.Float64, "failed": pl.Boolean})

    def with_polars():
        uses = pl.scan_parquet(files).select("account_id", "occurred_at", pl.col("properties").str.json_decode(fields)).unnest("properties")
        days = uses.with_columns(pl.col("occurred_at").dt.date().alias("day")).group_by("account_id", "day")
        duration = pl.col("duration_ms")
        return days.agg(
            pl.len().alias("uses"),
            pl.col("feature").unique().alias("features"),
            duration.sum().alias("time"),
            duration.max().alias("longest"),
            duration.min().alias("shortest"),
            pl.col("failed").sum(),
        ).collect()

    seconds, _ = timed(with_polars, 1)
    keep(options, what, "Polars", shown(seconds) + " (partials only)")


def postgres(options):
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    if not found:
        print("no PostgreSQL server is installed (apt-get install postgresql): left out", flush=True)
        return
    commands = os.path.dirname(found[-1])
    folder = tempfile.mkdtemp(prefix="mainstay-postgres-")
    # PostgreSQL refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres", "postgres")
    data = os.path.join(folder, "data")

    def run(*words, **more):
        subprocess.run([*user, *words], check=True, stdout=subprocess.DEVNULL, cwd=folder, **more)

    psql = [os.path.join(commands, "psql"), "-q", "-h", folder, "-d", "postgres", "-v", "ON_ERROR_STOP=1"]
    try:
        run(os.path.join(commands, "initdb"), "-D", data, "-A", "trust", "--no-sync")
        server = f"-c listen_addresses='' -c unix_socket_directories={folder} -c max_wal_size=8GB -c shared_buffers=1GB"
        run(os.path.join(commands, "pg_ctl"), "-D", data, "-w", "-l", os.path.join(folder, "log"), "-o", server, "start")
        run(
            *psql, "-c",
            "create table events (source text, message_id text, kind text, name text, account_id text, user_id text, "
            "occurred_at timestamptz, received_at timestamptz, properties text, primary key (source, message_id))",
        )
        scripts = sorted(glob.glob(f"{options.scratch}/copy-*.sql"))
        if not scripts:
            raise SystemExit("there are no events to copy: run `mainstay-bench ingest` first")
        inputs = [open(script, "rb") for script in scripts]
        begun = time.perf_counter()
        senders = [subprocess.Popen([*user, *psql], stdin=each, cwd=folder) for each in inputs]
        failed = any([sender.wait() for sender in senders])
        seconds = time.perf_counter() - begun
        if failed:
            raise SystemExit("a COPY failed")
        count = subprocess.run([*user, *psql, "-Atc", "select count(*) from events"], check=True, capture_output=True, text=True, cwd=folder)
        rate = int(count.stdout) / seconds
        keep(options, "ingest over HTTP, durable, batches of 100", "PostgreSQL", f"`COPY` in batches of 100, {len(scripts)} connections: {rate:,.0f} events/s")
    finally:
        subprocess.run([*user, os.path.join(commands, "pg_ctl"), "-D", data, "-m", "immediate", "stop"], stdout=subprocess.DEVNULL, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["turn", "first-build", "postgres"])
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--results", required=True)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=0)
    options = parser.parse_args()
    {"turn": turn, "first-build": first_build, "postgres": postgres}[options.part](options)


if __name__ == "__main__":
    main()
