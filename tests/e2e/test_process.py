"""The process: start lines, exit codes, ports, options from the environment, compatible arguments, namespaces, signals."""
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

import server as under_test
from expect import table_definition
from server import Server, call, client, free_port, run_to_exit

pytestmark = pytest.mark.process
FORMAT_FILE = "dynasled.format"


def put(url, table="kept", region="us-east-1", key="local"):
    db = client(url, region, key)
    db.create_table(**table_definition(table, "pk:S"))
    db.put_item(TableName=table, Item={"pk": {"S": "a"}})


def names(url, region="us-east-1", key="local"):
    return client(url, region, key).list_tables()["TableNames"]


def one_sentence(text):
    """What a person reads when the start fails: short, no trace of a panic."""
    lines = [line for line in text.splitlines() if line.strip()]
    assert 1 <= len(lines) <= 3, text
    assert "panicked" not in text and "RUST_BACKTRACE" not in text
    return text


def test_ready_line():
    with Server.in_memory() as server:
        assert len(server.stdout) == 1
        [line] = server.stdout
        assert re.fullmatch(r"dynasled \d+\.\d+\.\d+ ready on http://127\.0\.0\.1:\d+ in \d+ ms \(in memory, namespace=shared, tables=0\)", line), line


def test_version_and_help():
    code, out, _ = run_to_exit("version")
    assert code == 0 and re.match(r"dynasled \d+\.\d+\.\d+$", out.strip())
    code, out, _ = run_to_exit("--help")
    assert code == 0
    for option in ("--host", "--port", "--data-dir", "--in-memory", "--durability", "--namespace", "--account", "--cors", "--ttl-interval",
                   "--status-delay", "--log-format", "--log-level", "DYNASLED_PORT", "kill -9", "power"):
        assert option in out, option


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_clean_stop_takes_under_a_second(how, tmp_path):
    with Server.on_disk(tmp_path / "d") as server:
        put(server.url)
        began = time.monotonic()
        assert server.stop(how) == 0
        assert time.monotonic() - began < 1


def test_a_stop_with_idle_connections_open(tmp_path):
    with Server.in_memory() as server:
        idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(5)]
        idle[0].sendall(b"POST / HT")
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 1
        for connection in idle:
            connection.close()


@pytest.mark.parametrize("arguments", [["--no-such-option"], ["--port", "many"], ["--port", "70000"], ["--durability", "sometimes"], ["--namespace", "mine"],
                                       ["--account", "12"], ["--in-memory", "--data-dir", "/tmp/x"], ["-inMemory", "-dbPath", "/tmp"], ["-port", "x"], ["frobnicate"],
                                       ["--status-delay", "soon"]])
def test_bad_arguments_exit_with_2(arguments):
    code, out, err = run_to_exit(*arguments)
    assert code == 2, (out, err)
    assert err.strip() and "panicked" not in err


def test_port_in_use_exits_with_4():
    with Server.in_memory() as server:
        code, out, err = run_to_exit("--in-memory", "--port", server.port)
        assert code == 4 and str(server.port) in one_sentence(err)
        assert "ready" not in out
        code, _, err = run_to_exit("-inMemory", "-port", server.port)
        assert code == 4


def test_directory_in_use_exits_with_3(tmp_path):
    path = tmp_path / "d"
    with Server.on_disk(path) as server:
        code, _, err = run_to_exit("--data-dir", path, "--port", "0")
        assert code == 3 and str(path) in one_sentence(err)
        assert server.alive()
        server.kill()
    with Server.on_disk(path):
        pass  # a killed process leaves no lock behind


def test_foreign_directory_exits_with_3(tmp_path):
    (tmp_path / "holiday.jpg").write_bytes(b"not ours")
    code, _, err = run_to_exit("--data-dir", tmp_path, "--port", "0")
    assert code == 3 and str(tmp_path) in one_sentence(err)
    assert sorted(os.listdir(tmp_path)) == ["holiday.jpg"]
    target = tmp_path / "holiday.jpg"
    code, _, err = run_to_exit("--data-dir", target, "--port", "0")
    assert code == 3 and str(target) in one_sentence(err)


