"""Runs each SDK against a mainstay server, through a proxy that loses first answers, and asks the product what arrived."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import product
from expectations import EXPECTED
from proxy import LossyProxy
from site_server import SiteServer

HERE = Path(__file__).resolve().parent
SENDERS = {
    "segment_python": [sys.executable, "segment_python.py"],
    "rudder_python": [sys.executable, "rudder_python.py"],
    "segment_node": ["node", "segment_node.cjs"],
    "rudder_node": ["node", "rudder_node.cjs"],
    "browser": ["node", "browser.cjs"],
}
SENDER_SECONDS = 90
ARRIVAL_SECONDS = 45


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--binary", required=True)
    arguments.add_argument("--node-modules", required=True)
    arguments.add_argument("--only", choices=sorted(SENDERS))
    options = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="mainstay-sdk-"))
    names = [options.only] if options.only else list(SENDERS)
    try:
        with product.Product(options.binary, folder, names) as server:
            failures = [failure for name in names for failure in run_sender(name, server, options)]
            if failures:
                print(server.log())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for failure in failures:
        print(f"FAILED {failure}")
    print(f"SDK test: {len(names)} SDKs, {len(failures)} failures")
    print(f"tests: {len(names)}")
    sys.exit(1 if failures else 0)


def run_sender(name, server, options):
    """One SDK: send, wait for everything, compare. Answers what is wrong."""
    with LossyProxy(server.url) as proxy, SiteServer(options.node_modules) as site:
        environment = {
            **os.environ,
            "HOST": proxy.url,
            "WRITE_KEY": server.keys[name],
            "SITE": site.url,
            "CHROMIUM": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        }
        program, script = SENDERS[name]
        process = subprocess.Popen(
            [program, HERE / "senders" / script],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            if name == "browser":
                output = wait_for_line(process, "sent")
                arrived = wait_for(name, server)
                output += process.communicate(timeout=SENDER_SECONDS)[0]
            else:
                output = process.communicate(timeout=SENDER_SECONDS)[0]
                arrived = wait_for(name, server)
        except subprocess.TimeoutExpired:
            process.kill()
            return [f"{name}: the sender did not end within {SENDER_SECONDS} seconds"]
    failures = compare(name, server, proxy, arrived)
    state = "ok" if not failures else "FAILED"
    print(f"{state:7}{name}: {sum(arrived.values())} events, {proxy.requests} requests, {proxy.lost} answers lost, {proxy.repeated} messages sent again")
    if failures and output.strip():
        print(output)
    return failures


def wait_for_line(process, wanted):
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.strip() == wanted:
            break
    return "".join(lines)


def wait_for(name, server):
    """The events of a source by kind and name, once they are all there or the time is over."""
    deadline = time.monotonic() + ARRIVAL_SECONDS
    while True:
        arrived = server.events(name)
        if sum(arrived.values()) >= sum(EXPECTED[name]["events"].values()) or time.monotonic() > deadline:
            return arrived
        time.sleep(0.2)


def compare(name, server, proxy, arrived):
    failures = []

    def equal(what, expected, actual):
        if expected != actual:
            failures.append(f"{name}: {what}: expected {expected}, got {actual}")

    expected = EXPECTED[name]
    equal("events", expected["events"], arrived)
    ids = server.sql(f"select message_id from events where source = '{name}'")
    equal("distinct message ids", len(ids), len({row["message_id"] for row in ids}))
    equal("message ids sent and kept", proxy.message_ids - proxy.too_large, {row["message_id"] for row in ids})
    if proxy.lost == 0 or proxy.repeated == 0:
        failures.append(f"{name}: no answer was lost, so no retry was tried")
    for question, rows in expected["questions"].items():
        equal(question, rows, server.sql(question))
    return failures


if __name__ == "__main__":
    main()
