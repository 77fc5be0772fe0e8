"""The README's examples work when pasted: its commands, then its Python, against one server."""
import re
import shutil
import subprocess
import sys

import pytest

import server as under_test

README = (under_test.ROOT / "README.md").read_text()


def block(language, containing):
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    (found,) = [text for text in blocks if containing in text]
    return found


@pytest.mark.process
def test_examples():
    if not shutil.which("aws"):
        pytest.skip("the AWS CLI is not installed")
    environment = under_test.clean_environment()
    with under_test.Server.in_memory() as server:
        def run(*command):
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
            return done.stdout

        def here(text):
            return text.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")

        answer = run("bash", "-ec", here(block("sh", "AWS_ENDPOINT_URL")))
        assert '"Sinnerman"' in answer and '"Count": 1' in answer
        answer = run(sys.executable, "-c", here(block("python", "boto3")))
        assert "Decimal('4')" in answer
