import os
import pty
import subprocess
import sys
from pathlib import Path

from drivers.discovery import ports
from kiosk.vocabulary.hardware.problems import Problem


def test_free_busy_and_dead_ports(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    name = os.ttyname(slave)
    os.close(slave)
    (tmp_path / "usb-FTDI-if00").symlink_to(name)
    (tmp_path / "usb-gone-if00").symlink_to("/dev/no-such-tty")
    free, gone = ports(tmp_path)
    assert (free.url, free.problem) == (f"serial://{tmp_path}/usb-FTDI-if00", None)
    assert gone.problem is Problem.NOT_FOUND
    code = f"import os, sys; os.open({name!r}, os.O_RDWR | os.O_NOCTTY); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as thief:
        assert thief.stdout is not None
        thief.stdout.readline()
        busy = ports(tmp_path)[0]
        thief.communicate(b"")
    assert busy.problem is Problem.PORT_BUSY
    assert "python" in busy.holder
    os.close(master)


def test_no_ports_at_all(tmp_path: Path) -> None:
    assert ports(tmp_path / "nothing") == []
