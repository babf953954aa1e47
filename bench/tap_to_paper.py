"""Tap to paper: from the lifted finger in the app to the first byte of the slip at the printer.

Real terminal under Xvfb, real hub, printer simulator on a socket, touches by xdotool. Beside it, in the same run: a
bare durable commit (apsw, WAL, FULL) followed by a socket write, until the peer has read the first byte.
"""

import argparse
import os
import queue
import socket
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import apsw

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from figures import Figure, report, spread
from lobby.display import VirtualDisplay
from lobby.touch import Finger
from lobby.trace import Trace

from drivers.sim.printer import PrinterPeer
from kiosk.config import Timing
from kiosk.demo import PORTRAIT, Demo

LIMIT_MS = 60.0


def taps(count: int) -> list[float]:
    """Milliseconds of each tap."""
    first_bytes: queue.SimpleQueue[int] = queue.SimpleQueue()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="townhall-bench-")))
        demo = Demo(folder, PORTRAIT, fixed_ports=False)
        display = VirtualDisplay(PORTRAIT.width_px, PORTRAIT.height_px)
        os.environ["DISPLAY"] = display.start()
        os.environ.pop("SDL_VIDEODRIVER", None)
        stack.callback(display.stop)
        stack.callback(demo.stop)
        printer = PrinterPeer("tcp")
        printer.on_first_job_byte(first_bytes.put)
        demo.start_hub()
        demo.devices = {"printer": printer.start()}
        stack.callback(printer.stop)
        demo.write_config(Timing(tickets_per_minute=10_000))
        demo.start_terminal()
        trace = Trace(demo.trace)
        finger = Finger(display.name, trace)
        trace.wait_for_screen("start", timeout_s=60)
        time.sleep(4)  # let the start-up work of the workers pass
        return [one_tap(trace, finger, first_bytes) for _ in range(count)]


def one_tap(trace: Trace, finger: Finger, first_bytes: "queue.SimpleQueue[int]") -> float:
    """Take a number by a featured tile, then lead the terminal back to its start."""
    start = trace.wait_for(lambda d: d.screen == "start" and any(b.startswith("featured:") for b in d.boxes))
    finger.tap(next(box for box in start.boxes if box.startswith("featured:")))
    came_ns = first_bytes.get(timeout=20)
    fired = [at for intent, at in trace.moments("fired") if intent == "DrawFeatured"][-1]
    trace.wait_for_screen("ticket", timeout_s=30)
    time.sleep(0.4)
    finger.tap("finish")
    trace.wait_for_screen("goodbye")
    time.sleep(0.4)
    finger.tap("finish")
    trace.wait_for_screen("start")
    time.sleep(0.5)
    return (came_ns / 1e9 - fired) * 1000


def bare(count: int) -> list[float]:
    """Milliseconds of a durable commit and a socket write until the peer has the first byte."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        db = apsw.Connection(str(Path(folder) / "bare.db"))
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE t(id TEXT) STRICT"):
            db.execute(statement).fetchall()
        got: queue.SimpleQueue[int] = queue.SimpleQueue()
        threading.Thread(target=_peer, args=(server, got), daemon=True).start()
        results = []
        with socket.create_connection(server.getsockname()) as link:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for n in range(count):
                began = time.monotonic_ns()
                db.execute("INSERT INTO t VALUES (?)", (f"ticket-{n}",))
                link.sendall(b"\x1b@" + b"x" * 300)
                results.append((got.get(timeout=5) - began) / 1e6)
                time.sleep(0.02)
        db.close()
        return results


def _peer(server: socket.socket, got: "queue.SimpleQueue[int]") -> None:
    link, _ = server.accept()
    while link.recv(4096):
        got.put(time.monotonic_ns())


def main() -> int:
    """Measure and report; exit code 1 when the limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    ours, base = spread(taps(options.count)), spread(bare(options.count))
    figures = [
        Figure(f"tap -> first byte, {name}", getattr(ours, name), "ms", getattr(base, name), limit)
        for name, limit in (("p50", None), ("p95", LIMIT_MS), ("p99", None))
    ]
    return report("Tap to paper", "bare durable commit + socket write", figures, options.json)


if __name__ == "__main__":
    sys.exit(main())
