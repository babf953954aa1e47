"""A hall of real processes: a hub that goes up and down, terminals each on a display with a printer of its own."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pysqlite3
import requests
from lobby.display import VirtualDisplay
from lobby.patience import PATIENCE_S, until
from lobby.touch import Finger
from lobby.trace import Trace
from msgspec.structs import replace

from drivers.sim.printer import Abilities, PrinterPeer
from hub.clock import system_ms
from hub.demo_town import fill
from hub.fleet import terminals
from hub.sites import sites
from hub.store.engine import Store
from hub.tls.cli import run_init
from hub.tls.files import folder_of
from kiosk.config import Device, Panel, Payment, TerminalConfig, Timing, save
from kiosk.demo import Demo, free_port
from kiosk.vocabulary.enrolment import grouped
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.labels import Label, parse_label
from offline_cache.http.trust import fingerprint_of, only_certificate
from offline_cache.sync.enrolment import enrol
from tests.day_zone import day_zone
from tests.paper_numbers import number_on

PANEL = Panel(width_px=540, height_px=960, width_mm=336.3, height_mm=597.9)
TIMING = Timing(tickets_per_minute=100_000, goodbye_s=2, take_ticket_s=300, hand_back_s=300)
"""The visitor ends the page with the number: none that is slow to touch may meet the page after it."""


class HubProcess:
    """The demo town's hub on a port that stays the same; with ``tls`` it has certificates of ``kiosk hub init``."""

    def __init__(self, folder: Path, count: int, *, tls: bool = False) -> None:
        self._demo = Demo(folder, fixed_ports=False)
        self.data = folder / "hub"
        mark = ""
        if tls:
            assert run_init(self.data, ("hub.rathaus.example",)) == 0
            mark = fingerprint_of(only_certificate(folder_of(self.data).ca.read_text()))
        self._trust: bool | str = str(folder_of(self.data).ca) if tls else True
        self._demo.hub_url = f"{'https' if tls else 'http'}://127.0.0.1:{free_port(0)}"
        fill(self.data, self.url, day_zone())
        self.codes = [grouped(code + mark) for code in _codes(self.data, count)]
        """One-time codes as the terminals page shows them."""
        self._file = self.data / "hub.db"

    @property
    def url(self) -> str:
        return self._demo.hub_url

    def up(self) -> None:
        port = self.url.rsplit(":", 1)[1]
        self._demo._start("hub", "hub", "--port", port, "--data", str(self.data))
        until(self._answers, "the hub to answer")

    def _answers(self) -> bool:
        with contextlib.suppress(requests.ConnectionError, requests.Timeout):
            return requests.get(f"{self.url}/healthz", timeout=PATIENCE_S, verify=self._trust).status_code == 200
        return False

    def down(self, how: int = signal.SIGTERM) -> None:
        self._demo.stop_one("hub", how)

    def tickets(self) -> dict[Label, str]:
        """Number and state of every ticket, read beside the running hub."""
        with contextlib.closing(pysqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=PATIENCE_S)) as db:
            rows = db.execute("SELECT series, slot, n, state FROM ticket").fetchall()
        labels = [Label(series, slot, n) for series, slot, n, _ in rows]
        assert len(labels) == len(set(labels)), "the hub has a number twice"
        return {label: row[3] for label, row in zip(labels, rows, strict=True)}


def _codes(folder: Path, count: int) -> list[str]:
    codes = [terminals.make_code(secrets.randbelow) for _ in range(count)]
    store = Store(folder / "hub.db")
    try:
        site = store.read_now(sites)[0].id
        for number, code in enumerate(codes):
            name = f"t{number}"
            store.write_now(lambda c, name=name: terminals.add_terminal(c, site, name, f"Lobby {name}", system_ms()))
            store.write_now(lambda c, name=name, code=code: terminals.add_code(c, site, name, code, system_ms()))
    finally:
        store.close()
    return codes


