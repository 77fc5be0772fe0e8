"""The README's examples work when pasted: its commands, then its Python, against one server, and its function."""
import contextlib
import re
import shutil
import subprocess
import sys
import textwrap

import pytest

import server as under_test
from function_server import FUNCTION, HAS_RUNTIME, Runtime, Site, wait_until

README = (under_test.ROOT / "README.md").read_text()
pytestmark = [pytest.mark.process, pytest.mark.skipif(not shutil.which("aws"), reason="the AWS CLI is not installed")]


def block(language, containing):
    """The one example in this language that holds this text."""
    blocks = re.findall(rf"^ *```{language}\n(.*?)^ *```", README, re.DOTALL | re.MULTILINE)
    (found,) = [text for text in blocks if containing in text]
    return textwrap.dedent(found)


class Person:
    """Pastes examples where the server under test stands in for the README's."""

    def __init__(self, server):
        self.server, self.environment = server, under_test.clean_environment()

    def here(self, text):
        return text.replace("127.0.0.1:8000", f"127.0.0.1:{self.server.port}")

    def run(self, *command):
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120, cwd=under_test.ROOT)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def paste(self, *texts):
        """A shell in which the variables of the first example are set."""
        exports = next(line for line in block("sh", "export").splitlines() if line.startswith("export"))
        return self.run("bash", "-ec", self.here("\n".join([exports, *texts])))


def test_examples():
    with under_test.Server.in_memory() as server:
        person = Person(server)
        answer = person.paste(block("sh", "export"))
        assert '"Sinnerman"' in answer and '"Count": 1' in answer
        answer = person.run(sys.executable, "-c", person.here(block("python", "update_item")))
        assert "Decimal('4')" in answer


def options_of(text):
    """What follows `--` in a command that starts the server."""
    return text.replace("\\\n", " ").split(" -- ", 1)[1].split()


def moved(answer):
    assert '"Count": 2' in answer and answer.count('"Tea at four?"') == 2 and "2026-01-01" not in answer


@contextlib.contextmanager
def runtime(site, environment=None):
    """The function as the README starts it, with the port that the server has here."""
    text = block("sh", "AWS_LAMBDA_RUNTIME_API")
    assert "-m awslambdaric cruddur_messaging_stream.lambda_handler" in text and f"cd {FUNCTION.relative_to(under_test.ROOT)}" in text
    address = site.ask("GET", "/_dynasled/functions/cruddur-messaging-stream")["runtime_api"]
    settings = dict(re.findall(r"(AWS_(?!LAMBDA)\w+)=(\S+)", Person(site.server).here(text)))
    if environment:
        settings = {name: value for name, value in settings.items() if name != "AWS_ENDPOINT_URL"} | environment
    with Runtime(address, **settings) as client:
        yield client


@pytest.mark.skipif(not HAS_RUNTIME, reason="awslambdaric is not installed")
@pytest.mark.parametrize("way", ["as it is", "HTTP_PROXY"])
def test_the_function(way):
    options = options_of(block("sh", "cargo run --release -- "))
    assert options[0] == "--in-memory"
    port = under_test.free_port()
    with Site(*[option.replace("9001", str(port)) for option in options[1:]]) as site:
        hard_coded = {"HTTP_PROXY": site.server.url, "HARD_CODED_ENDPOINT": "1"}
        with runtime(site, hard_coded if way == "HTTP_PROXY" else None):
            moved(Person(site.server).paste(block("sh", "for person in")))


@pytest.mark.skipif(not HAS_RUNTIME, reason="awslambdaric is not installed")
def test_the_file(tmp_path):
    (tmp_path / "dynasled.toml").write_text(block("toml", "[[triggers]]").replace("./failed", str(tmp_path / "failed")))
    with Site("--config", tmp_path / "dynasled.toml") as site, runtime(site):
        moved(Person(site.server).paste(block("sh", "for person in")))
        assert site.trigger()["delivered"] == 1, "the filter lets messages through only"
        assert not (tmp_path / "failed.jsonl").exists()


def test_a_mapping_by_the_api_and_a_function_by_put(cruddur):
    with Site() as site:
        site.db.create_table(**cruddur.table)
        person = Person(site.server)
        answer = person.paste(block("sh", "-X PUT"), block("sh", "create-event-source-mapping"))
        assert '"BatchSize": 1' in answer and "8080/2015-03-31" in answer
        assert wait_until(lambda: site.trigger()["state"] == "Enabled")


def test_a_drain_in_python():
    with under_test.Server.in_memory() as server:
        lines = block("python", "urlopen").splitlines()
        assert len(lines) == 2
        Person(server).run(sys.executable, "-c", "import urllib.request\n" + Person(server).here(lines[1]))


def test_the_compose_example_is_understood():
    options = re.search(r"command: \[(.*)\]\n +networks", README)[1].replace('"', "").split(", ")
    assert options[:1] == ["--in-memory"] and options[1:] == ["--port", "8000", "--port", "80"]
    code, out, _ = under_test.run_to_exit(*options, "--help")
    assert code == 0 and "--trigger" in out
