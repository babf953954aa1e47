"""``kiosk sim``: the simulated devices and their panel as one process."""

import argparse
import contextlib
import signal
import sys
import threading
from pathlib import Path
from typing import Literal

import msgspec

from drivers.registry import rows
from drivers.sim.bench import SimDesk
from drivers.sim.led_sign import SignPeer
from drivers.sim.panel.server import Panel
from drivers.sim.payment_terminal.peer import PaymentTerminalPeer
from drivers.sim.payment_terminal.settings import VENDORS
from drivers.sim.peer import Peer
from drivers.sim.pole import PolePeer
from drivers.sim.printer import Abilities, PrinterPeer
from drivers.sim.scanner import ScannerPeer
from kiosk.i18n.texts import Texts
from kiosk.live_view import LiveTerminal

_SPEED_MM_S = 150.0
"""As fast as a middling receipt printer."""


class BadLine(ValueError):
    """An option that names no line."""


def run_simulators(options: argparse.Namespace) -> int:
    """Start what the options ask for, say where it is, and run until SIGTERM or Ctrl-C. Exit code 0, or 2."""
    with contextlib.ExitStack() as stack:
        try:
            desk = desk_of(options)
            urls = _start(stack, desk, options.panel, options.terminal)
        except (BadLine, OSError) as fault:
            sys.stderr.write(
                f"kiosk sim: {fault}. Write tcp:PORT (0 = a free one) or pty, and take ports not in use.\n"
            )
            return 2
        over = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: over.set())
        _tell(urls, as_json=options.print_urls_json)
        while not over.wait(1.0):  # a signal that comes just before the wait does not interrupt it
            pass
    return 0


def desk_of(options: argparse.Namespace) -> SimDesk:
    """The devices the options ask for; an empty option leaves a device out. Raises BadLine."""
    return SimDesk(
        PrinterPeer(*_line(options.printer), abilities=_abilities(options.paper)) if options.printer else None,
        SignPeer(*_line(options.sign)) if options.sign else None,
        PolePeer(*_line(options.pole), command_set=options.pole_set) if options.pole else None,
        ScannerPeer(*_line(options.scanner)) if options.scanner else None,
        _payment(options) | dict(map(_other, options.device)),
    )


def _payment(options: argparse.Namespace) -> dict[str, tuple[str, Peer]]:
    """The payment terminal, at the pace of a real one; its name is in the message catalogue."""
    if not options.payment:
        return {}
    if options.payment_vendor not in VENDORS:
        raise BadLine(f"{options.payment_vendor!r} is no vendor of {', '.join(VENDORS)}")
    settings = msgspec.structs.replace(VENDORS[options.payment_vendor], host_s=1.5, reversal_s=1.5, reboot_s=20.0)
    framing = options.payment_framing or None
    return {"payment": ("", PaymentTerminalPeer(*_line(options.payment), settings=settings, framing=framing))}


def _other(option: str) -> tuple[str, tuple[str, Peer]]:
    """``MODEL`` or ``MODEL=pty``: the simulator of any model's row."""
    model, _, line = option.partition("=")
    row = next((row for row in rows() if row.model == model), None)
    if row is None or line not in ("", "tcp", "pty"):
        raise BadLine(f"{option!r} is no MODEL or MODEL=pty of {', '.join(row.model for row in rows())}")
    peer = row.simulator(line or "tcp")
    if not isinstance(peer, Peer):
        raise BadLine(f"the simulator of {model} is no peer that the panel can show")
    return model, (row.title, peer)


def _abilities(paper_mm: Literal[80, 58]) -> Abilities:
    """Most printers with 58 mm paper have no QR code of their own."""
    return Abilities(mm_per_s=_SPEED_MM_S, paper_mm=paper_mm, native_qr=paper_mm == 80)


def _line(option: str) -> tuple[str, int, str]:
    """``tcp:PORT``, ``pty`` or ``pty:PATH`` as kind, port and path."""
    kind, _, rest = option.partition(":")
    if kind == "pty":
        return "pty", 0, rest
    if kind == "tcp" and rest.isascii() and rest.isdigit() and len(rest) <= 5 and int(rest) <= 65535:
        return "tcp", int(rest), ""
    raise BadLine(f"{option!r} is no line")


def _start(stack: contextlib.ExitStack, desk: SimDesk, port: int, terminal: Path | None) -> dict[str, str]:
    stack.callback(desk.stop)
    urls = desk.start()
    panel = Panel(desk, Texts.load("terminal"), port, LiveTerminal(terminal) if terminal else None)
    urls["panel"] = panel.start()
    stack.callback(panel.stop)
    return urls


def _tell(urls: dict[str, str], *, as_json: bool) -> None:
    line = msgspec.json.encode(urls).decode() if as_json else "\n".join(f"{name:8} {url}" for name, url in urls.items())
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
