"""Durable steps and timers, Mainstay beside DBOS and Restate: the same work on the same machine, one after the other.

Usage: plays.py --bench BINARY --scratch DIR --results FILE [--runs N] [--timers N] [--waiting N]

Mainstay and DBOS are measured on SQLite and on a PostgreSQL server with its usual, durable settings, which is started here; Restate keeps its
own log. Mainstay's timers are measured while `--waiting` other runs wait; the peers' without any, which favours them.
"""

import argparse
import asyncio
import contextlib
import glob
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

STEPS = 3
FIRST_SECONDS = 20
SPREAD_SECONDS = 30
HERE = os.path.dirname(os.path.abspath(__file__))


def keep(options, what, who, figure):
    print(f"{what}: {who} {figure}", flush=True)
    with open(options.results, "a", encoding="utf-8") as file:
        file.write(json.dumps({"what": what, "who": who, "figure": figure}) + "\n")


def shown(milliseconds):
    ordered = sorted(milliseconds)
    late = lambda share: ordered[min(len(ordered) - 1, int(len(ordered) * share))]
    return f"{late(0.5):.0f} ms, {late(0.99):.0f} ms, none waiting"


@contextlib.contextmanager
def postgres():
    """A server with its usual settings, or None where none is installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    if not found:
        print("no PostgreSQL server is installed (apt-get install postgresql): left out", flush=True)
        yield None
        return
    commands, folder = os.path.dirname(found[-1]), tempfile.mkdtemp(prefix="mainstay-plays-")
    # PostgreSQL refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres", "postgres")
    data, port = os.path.join(folder, "data"), free_port()

    def run(*words):
        subprocess.run([*user, *words], check=True, stdout=subprocess.DEVNULL, cwd=folder)

    run(os.path.join(commands, "initdb"), "-D", data, "-A", "trust", "-U", "mainstay")
    try:
        settings = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c max_connections=200"
        run(os.path.join(commands, "pg_ctl"), "-D", data, "-w", "-l", os.path.join(folder, "log"), "-o", settings, "start")
        yield Server(commands, port)
    finally:
        subprocess.run([*user, os.path.join(commands, "pg_ctl"), "-D", data, "-m", "immediate", "stop"], stdout=subprocess.DEVNULL, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def ours(options, server):
    common = ["--scratch", options.scratch, "--results", options.results, "--waiting", str(options.waiting)]
    for part in ("steps", "timers"):
        there = ["--postgres", f"postgres://mainstay@{server.database(part)}"] if server else []
        subprocess.run([options.bench, part, *common, *there], check=True)


class Server:
    def __init__(self, commands, port):
        self.commands, self.port = commands, port

    def database(self, name):
        """An empty database; its address without scheme and user."""
        subprocess.run([os.path.join(self.commands, "createdb"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "mainstay", name], check=True)
        return f"127.0.0.1:{self.port}/{name}"


def dbos_of(name, url):
    """Runs in a process of its own: DBOS has one database for each."""
    script = [sys.executable, os.path.abspath(__file__), "--dbos", url]
    return lambda options: [
        keep(options, what.replace("DATABASE", name).replace("WAITING", f"{options.waiting:,}"), "DBOS", figure)
        for what, figure in json.loads(
            subprocess.run(
                [*script, "--runs", str(options.runs), "--timers", str(options.timers)], check=True, stdout=subprocess.PIPE, text=True
            ).stdout.splitlines()[-1]
        )
    ]


def dbos_here(options):
    from dbos import DBOS

    DBOS(config={"name": "bench", "system_database_url": options.dbos, "run_admin_server": False, "log_level": "ERROR"})

    @DBOS.step()
    async def step(account, number):
        return {"key": f"{account}/step_{number}/0", "channel": "email", "template": "quick_check_in"}

    @DBOS.workflow()
    async def play(account):
        for number in range(STEPS):
            await step(account, number)

    @DBOS.step()
    async def late_by(due):
        return (time.time() - due) * 1e3

    @DBOS.workflow()
    async def after(due, wait):
        await DBOS.sleep_async(wait)
        return await late_by(due)

    async def both():
        begun = time.perf_counter()
        handles = [await DBOS.start_workflow_async(play, f"account-{number}") for number in range(options.runs)]
        for handle in handles:
            await handle.get_result()
        rate = options.runs * STEPS / (time.perf_counter() - begun)
        first, seeded = time.time() + FIRST_SECONDS, random.Random(1)
        dues = [first + seeded.random() * SPREAD_SECONDS for _ in range(options.timers)]
        handles = [await DBOS.start_workflow_async(after, due, max(0, due - time.time())) for due in dues]
        return rate, [await handle.get_result() for handle in handles]

    DBOS.launch()
    rate, late = asyncio.run(both())
    DBOS.destroy()
    print(
        json.dumps(
            [
                ("durable steps of plays on DATABASE, WAITING runs waiting", f"{rate:,.0f} a second, none waiting"),
                ("timer lateness on DATABASE, p50 and p99, WAITING runs waiting", shown(late)),
            ]
        )
    )


def call(url, body, method="POST"):
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers={"content-type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.loads(answer.read() or "null")


def patiently(work, seconds=60):
    end = time.monotonic() + seconds
    while True:
        try:
            return work()
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def restate(options):
    modules = os.path.join(options.restate, "node_modules")
    if not os.path.isdir(modules):
        print("Restate is not installed: left out", flush=True)
        return
    folder = tempfile.mkdtemp(prefix="mainstay-restate-")
    service, ingress, admin, node = (free_port() for _ in range(4))
    environment = dict(
        os.environ,
        RESTATE_INGRESS__BIND_ADDRESS=f"127.0.0.1:{ingress}",
        RESTATE_ADMIN__BIND_ADDRESS=f"127.0.0.1:{admin}",
        RESTATE_BIND_ADDRESS=f"127.0.0.1:{node}",
        RESTATE_BASE_DIR=folder,
        RESTATE_LOG_FILTER="error",
        NODE_ENV="production",
        RESTATE_LOGGING="ERROR",
    )
    shutil.copy(os.path.join(HERE, "restate", "service.mjs"), options.restate)
    # The command starts the server as a process of its own: what is killed is all that came of it.
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment, "cwd": options.restate, "start_new_session": True}
    processes = [
        subprocess.Popen([os.path.join(modules, ".bin", "restate-server")], **quiet),
        subprocess.Popen(["node", "service.mjs", str(service)], **quiet),
    ]
    try:
        patiently(lambda: call(f"http://127.0.0.1:{admin}/deployments", {"uri": f"http://127.0.0.1:{service}"}))
        where = f"http://127.0.0.1:{ingress}/play"
        with ThreadPoolExecutor(64) as callers:
            patiently(lambda: call(f"{where}/steps", "warm"))
            begun = time.perf_counter()
            list(callers.map(lambda number: call(f"{where}/steps", f"account-{number}"), range(options.runs)))
            rate = options.runs * STEPS / (time.perf_counter() - begun)
        first, seeded = time.time() + FIRST_SECONDS, random.Random(1)
        dues = [(first + seeded.random() * SPREAD_SECONDS) * 1e3 for _ in range(options.timers)]
        with ThreadPoolExecutor(64) as callers:
            sent = list(callers.map(lambda due: call(f"{where}/after/send", due)["invocationId"], dues))
            output = f"http://127.0.0.1:{ingress}/restate/invocation"
            late = list(callers.map(lambda one: patiently(lambda: call(f"{output}/{one}/attach", None, "GET")), sent))
        keep(options, f"durable steps of plays on SQLite, {options.waiting:,} runs waiting", "Restate", f"{rate:,.0f} a second on its own log, none waiting")
        keep(options, f"timer lateness on SQLite, p50 and p99, {options.waiting:,} runs waiting", "Restate", shown(late))
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench")
    parser.add_argument("--scratch")
    parser.add_argument("--results")
    parser.add_argument("--restate", help="folder in which npm installed benches/restate")
    parser.add_argument("--runs", type=int, default=2_000, help="runs of the peers, of three steps each")
    parser.add_argument("--timers", type=int, default=2_000)
    parser.add_argument("--waiting", type=int, default=1_000_000)
    parser.add_argument("--dbos", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.dbos:
        dbos_here(options)
        return
    with postgres() as server:
        ours(options, server)
        with tempfile.TemporaryDirectory() as folder:
            dbos_of("SQLite", f"sqlite:///{folder}/dbos.sqlite")(options)
        if server:
            dbos_of("PostgreSQL", f"postgresql+psycopg://mainstay@{server.database('dbos')}")(options)
    restate(options)


if __name__ == "__main__":
    main()
