#!/usr/bin/env python3
"""Cuts the slice in data/ out of the whole data set: some accounts, young, churned and with repeated rows.

Usage: slice.py FOLDER - the folder with accounts.csv, subscriptions.csv and events.parquet of the simulator of the book
"Fighting Churn With Data" (package fightchurn, MIT licence).
"""
import sys
from pathlib import Path

import duckdb

ACCOUNTS = ["crm-13", "crm-741", "crm-37", "crm-441", "crm-141", "crm-341", "crm-573", "crm-749"]

source, here = Path(sys.argv[1]), Path(__file__).parent / "data"
here.mkdir(exist_ok=True)
chosen = ", ".join(f"'{account}'" for account in ACCOUNTS)
for name in ("accounts", "subscriptions"):
    duckdb.sql(f"copy (select * from read_csv('{source / name}.csv', all_varchar = true) where account_id in ({chosen})) to '{here / name}.csv' (header)")
duckdb.sql(
    f"""copy (select * from read_parquet('{source / "events.parquet"}') where account_id in ({chosen}) order by event_time)
    to '{here / "events.parquet"}' (format parquet, compression zstd, compression_level 19)"""
)