def test_newer_format_exits_with_3(tmp_path):
    path = tmp_path / "d"
    with Server.on_disk(path) as server:
        put(server.url)
        assert server.stop() == 0
    mark = path / FORMAT_FILE
    mark.write_text(re.sub(r"\d+", lambda found: str(int(found.group()) + 1), mark.read_text()))
    before = {p: p.read_bytes() for p in path.rglob("*") if p.is_file()}
    code, _, err = run_to_exit("--data-dir", path, "--port", "0")
    assert code == 3 and str(path) in one_sentence(err)
    after = {p: p.read_bytes() for p in path.rglob("*") if p.is_file()}
    assert {p: b for p, b in after.items() if "lock" not in p.name} == {p: b for p, b in before.items() if "lock" not in p.name}


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root to become somebody else")
def test_unwritable_directory_exits_with_3(tmp_path):
    """As nobody over a directory of root: the sentence names the path, who we are and who owns it."""
    binary = tmp_path.parent / "dynasled-copy"
    shutil.copy(under_test.BINARY, binary)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    owned = tmp_path / "owned-by-root"
    owned.mkdir(mode=0o755)
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    for path in (owned, owned / "below"):
        done = subprocess.run([*nobody, binary, "--data-dir", path, "--port", "0"], capture_output=True, text=True, timeout=20, env={}, cwd="/")
        assert done.returncode == 3, (done.stdout, done.stderr)
        text = one_sentence(done.stderr)
        assert str(owned) in text and "65534" in text and re.search(r"\b0\b|root", text), text
    assert list(owned.iterdir()) == []


def test_several_ports_serve_one_set_of_tables():
    first, second = free_port(), free_port()
    with Server("--in-memory", "--port", first, "--port", second) as server:
        put(f"http://127.0.0.1:{first}")
        assert names(f"http://127.0.0.1:{second}") == ["kept"]
        ready = next(line for line in server.stdout if "ready on" in line)
        assert str(first) in ready


def test_options_come_from_the_environment_and_arguments_win(tmp_path):
    port = free_port()
    with Server(environment={"DYNASLED_PORT": str(port), "DYNASLED_IN_MEMORY": "true", "DYNASLED_ACCOUNT": "123456789012"}) as server:
        assert server.port == port
        db = client(server.url)
        db.create_table(**table_definition("env", "pk:S"))
        assert ":123456789012:" in db.describe_table(TableName="env")["Table"]["TableArn"]
    other = free_port()
    with Server("--in-memory", "--port", other, environment={"DYNASLED_PORT": str(port), "DYNASLED_DATA_DIR": str(tmp_path)}) as server:
        assert server.port == other
        assert os.listdir(tmp_path) == []


def test_namespaces():
    with Server.in_memory("--namespace", "shared") as server:
        put(server.url, key="one")
        assert names(server.url, "eu-south-1", "two") == ["kept"]
    with Server.in_memory("--namespace", "region") as server:
        put(server.url, region="eu-south-1", key="one")
        assert names(server.url, "eu-south-1", "two") == ["kept"]
        assert names(server.url, "us-east-1", "one") == []
        put(server.url, region="us-east-1")
    with Server.in_memory("--namespace", "credentials") as server:
        put(server.url, region="eu-south-1", key="one")
        assert names(server.url, "eu-south-1", "one") == ["kept"]
        assert names(server.url, "eu-south-1", "two") == []
        assert names(server.url, "us-east-1", "one") == []
        streams = client(server.url, service="dynamodbstreams", key="two")
        assert streams.list_streams()["Streams"] == []


BLOCK = """Initializing DynamoDB Local with the following configuration:
Port:	{port}
InMemory:	{memory}
Version:	{version}
DbPath:	{path}
SharedDb:	{shared}
shouldDelayTransientStatuses:	{delay}
CorsParams:	{cors}
"""


