"""What scripts/run does once everything is installed: the demo, or a whole visit with pictures."""

import argparse
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from lobby.display import VirtualDisplay, answers

from kiosk.demo import end_in_order, run_demo

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Open the demo, or make a visit."""
    parser = argparse.ArgumentParser(prog="scripts/run", description="The demo hall on this machine.")
    parser.add_argument("--landscape", action="store_true", help="a 15-inch counter panel, 1280x800")
    parser.add_argument("--data", type=Path, default=None, help="keep the demo's data in this folder")
    parser.add_argument("--visit", choices=("ticket",), help="make a whole visit by real touches, then end")
    parser.add_argument("--offline", action="store_true", help="with --visit: the hub is away when the number is drawn")
    parser.add_argument("--shots", type=Path, default=ROOT / "var/shots", help="where the visit's pictures go")
    options = parser.parse_args()
    if options.offline and not options.visit:
        parser.error("--offline goes with --visit ticket")
    end_in_order()
    try:
        return make_visit(options) if options.visit else open_demo(options)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def make_visit(options: argparse.Namespace) -> int:
    """The whole visit; a relative folder is meant from where the person stands, not from ours."""
    # imported here: it needs Chromium, which the demo does not
    if options.offline:
        from lobby.offline_visit import offline_visit as visit
    else:
        from lobby.visit import ticket_visit as visit
    return visit(called_from(options.shots), landscape=options.landscape)


def called_from(folder: Path) -> Path:
    """The folder as seen from where scripts/run was called."""
    return Path(os.environ.get("KIOSK_CALLED_FROM", ".")).resolve() / folder


def open_demo(options: argparse.Namespace) -> int:
    """The demo on the display there is, or on a virtual one."""
    data = options.data and called_from(options.data)
    size = "1280x800" if options.landscape else "1080x1920"
    with ExitStack() as stack:
        monitor = answers(os.environ.get("DISPLAY", ""))
        if not monitor:
            width, height = (int(part) for part in size.split("x"))
            display = VirtualDisplay(width, height)
            stack.callback(display.stop)
            os.environ["DISPLAY"] = display.start()
            print(f"There is no display here: the terminal is drawn on a virtual one, {display.name}.", flush=True)
        return run_demo(data, size, monitor=monitor)


if __name__ == "__main__":
    sys.exit(main())
