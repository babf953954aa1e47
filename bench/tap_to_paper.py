"""Tap to paper: from the lifted finger in the app to the first byte of the slip at the printer.

Real terminal under Xvfb, real hub, printer simulator on a socket, touches by xdotool. Beside it, taking turns: a
bare durable commit (apsw, WAL, FULL) followed by a socket write, until the peer has read the first byte.

``--silent-hub``: the hub's process is halted, so that it accepts and never answers. Measured from the moment when the
breaker is open: every number is the terminal's own.
"""

import argparse
import os
import queue
import signal
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
from lobby.trace import Drawn, Trace

from drivers.sim.printer import PrinterPeer
from kiosk.config import Timing
from kiosk.demo import PORTRAIT, Demo
from kiosk.vocabulary.labels import parse_label

LIMIT_MS = 60.0
NO_LONGER_ASKED_MS = 300
"""A number that took less was not asked for at a silent hub, which gets 400 ms."""


def taps(count: int, silent_hub: bool) -> list[tuple[float, float]]:
    """Milliseconds of each tap, and of a bare commit and write right after it: a busy machine slows both."""
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
        demo.write_config(Timing(tickets_per_minute=10_000, goodbye_s=1))
        demo.start_terminal()
        trace = Trace(demo.trace)
        finger = Finger(display.name, trace)
        trace.wait_for_screen("start")
        time.sleep(4)  # let the start-up work of the workers pass
        bare = Bare(folder)
        stack.callback(bare.close)
        if silent_hub:
            hub = demo.processes["hub"]
            hub.send_signal(signal.SIGSTOP)
            stack.callback(hub.send_signal, signal.SIGCONT)
            open_breaker(trace, finger, first_bytes)
        return [(one_tap(trace, finger, first_bytes, silent_hub), bare.once()) for _ in range(count)]


def open_breaker(trace: Trace, finger: Finger, first_bytes: "queue.SimpleQueue[int]") -> None:
    """Take own numbers until nobody waits for the hub any more. Raises RuntimeError when that does not come."""
    for _ in range(10):
        if one_tap(trace, finger, first_bytes, own=True) < NO_LONGER_ASKED_MS:
            return
    raise RuntimeError("ten visitors waited for a hub that is silent")


def one_tap(trace: Trace, finger: Finger, first_bytes: "queue.SimpleQueue[int]", own: bool) -> float:
    """Take a number by a featured tile, then lead the terminal back to its start."""
    start = trace.wait_for(lambda d: d.screen == "start" and any(b.startswith("featured:") for b in d.boxes))
    finger.tap(next(box for box in start.boxes if box.startswith("featured:")))
    came_ns = first_bytes.get(timeout=20)
    fired = [at for intent, at in trace.moments("fired") if intent == "DrawFeatured"][-1]
    check_own(trace.wait_for_screen("ticket"), own)
    time.sleep(0.4)
    finger.tap("finish")
    trace.wait_for_screen("goodbye")
    trace.wait_for_screen("start")
    time.sleep(0.5)
    return (came_ns / 1e9 - fired) * 1000


def check_own(ticket: Drawn, own: bool) -> None:
    """Raises RuntimeError when the number does not come from where it must."""
    label = parse_label(ticket.number)
    if label is None or (label.slot > 0) is not own:
        raise RuntimeError(f"number {ticket.number}: the hub was {'' if own else 'not '}to be silent")


class Bare:
    """The least that could do: a durable commit, then a socket write, until the peer has read the first byte."""

    def __init__(self, folder: Path) -> None:
        self._db = apsw.Connection(str(folder / "bare.db"))
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE t(id TEXT) STRICT"):
            self._db.execute(statement).fetchall()
        self._read: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._peer, daemon=True).start()
        self._link = socket.create_connection(self._server.getsockname())
        self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def once(self) -> float:
        """Milliseconds."""
        began = time.monotonic_ns()
        self._db.execute("INSERT INTO t VALUES (?)", (f"ticket-{began}",))
        self._link.sendall(b"\x1b@" + b"x" * 300)
        return (self._read.get(timeout=5) - began) / 1e6

    def close(self) -> None:
        """Let go of file and sockets."""
        self._link.close()
        self._server.close()
        self._db.close()

    def _peer(self) -> None:
        link, _ = self._server.accept()
        with link:
            while link.recv(4096):
                self._read.put(time.monotonic_ns())


def main() -> int:
    """Measure and report; exit code 1 when the limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--silent-hub", action="store_true", help="the breaker is open: own numbers")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    ours, base = (spread(column) for column in zip(*taps(options.count, options.silent_hub), strict=True))
    figures = [
        Figure(f"tap -> first byte, {name}", getattr(ours, name), "ms", getattr(base, name), limit)
        for name, limit in (("p50", None), ("p95", LIMIT_MS), ("p99", None))
    ]
    title = "Tap to paper, breaker open" if options.silent_hub else "Tap to paper"
    return report(title, "bare durable commit + socket write", figures, options.json)


if __name__ == "__main__":
    sys.exit(main())
