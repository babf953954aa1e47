"""A virtual display, a hub and a printer for a terminal to be configured with, for the benches that start one."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from lobby.display import VirtualDisplay  # noqa: E402

from drivers.sim.printer import PrinterPeer  # noqa: E402
from kiosk.demo import PORTRAIT, Demo  # noqa: E402


@contextmanager
def demo_hall() -> Iterator[Demo]:
    """The hall with its terminal's configuration written; SDL's off-screen driver would never free what it drew."""
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