class Kiosk:
    """One terminal process under Xvfb with a simulated printer on a socket, enrolled by the real command's way.

    ``via`` is the address it is told afterwards. Each life of the process writes a trace of its own: a killed one
    leaves half a line. ``program``: what Python runs instead of the command ``kiosk``, in front of the command's words.
    """

    def __init__(self, folder: Path, hub: str, code: str, *, via: str = "", mm_per_s: float = 100_000) -> None:
        self.program: tuple[str, ...] = ("-m", "kiosk.cli")
        self.folder, self.data = folder, folder / "data"
        self.folder.mkdir(parents=True)
        self.display = VirtualDisplay(PANEL.width_px, PANEL.height_px)
        self.printer = PrinterPeer("tcp", abilities=Abilities(mm_per_s=mm_per_s))
        self._log = folder / "terminal.log"
        self._lives = self._log_begin = 0
        self.drawn: list[Label] = []
        self.without_paper: set[Label] = set()
        """Numbers whose visitor was told that no slip came for certain (a busy machine makes a printer late)."""
        self._process: subprocess.Popen[bytes] | None = None
        self._config = folder / "config.toml"
        enrolled = enrol(self._config, hub, code, PANEL)
        assert isinstance(enrolled, TerminalConfig), enrolled
        self._enrolled = replace(enrolled, hub=replace(enrolled.hub, url=via or hub), timing=TIMING)

    @property
    def terminal(self) -> str:
        """Its id at the hub."""
        return self._enrolled.hub.terminal

    def open(self, others: Mapping[str, Device] = MappingProxyType({}), payment: Payment = Payment()) -> None:
        """Switch printer, display and terminal on; returns when the start screen is drawn."""
        printer = Device(kind=DeviceKind.RECEIPT_PRINTER, model="epson_tm_t20", url=self.printer.start())
        save(self._config, replace(self._enrolled, devices={"printer": printer, **others}, payment=payment))
        self.display.start()
        self.start()

    def start(self) -> None:
        """Start the terminal's process (again); returns when the start screen is drawn."""
        self.launch()
        until(lambda: self.trace.moments("first-frame"), "the first frame")
        self.trace.wait_for_screen("start")

    def launch(self) -> None:
        """Begin a life of the terminal's process."""
        trace = self.folder / f"trace-{self._lives}.jsonl"
        self._lives += 1
        self.trace = Trace(trace)
        self.finger = Finger(self.display.name, self.trace)
        words = ["terminal", "--config", str(self._config), "--data", str(self.data)]
        words += ["--trace", str(trace), "--window", f"{PANEL.width_px}x{PANEL.height_px}"]
        env = os.environ | {"DISPLAY": self.display.name}
        with self._log.open("ab") as log:
            self._log_begin = log.tell()
            self._process = subprocess.Popen(
                [sys.executable, *self.program, *words], env=env, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def ended(self) -> int | None:
        """The process's exit code (-9: killed); None while it runs."""
        assert self._process is not None
        return self._process.poll()

    def kill(self, how: int = signal.SIGKILL) -> None:
        """End the terminal's process."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(PATIENCE_S)

    def close(self) -> None:
        """Switch everything off."""
        if self._process is not None and self._process.poll() is None:
            self.kill(signal.SIGTERM)
        self.display.stop()
        self.printer.stop()

    def draw(self, patience_s: float = PATIENCE_S) -> Label:
        """One visitor: a tap on the first tile, the number on the screen, and away."""
        start = self.trace.wait_for_screen("start")
        self.finger.tap(next(box for box in start.boxes if box.startswith("featured:")))
        shown = self.trace.wait_for_screen("ticket", "ticket_no_paper", "ticket_unconfirmed", patience_s=patience_s)
        self.finger.tap("have_slip" if shown.screen == "ticket_unconfirmed" else "finish")
        self.trace.wait_for_screen("goodbye", "start")
        label = parse_label(shown.number)
        assert label is not None, shown.number
        if shown.screen != "ticket":
            self.without_paper.add(label)
        return label

    def tap(self) -> None:
        """A tap on the first tile, whatever comes of it."""
        start = self.trace.wait_for_screen("start")
        self.finger.tap(next(box for box in start.boxes if box.startswith("featured:")))

    def on_paper(self) -> list[Label]:
        """The numbers of all slips that came out, in their order."""
        with self.printer.lock:
            slips = list(self.printer.printer.slips)
        return [label for slip in slips if (label := parse_label(number_on(slip))) is not None]

    def log(self, *, of_this_life: bool = False) -> list[dict[str, str]]:
        """The events it has logged, oldest first; a line that a kill cut in two is left out."""
        events = []
        with self._log.open("rb") as file:
            file.seek(self._log_begin if of_this_life else 0)
            for line in file:
                with contextlib.suppress(ValueError):
                    events.append(json.loads(line))
        return events

    def has_printer(self) -> bool:
        """Whether this life of the terminal has found its printer well."""
        events = (event for event in self.log(of_this_life=True) if event["event"] == "device-changed")
        return any((event["device"], event["state"]) == ("printer", "ready") for event in events)

    def printer_rests(self) -> bool:
        """Whether all that the printer was told is on paper."""
        with self.printer.lock:
            return not self.printer.printer.buffered

    def check_paper(self, drawn: list[Label]) -> None:
        """No number is on two slips, none is on paper that was not drawn, and whoever was told so has a slip."""
        paper = self.on_paper()
        assert len(paper) == len(set(paper)), "a number is on two slips"
        assert set(paper) <= set(drawn), "paper that nobody drew"
        assert set(drawn) - self.without_paper <= set(paper), "a slip that was promised did not come"

    def longest_gap(self, since: float = 0.0) -> float:
        """Seconds for which the window's clock stood still at the most, after this moment of the monotonic clock."""
        return max((float(detail) for detail, at in self.trace.moments("gap") if at > since), default=0.0)

    def said(self, event: str) -> int:
        """How many lines of the log are about this event."""
        with (self.folder / "terminal.log").open("rb") as log:
            return sum(f'"event": "{event}"'.encode() in line for line in log)
