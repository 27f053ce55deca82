"""An influxd of one's own for a test, and asking one. Python's standard library only."""
import base64
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

CONFIG = """reporting-enabled = false
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
[coordinator]
  max-select-buckets = 100000
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Influx:
    """A server that answers InfluxQL at /query."""

    def __init__(self, url, database, user=None, password=None, token=None):
        self.url = url.rstrip("/")
        self.database = database
        self.headers = {}
        if token:
            self.headers["Authorization"] = f"Token {token}"
        elif user:
            self.headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password or ''}".encode()).decode()

    def _post(self, path, arguments, body=None):
        data = body if body is not None else urllib.parse.urlencode(arguments).encode()
        url = self.url + path + ("?" + urllib.parse.urlencode(arguments) if body is not None else "")
        request = urllib.request.Request(url, data=data, headers=self.headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.read()
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            raise RuntimeError(f"{error.code} {text.strip()}") from None

    def query(self, sql):
        """The series of one statement; an error the server reports is raised."""
        answer = json.loads(self._post("/query", {"db": self.database, "q": sql, "epoch": "ms"}))
        if "error" in answer:
            raise RuntimeError(answer["error"])
        series = []
        for result in answer["results"]:
            if "error" in result:
                raise RuntimeError(result["error"])
            series += result.get("series", [])
        return series

    def write(self, lines):
        for start in range(0, len(lines), 20000):
            self._post("/write", {"db": self.database, "precision": "ns"}, "\n".join(lines[start:start + 20000]).encode())


class OwnServer:
    """influxd on loopback with a folder of its own; gone afterwards, by its process id."""

    def __init__(self, database="nettraffic"):
        self.database = database
        self.process = None
        self.folder = None

    def __enter__(self):
        program = shutil.which("influxd")
        if not program:
            raise FileNotFoundError("influxd is not installed")
        self.folder = tempfile.mkdtemp(prefix="nettraffic-influx.")
        port = free_port()
        config = pathlib.Path(self.folder, "influx.conf")
        config.write_text(CONFIG.format(folder=self.folder, port=port, rpc=free_port()), encoding="utf-8")
        self.log = open(os.path.join(self.folder, "log"), "wb")
        self.process = subprocess.Popen([program, "-config", str(config)], stdout=self.log, stderr=subprocess.STDOUT)
        server = Influx(f"http://127.0.0.1:{port}", self.database)
        limit = time.monotonic() + 30
        while True:
            try:
                server.query(f'CREATE DATABASE "{self.database}"')
                return server
            except (OSError, RuntimeError):
                if self.process.poll() is not None or time.monotonic() > limit:
                    text = pathlib.Path(self.log.name).read_text(errors="replace")[-2000:]
                    self.__exit__()
                    raise RuntimeError(f"influxd did not start:\n{text}") from None
                time.sleep(0.1)

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
