"""``scripts/run`` ends in order whatever ends it: no program, no display and no folder stays behind.

It is started with a display that is long gone, so it must bring its own.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from lobby.patience import PATIENCE_S

from kiosk.demo import ENDINGS

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo on a virtual display, its addresses printed."""
    env = os.environ | {"DISPLAY": ":9999", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "scripts/demo.py", "--landscape"]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, preexec_fn=_hear_endings
    ) as demo:
        assert demo.stdout is not None
        assert any("Ctrl-C" in line for line in demo.stdout)
        yield demo
        demo.kill()


def _hear_endings() -> None:
    """These tests may run where nobody is to disturb them (``nohup``, ``&``); the demo keeps what is ignored so."""
    for each in ENDINGS:
        signal.signal(each, signal.SIG_DFL)


@pytest.mark.parametrize("ending", ENDINGS)
def test_everything_is_put_away(opened: subprocess.Popen[str], tmp_path: Path, ending: signal.Signals) -> None:
    programs = psutil.Process(opened.pid).children(recursive=True)
    assert len(programs) >= 4, "display, hub, simulators, terminal"
    opened.send_signal(ending)
    opened.send_signal(signal.SIGHUP)  # a window that is closed in the middle of it
    assert opened.wait(PATIENCE_S) == 0
    assert not [program for program in programs if program.is_running()]
    assert not list(tmp_path.glob("townhall-*"))
