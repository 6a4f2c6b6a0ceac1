"""Signals and scores of the product beside the same computed by DuckDB from the files."""
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb

ZONE = "Europe/Berlin"
# Inside a day of winter, inside a day of summer, and the end of the day on which clocks go forward.
INSTANTS = ["2022-02-20T13:30:00Z", "2022-07-11T22:15:00Z", "2023-03-26T21:59:59.999999Z"]
SIGNALS = ["calls_30d", "users_28d", "won_90d", "calls_change", "days_silent", "days_active_2m", "share_won", "calls_a_user", "mrr"]

files, workspace, scratch = (Path(path) for path in sys.argv[1:4])
checked = failed = 0


def mainstay(*words, data):
    command = [os.environ["MAINSTAY_BIN"], *words, "--workspace", str(workspace), "--data", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def expect(what, found, wanted):
    global checked, failed
    checked += 1
    same = found == wanted if wanted is None or found is None or isinstance(wanted, str) else abs(found - wanted) <= 1e-9 * max(1.0, abs(wanted))
    if not same:
        failed += 1
        print(f"differs: {what}: Mainstay {found!r}, DuckDB {wanted!r}")


def by_duckdb(at):
    """Signals as of an instant, in SQL over the files, with no code of the product."""
    db = duckdb.connect()
    db.sql("set timezone = 'UTC'")
    db.sql(f"create table e as select *, timezone('{ZONE}', timezone('UTC', event_time))::date as day from read_parquet('{files}/events.parquet') where event_time <= timestamp '{at[:-1]}'")
    db.sql(f"create table s as select * from read_csv('{files}/subscriptions.csv') where start_date <= date '{at[:10]}'")
    today = db.sql(f"select timezone('{ZONE}', timestamptz '{at}')::date").fetchall()[0][0]
    db.sql(f"create table t as select date '{today}' as today")
    return db.sql(
        """
        with ids as (select distinct account_id as id from e union select distinct account_id from s),
        born as (select account_id as id, min(day) as born from (select account_id, day from e union all select account_id, start_date from s) group by 1),
        f as (select account_id as id,
            count(*) filter (event = 'call_lead' and day > today - 30) as calls_30d,
            count(distinct user_id) filter (day between today - 28 and today - 1) as users_28d,
            sum(value::decimal(38, 9)) filter (event = 'win_opportunity' and day > today - 90) as won,
            count(*) filter (event = 'call_lead' and day between today - 30 and today - 1) as later,
            count(*) filter (event = 'call_lead' and day between today - 60 and today - 31) as earlier,
            today - max(day) as days_silent,
            count(distinct day) filter (day > (today - interval 2 month)::date) as days_active_2m,
            count(*) filter (event = 'win_opportunity' and day > today - 90) as wins,
            count(*) filter (event in ('win_opportunity', 'lose_opportunity') and day > today - 90) as closed
          from e, t group by account_id, today),
        m as (select account_id as id, sum(mrr::decimal(20, 9) * (1 - discount::decimal(20, 17))) as mrr from s, t where start_date <= today and end_date > today group by 1)
        select ids.id, coalesce(calls_30d, 0), coalesce(users_28d, 0), coalesce(won, 0)::double,
            case when earlier > 0 and born <= today - 60 then (later - earlier) / earlier end,
            days_silent, coalesce(days_active_2m, 0), case when closed > 0 then wins / closed end,
            case when users_28d > 0 then calls_30d / users_28d end, coalesce(mrr, 0)::double
        from ids left join f using (id) left join m using (id) left join born using (id), t order by 1
        """
    ).fetchall()


def score(row):
    """The model of workspace/health/standard.yaml, worked by hand."""
    calls, users, _, change, silent, _, won = row[1:8]
    curve = lambda x: 60 * x / 4 if x <= 4 else min(100, 60 + 40 * (x - 4) / 8)
    parts = [
        (30, None if calls is None else 100 if calls > 40 else 50 if calls >= 10 else 0),
        (25, None if users is None else curve(users)),
        (20, None if change is None else 100 if change > -0.1 else 50 if change >= -0.5 else 0),
        (15, None if silent is None else 100 if silent <= 2 else 50 if silent <= 13 else 0),
        (10, None if won is None else 100 if won >= 0.5 else 50 if won >= 0.3 else 0),
    ]
    known = [(weight, points) for weight, points in parts if points is not None]
    weight = sum(weight for weight, _ in known)
    if weight < 50:
        return None, "unknown"
    value = sum(weight * points for weight, points in known) / weight
    return value, "healthy" if value >= 80 else "monitor" if value >= 60 else "at_risk" if value >= 40 else "critical"


def compare(data):
    for at in INSTANTS:
        sql = f"select id, {', '.join(SIGNALS)}, health_score, health_band from accounts order by id"
        rows = {row["id"]: row for row in json.loads(mainstay("sql", sql, "--as-of", at, "--format", "json", data=data))}
        wanted = {row[0]: row for row in by_duckdb(at)}
        # An account is known from its first fact on; accounts.csv says so of all of them from the first of January.
        expect(f"{at}: accounts with facts", str(sorted(set(wanted) - set(rows))), "[]")
        for account, row in wanted.items():
            found = rows.get(account, {})
            for name, value in zip(SIGNALS, row[1:]):
                expect(f"{at} {account} {name}", found.get(name), value)
            points, band = score(row)
            expect(f"{at} {account} score", found.get("health_score"), points)
            expect(f"{at} {account} band", found.get("health_band"), band)


def load(data):
    begun = time.monotonic()
    report = json.loads(mainstay("import", str(files), "--format", "json", data=data))
    print(f"imported {sum(file['accepted'] for file in report['files'])} facts in {time.monotonic() - begun:.1f} s")
    return report


first = load(scratch / "data")
compare(scratch / "data")
again = load(scratch / "data")
expect("the same files again: accepted", float(sum(file["accepted"] for file in again["files"])), 0.0)
compare(scratch / "data")
print(f"tests: {checked}")
print(f"{checked - failed} passed, {failed} failed")
sys.exit(1 if failed else 0)