@pytest.mark.parametrize("arguments", [
    ["-jar", "DynamoDBLocal.jar", "-sharedDb", "-inMemory"],
    ["-Djava.library.path=./DynamoDBLocal_lib", "-Xmx512m", "-jar", "DynamoDBLocal.jar", "--inMemory", "--sharedDb", "-disableTelemetry"],
    ["-jar DynamoDBLocal.jar -inMemory -sharedDb"],
    ["-XX:+UseG1GC", "-cp", ".", "--add-opens", "java.base/java.lang=ALL-UNNAMED", "-javaagent:x.jar", "-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb", "-optimizeDbBeforeStartup"],
])
def test_compatible_arguments(arguments):
    port = free_port()
    last = [arguments[0] + f" -port {port}"] if len(arguments) == 1 else [*arguments, "-port", str(port)]
    with Server(*last) as server:
        text = "\n".join(server.stdout)
        ready = re.search(r"dynasled (\S+) ready on http://\S+:(\d+) in \d+ ms \(in memory, namespace=shared, tables=0\)", text)
        assert ready and int(ready.group(2)) == port
        assert text.startswith(BLOCK.format(port=port, memory="true", version=ready.group(1), path="null", shared="true", delay="false", cors="null")), text
        put(server.url, key="one")
        assert names(server.url, "eu-south-1", "two") == ["kept"]


def test_without_shared_db_credentials_choose_the_tables():
    with Server("-jar", "DynamoDBLocal.jar", "-inMemory", "-port", str(free_port())) as server:
        put(server.url, key="one")
        assert names(server.url, key="two") == []


def test_compatible_files_lie_where_they_were(tmp_path):
    legacy = tmp_path / "shared-local-instance.db"
    legacy.write_bytes(b"SQLite format 3\0" + b"\0" * 84)
    for arguments in (["-jar", "DynamoDBLocal.jar", "-sharedDb", "-dbPath", str(tmp_path)], ["-jar", "DynamoDBLocal.jar", "-sharedDb"]):
        with Server(*arguments, "-port", str(free_port()), cwd=tmp_path) as server:
            if "-dbPath" in arguments:
                put(server.url)
            assert names(server.url) == ["kept"]
            assert any("DbPath:" in line for line in server.stdout)
            assert "InMemory:\tfalse" in server.stdout
            assert server.stop() == 0
            assert "shared-local-instance.db" in "\n".join(server.stdout + server.stderr)
    assert legacy.read_bytes() == b"SQLite format 3\0" + b"\0" * 84


def test_compatible_help_and_version():
    for arguments in (["-jar", "DynamoDBLocal.jar", "-help"], ["-jar", "DynamoDBLocal.jar", "-version"]):
        code, out, _ = run_to_exit(*arguments)
        assert code == 0 and out.strip()


def test_healthcheck():
    with Server.in_memory() as server:
        code, _, err = run_to_exit("healthcheck", "--port", server.port)
        assert code == 0, err
        gone = server.port
    code, _, err = run_to_exit("healthcheck", "--port", gone)
    assert code != 0 and "panicked" not in err


def test_json_logs_are_json():
    import json
    with Server.in_memory("--log-format", "json", "--log-level", "debug") as server:
        call(server.port, "ListTables", {})
        assert server.stop() == 0
        for line in server.stderr:
            json.loads(line)


@pytest.mark.parametrize("durability", ["always", "interval", "never"])
def test_every_durability_keeps_what_a_clean_stop_leaves(durability, tmp_path):
    with Server.on_disk(tmp_path / "d", "--durability", durability) as server:
        put(server.url)
        assert server.stop() == 0
    with Server.on_disk(tmp_path / "d", "--durability", durability) as server:
        assert client(server.url).scan(TableName="kept")["Count"] == 1
        assert any("tables=1" in line for line in server.stdout)
