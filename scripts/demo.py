"""What scripts/run does once everything is installed: the demo, or a whole visit with pictures."""

import argparse
import os
import sys
from contextlib import ExitStack
from pathlib import Path

from lobby.display import VirtualDisplay


def main() -> int:
    """Open the demo, or make a visit."""
    parser = argparse.ArgumentParser(prog="scripts/run", description="The demo hall on this machine.")
    parser.add_argument("--landscape", action="store_true", help="a 15-inch counter panel, 1280x800")
    parser.add_argument("--data", type=Path, default=None, help="keep the demo's data in this folder")
    parser.add_argument("--visit", choices=("ticket",), help="make a whole visit by real touches, then end")
    parser.add_argument("--shots", type=Path, default=Path("var/shots"), help="where the visit's pictures go")
    options = parser.parse_args()
    if options.visit:
        from lobby.visit import ticket_visit

        return ticket_visit(options.shots, landscape=options.landscape)
    return open_demo(options)


def open_demo(options: argparse.Namespace) -> int:
    """The demo on the display there is, or on a virtual one."""
    from kiosk.demo import run_demo

    size = "1280x800" if options.landscape else "1080x1920"
    with ExitStack() as stack:
        if not os.environ.get("DISPLAY"):
            width, height = (int(part) for part in size.split("x"))
            display = VirtualDisplay(width, height)
            os.environ["DISPLAY"] = display.start()
            stack.callback(display.stop)
            picture = f"{sys.executable} scripts/look.py {display.folder} picture.png"
            print(f"There is no display here, so a virtual one was started: {display.name}")
            print(f"  to see it:   {picture}")
            print(f"  to touch it: DISPLAY={display.name} xdotool mousemove X Y click 1")
        return run_demo(options.data, size, None)


if __name__ == "__main__":
    sys.exit(main())
