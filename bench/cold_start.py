"""Cold start and memory of the terminal beside a bare Kivy window of the same size and video driver, bytecode warm.

Both on the same virtual display (SDL's off-screen driver never frees what it drew). Start: from the process's start to
the first frame. Memory: resident set (MiB) at the first frame, with store, devices and network up, and after every
screen was shown once.
"""

import argparse
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests" / "flows")]

from figures import Figure, report  # noqa: E402
from lobby.display import VirtualDisplay  # noqa: E402
from lobby.trace import Trace  # noqa: E402
from real_gallery import gallery  # noqa: E402

from drivers.sim.printer import PrinterPeer  # noqa: E402
from kiosk.demo import PORTRAIT, Demo  # noqa: E402

SIZE = f"{PORTRAIT.width_px}x{PORTRAIT.height_px}"
SETTLE_S = 6.0
MIB = 2**20


@contextmanager
def demo_hall() -> Iterator[Demo]:
    """A display, and a hub and a printer for the terminal to be configured with."""
    with ExitStack() as stack:
        display = VirtualDisplay(PORTRAIT.width_px, PORTRAIT.height_px)
        os.environ["DISPLAY"] = display.start()
        os.environ.pop("SDL_VIDEODRIVER", None)
        stack.callback(display.stop)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="townhall-bench-")))
        demo = Demo(folder, PORTRAIT, fixed_ports=False)
        stack.callback(demo.stop)
        printer = PrinterPeer("tcp")
        stack.callback(printer.stop)
        demo.start_hub()
        demo.devices = {"printer": printer.start()}
        demo.write_config()
        yield demo


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


def every_screen(demo: Demo) -> tuple[float, float]:
    """Most MiB of a whole terminal process while it shows every screen once, and MiB after that visit."""
    views = demo.folder / "views.pickle"
    views.write_bytes(pickle.dumps([view for _, view in gallery()]))
    child = ROOT / "bench" / "every_screen.py"
    command = [sys.executable, str(child), str(demo.config), str(demo.folder / "terminal"), str(views)]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    most, after = done.stdout.split()[-2:]
    return float(most), float(after)


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
        most, after = every_screen(demo)
    mine, base = (
        [statistics.median(column) for column in zip(*side, strict=True)] for side in zip(*pairs, strict=True)
    )
    figures = [
        Figure("cold start to the first frame", mine[0] * 1000, "ms", base[0] * 1000, times=2.0),
        Figure("memory at the first frame", mine[1], "MiB", base[1], times=1.5),
        Figure("memory with store, devices, network", mine[2], "MiB", base[2], times=1.5),
        Figure("most memory while every screen is shown once", most, "MiB", base[2], times=1.5),
        Figure("memory after every screen was shown once", after, "MiB", base[2], times=1.5),
    ]
    return report("Cold start and memory", "bare Kivy window", figures, options.json)


if __name__ == "__main__":
    sys.exit(main())
