"""The server under test as a child process, and ways to speak to it.

`Server` starts the binary named by DYNASLED_BIN (target/release/dynasled when unset) on a free port and reads that port
from its ready line. With DYNASLED_ENDPOINT set the tests of the API run against that address instead, which is how
they are compared with other servers; tests of the process itself are then skipped.
"""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time

import boto3
from botocore.config import Config

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("DYNASLED_BIN") or str(ROOT / "target" / "release" / "dynasled")
ENDPOINT = os.environ.get("DYNASLED_ENDPOINT")
READY = re.compile(r"ready on (.*?) in \d")
ADDRESS = re.compile(r"http://([^\s,:/]+|\[[^\]]+\]):(\d+)")
START_TIMEOUT = 20

CREDENTIALS = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}


def clean_environment(**extra):
    """The environment without settings of ours or of AWS that a person may have."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DYNASLED_", "AWS_")) and k.lower() not in
            ("http_proxy", "https_proxy", "all_proxy", "no_proxy")}
    return {**kept, **extra}


class Server:
    """One running server. `arguments` follow the binary as given, so a test says all that it means."""

    def __init__(self, *arguments, environment=None, cwd=None, prefix=()):
        self.stdout, self.stderr = [], []
        self._changed = threading.Condition()
        self.process = subprocess.Popen(
            [*prefix, BINARY, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env=clean_environment(**(environment or {})), cwd=cwd or tempfile.gettempdir())
        self._readers = [threading.Thread(target=self._read, args=pair, daemon=True) for pair in
                         ((self.process.stdout, self.stdout), (self.process.stderr, self.stderr))]
        for reader in self._readers:
            reader.start()
        self.ports = self._await_ready()
        self.port = self.ports[0]
        self.url = f"http://127.0.0.1:{self.port}"

    @classmethod
    def in_memory(cls, *arguments, **options):
        return cls("--in-memory", "--port", "0", *arguments, **options)

    @classmethod
    def on_disk(cls, directory, *arguments, **options):
        return cls("--data-dir", directory, "--port", "0", *arguments, **options)

    def _read(self, stream, lines):
        for line in stream:
            with self._changed:
                lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _await_ready(self):
        deadline = time.monotonic() + START_TIMEOUT
        with self._changed:
            while time.monotonic() < deadline:
                for line in self.stdout:
                    if found := READY.search(line):
                        return [int(port) for _, port in ADDRESS.findall(found.group(1))]
                if self.process.poll() is not None:
                    break
                self._changed.wait(0.2)
        self.kill()
        raise AssertionError(f"the server did not become ready\nstdout: {self.stdout}\nstderr: {self.stderr}")

    def stop(self, how=signal.SIGTERM, within=10):
        """Ends the server in an orderly way; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(within)
        for reader in self._readers:
            reader.join(5)
        return code

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)

    def alive(self):
        return self.process.poll() is None

    def resident_kib(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise AssertionError("no VmRSS")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


def run_to_exit(*arguments, environment=None, cwd=None, prefix=(), within=20):
    """Runs the binary where it is to end by itself: (exit code, stdout, stderr)."""
    done = subprocess.run([*prefix, BINARY, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env=clean_environment(**(environment or {})), cwd=cwd or tempfile.gettempdir(), timeout=within)
    return done.returncode, done.stdout, done.stderr


def session(region="us-east-1", key="local"):
    return boto3.session.Session(region_name=region, aws_access_key_id=key, aws_secret_access_key="local")


def quick(**options):
    """No retries: a test sees the first answer."""
    return Config(retries={"total_max_attempts": 1}, parameter_validation=False, read_timeout=60, **options)


def client(url, region="us-east-1", key="local", service="dynamodb", **options):
    return session(region, key).client(service, endpoint_url=url, config=quick(**options))


def resource(url, region="us-east-1"):
    return session(region).resource("dynamodb", endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))


AUTHORIZATION = ("AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/dynamodb/aws4_request, "
                 "SignedHeaders=host;x-amz-date;x-amz-target, Signature=" + "0" * 64)


def headers_for(operation, region="us-east-1", key="local", **more):
    prefix = "DynamoDBStreams_20120810" if operation in STREAM_OPERATIONS else "DynamoDB_20120810"
    return {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"{prefix}.{operation}",
            "X-Amz-Date": "20260101T000000Z", "Authorization": AUTHORIZATION.format(key=key, region=region), **more}


STREAM_OPERATIONS = {"ListStreams", "DescribeStream", "GetShardIterator", "GetRecords"}


class Answer:
    """What came back over a raw connection."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def kind(self):
        """The exception name without its namespace, or None."""
        try:
            return self.json["__type"].split("#")[-1]
        except (ValueError, KeyError, TypeError):
            return None


def read_answer(connection):
    """Reads one HTTP/1.1 answer from a socket; None when the server closed it without one."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split()[1])
    headers = {}
    for line in lines[1:]:
        name, value = line.split(":", 1)
        headers[name.strip().lower()] = value.strip()
    wanted = int(headers.get("content-length", "0"))
    while len(body) < wanted:
        more = connection.recv(65536)
        if not more:
            break
        body += more
    return Answer(status, headers, body)


def send(port, method="POST", path="/", headers=None, body=b"", timeout=30, host=None):
    """One request on a connection of its own, written by hand so that nothing is corrected on the way."""
    if isinstance(body, str):
        body = body.encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host or f'127.0.0.1:{port}'}"]
    headers = dict(headers or {})
    if not any(name.lower() in ("content-length", "transfer-encoding") for name in headers):
        headers["Content-Length"] = str(len(body))
    lines += [f"{name}: {value}" for name, value in headers.items() if value is not None]
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.settimeout(timeout)
        try:
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # an answer may have come before all was sent
        try:
            if method == "HEAD":
                data = connection.recv(65536)
                return Answer(int(data.split()[1]), {}, b"") if data else None
            return read_answer(connection)
        except ConnectionResetError:
            return None


def call(port, operation, body, region="us-east-1", key="local", **headers):
    """One API call with a body given as data or as raw text."""
    text = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return send(port, headers=headers_for(operation, region, key, **headers), body=text)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
