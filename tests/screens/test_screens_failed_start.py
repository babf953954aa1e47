"""A terminal whose store, devices or network cannot be started ends, so that its service starts it again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.config import Hub, TerminalConfig, save
from kiosk.main.terminal import FAILED

pytestmark = pytest.mark.pixels

STORE_THAT_NEVER_OPENS = """
import sys
from pathlib import Path
from kiosk.main import run_terminal, workers
from offline_cache.store.storage import StorageThread
workers.OPEN_S = 0.1
StorageThread._run = lambda self: None
sys.exit(run_terminal(Path(sys.argv[1]), Path(sys.argv[2]), "540x960", None))
"""


def test_a_start_that_fails_ends_the_program_and_says_why(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    save(config, TerminalConfig(hub=Hub(key="k")))
    words = [sys.executable, "-c", STORE_THAT_NEVER_OPENS, str(config), str(tmp_path)]
    env = os.environ | {"SDL_VIDEODRIVER": "offscreen"}
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == FAILED != 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    (failed,) = [line for line in lines if line["event"] == "start-failed"]
    assert failed["kind"] == "TimeoutError"
    assert failed["detail"] == "terminal.db was not open after 0.1 s"
    assert any("workers.py" in line.get("trace", "") for line in lines)
