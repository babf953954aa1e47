"""Cold start and memory of the terminal beside a bare Kivy window of the same size and video driver, bytecode warm.

Both on the same virtual display (SDL's off-screen driver never frees what it drew). Start: from the process's start to
the first frame. Memory: resident set (MiB) at the first frame, with store, devices and network up, and after every
screen was shown once.
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil
from demo_hall import PORTRAIT, ROOT, demo_hall
from every_screen import measure, screens
from figures import Figure, report
from lobby.trace import Trace

from kiosk.demo import Demo

SIZE = f"{PORTRAIT.width_px}x{PORTRAIT.height_px}"
SETTLE_S = 6.0
MIB = 2**20


def ours(demo: Demo) -> tuple[float, float, float]:
    """Seconds to the first frame, MiB at it, and MiB once everything is up."""
    demo.trace.unlink(missing_ok=True)
    trace = Trace(demo.trace)
    began = time.monotonic()
    demo.start_terminal()
    process = psutil.Process(demo.processes["terminal"].pid)
    while not trace.moments("first-frame"):
        time.sleep(0.01)
    first = process.memory_info().rss / MIB
    at = trace.moments("first-frame")[0][1]
    time.sleep(SETTLE_S)
    settled = process.memory_info().rss / MIB
    demo.stop_one("terminal")
    return at - began, first, settled


def bare() -> tuple[float, float, float]:
    """The same of a bare window."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "bench" / "bare_kivy.py"), SIZE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    at = float(process.stdout.readline())
    watched = psutil.Process(process.pid)
    first = watched.memory_info().rss / MIB
    time.sleep(SETTLE_S / 2)
    settled = watched.memory_info().rss / MIB
    process.kill()
    process.wait()
    process.stdout.close()
    return at - began, first, settled


def main() -> int:
    """Measure and report; exit code 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with demo_hall() as demo:
        ours(demo)  # bytecode, page cache
        bare()
        pairs = [(ours(demo), bare()) for _ in range(options.runs)]
        (once,) = measure(demo, [screens()]).rounds
    mine, base = (
        [statistics.median(column) for column in zip(*side, strict=True)] for side in zip(*pairs, strict=True)
    )
    figures = [
        Figure("cold start to the first frame", mine[0] * 1000, "ms", base[0] * 1000, times=2.0),
        Figure("memory at the first frame", mine[1], "MiB", base[1], times=1.5),
        Figure("memory with store, devices, network", mine[2], "MiB", base[2], times=1.5),
        Figure("most memory while every screen is shown once", once.most(), "MiB", base[2], times=1.5),
        Figure("memory after every screen was shown once", once.after, "MiB", base[2], times=1.5),
    ]
    return report("Cold start and memory", "bare Kivy window", figures, options.json)


if __name__ == "__main__":
    sys.exit(main())
