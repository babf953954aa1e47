"""Schemathesis over the API's own document, at the full size only: statuses, types and bodies are what it says.

It lives in an environment of its own (``schemathesis.lock``, with hashes): every other test would load its pytest
plug-in and a dozen packages beside it.
"""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from lobby.patience import PATIENCE_S

from tests.hostile.hub_process import AttackedHub

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
LOCK = Path(__file__).with_name("schemathesis.lock")
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"),
    *("unsupported_method", "ignored_auth"),
)
ENDLESS = "/api/v1/calls/stream"
"""Nobody waits for its end."""
EXAMPLES, MOST_S = 100, 1200

pytestmark = pytest.mark.skipif(not FULL, reason="full size only: it installs schemathesis")


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``st`` in an environment of its own."""
    folder = tmp_path_factory.mktemp("schemathesis")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    install = [str(folder / "bin/pip"), "install", "-q", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*install, "-r", str(LOCK)], check=True)
    return folder / "bin/st"


def test_the_api_answers_as_its_document_says(hub: AttackedHub, command: Path, tmp_path: Path) -> None:
    seed = int(os.environ.get("KIOSK_SEED", random.SystemRandom().randrange(10**9)))
    print(f"KIOSK_SEED={seed}")
    cookies, path = {"hub_session": hub.me().token}, tmp_path / "openapi.json"
    answer = requests.get(f"{hub.url}/api-document/openapi.json", cookies=cookies, timeout=PATIENCE_S)
    assert answer.status_code == 200
    path.write_bytes(answer.content)
    options = ["--url", hub.url, "--seed", str(seed), "--max-examples", str(EXAMPLES), "--checks", ",".join(CHECKS)]
    options += ["--header", f"Authorization: Bearer {hub.key}", "--exclude-path", ENDLESS, "--warnings", "off"]
    options += ["--max-time", str(MOST_S)]
    done = subprocess.run([command, "run", path, *options], cwd=tmp_path, capture_output=True, text=True, check=False)
    print(done.stdout[-3000:])
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2000:]
    assert "Traceback" not in hub.log(), hub.log()[-4000:]
