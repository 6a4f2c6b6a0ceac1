"""The product under test: a scratch workspace, its write keys, a running server, questions by SQL."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request

START_SECONDS = 60

WORKSPACE = """name: SDK test
time_zone: UTC
currency: EUR
"""


class Product:
    def __init__(self, binary, folder, sources):
        self.binary = str(binary)
        self.folder = folder
        self.workspace = folder / "workspace"
        (self.workspace / "sources").mkdir(parents=True)
        (self.workspace / "mainstay.yaml").write_text(WORKSPACE)
        lines = "".join(f"  {name}:\n    kind: tracking\n" for name in sources)
        (self.workspace / "sources" / "sdks.yaml").write_text(f"sources:\n{lines}")
        self.environment = {**os.environ, "MAINSTAY_WORKSPACE": str(self.workspace), "MAINSTAY_DATA": str(folder / "data")}
        self.keys = {name: self._secret("key", "create", name) for name in sources}
        self.token = self._secret("token", "create", "sdk-test", "--role", "viewer")
        self.url = f"http://127.0.0.1:{free_port()}"

    def _secret(self, *arguments):
        """Runs a command that makes a secret; it is shown once, as JSON."""
        answer = subprocess.run([self.binary, *arguments, "--format", "json"], check=True, stdout=subprocess.PIPE, text=True, env=self.environment).stdout
        return json.loads(answer)[arguments[0]]

    def __enter__(self):
        address = self.url.removeprefix("http://")
        self._log = open(self.folder / "server.log", "w+")
        self._process = subprocess.Popen([self.binary, "serve", "--addr", address], stdout=self._log, stderr=self._log, env=self.environment)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/readyz", timeout=5)
                return self
            except (urllib.error.URLError, ConnectionError):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"the server did not start:\n{self.log()}") from None
                time.sleep(0.1)

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(timeout=60)

    def log(self):
        self._log.flush()
        return (self.folder / "server.log").read_text()

    def sql(self, question):
        request = urllib.request.Request(
            f"{self.url}/api/sql",
            data=json.dumps({"sql": question}).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            return json.load(urllib.request.urlopen(request, timeout=30))
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{question}: {error.read().decode()}") from None

    def events(self, source):
        """How many events of a source there are, by kind and name."""
        rows = self.sql(f"select kind, name, count(*) as events from events where source = '{source}' group by kind, name")
        return {(row["kind"], row["name"]): row["events"] for row in rows}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
