"""For each model's row: its simulated peers, a command, and how to see on the peer what really came of it.

A new row brings its bench; ``test_every_row_has_its_cases`` fails until it does. ``TILL`` is a row that only tests
know.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar, Protocol

import msgspec
import zxingcpp

from drivers import registry
from drivers.queue_display.frame import ShowFrame
from drivers.receipt_printer.job import PrintJob
from drivers.sim.led_sign import SignPeer
from drivers.sim.paper import dots
from drivers.sim.payment_terminal.book import Kind as Entry
from drivers.sim.payment_terminal.peer import PaymentTerminalPeer
from drivers.sim.peer import Peer
from drivers.sim.pole import PolePeer
from drivers.sim.printer import Abilities, PrinterPeer
from drivers.sim.roll import Slip
from drivers.spec import DriverSpec
from kiosk.paper import Big, Document, Kind, Pair, Qr, Text
from kiosk.vocabulary import payments
from kiosk.vocabulary.hardware.display_frame import Frame, Row
from kiosk.vocabulary.ids import PaymentId
from kiosk.vocabulary.outcomes import NotPrinted, NotShown, Printed, Shown, Unconfirmed
from kiosk.vocabulary.payments import Approved, Authorise, Cancelled, Declined, Money
from tests.contract.held import HeldClock
from tests.contract.till import Charge, Charged, NotCharged, Unknown
from tests.contract.till_peer import TILL, TillPeer


class Bench(Protocol):
    """What the contract needs to know of a kind."""

    settings: dict[str, Any]
    on_line: dict[str, dict[str, Any]]
    """More settings on a kind of line."""
    tries: int
    """A command right after a mishap may fall victim to it; by this one at the latest the device works as any other."""
    pause_s: float
    """Seconds that a host waits before another try."""
    proves: bool
    """Whether open() can tell that the right device is there (a one-way line cannot)."""
    outcomes: tuple[type, ...]

    def peers(self, spec: DriverSpec) -> dict[str, Callable[[str], Peer]]:
        """Each kind of peer this model may meet, by name; the row's own simulator first."""

    def command(self, job_id: str, after_doubt: bool) -> Any:
        """``after_doubt``: the outcome of the command before is not known."""

    def times_done(self, peer: Peer, job_id: str) -> int:
        """How often the peer has this command's whole result."""

    def mixed(self, peer: Peer) -> list[Any]:
        """Results that hold more than one command."""

    def claims_done(self, outcome: Any) -> bool: ...

    def claims_undone(self, outcome: Any) -> bool: ...


class PrinterBench:
    settings: ClassVar[dict[str, Any]] = {}
    on_line: ClassVar[dict[str, dict[str, Any]]] = {}
    tries = 2
    pause_s = 0.0
    proves = True
    outcomes = (Printed, NotPrinted, Unconfirmed)

    def peers(self, spec: DriverSpec) -> dict[str, Callable[[str], Peer]]:
        return {
            "by_mark": _simulator(spec),
            "by_sensor": lambda line: PrinterPeer(line, abilities=Abilities(process_id=False)),
            "never": lambda line: PrinterPeer(line, abilities=Abilities(process_id=False, gs_r=False, identity=False)),
        }

    def command(self, job_id: str, after_doubt: bool) -> PrintJob:
        blocks = (Text("Guten Tag"), Big(job_id), Pair("Fee", "37 EUR"), Qr(f"q{job_id}"), Text(f"Ende {job_id}"))
        return PrintJob(job_id, Document(kind=Kind.TICKET, lang="de", blocks=blocks), after_doubt)

    def times_done(self, peer: Peer, job_id: str) -> int:
        assert isinstance(peer, PrinterPeer)
        with peer.lock:
            slips = [*peer.printer.slips, peer.printer.hanging()]
        return sum(
            sum(line == f"Ende {job_id}" for line in slip.texts)
            for slip in slips
            if "Guten Tag" in slip.texts and job_id in slip.texts and f"q{job_id}" in codes_on(slip)
        )

    def mixed(self, peer: Peer) -> list[Any]:
        assert isinstance(peer, PrinterPeer)
        if not peer.printer.abilities.process_id and not peer.printer.abilities.gs_r:
            return []  # It never confirms: each of its slips is in doubt, and none can be told from a begun one.
        return [slip.texts for slip in peer.slips if slip.texts.count("Guten Tag") > 1]

    def claims_done(self, outcome: Any) -> bool:
        return isinstance(outcome, Printed)

    def claims_undone(self, outcome: Any) -> bool:
        return isinstance(outcome, NotPrinted)


@lru_cache(maxsize=256)
def codes_on(slip: Slip) -> tuple[str, ...]:
    """What a telephone reads on a slip; printers without a QR code of their own get it as dots."""
    return tuple(slip.qr_codes) or tuple(code.text for code in zxingcpp.read_barcodes(dots(slip).convert("L")))


class DisplayBench:
    settings: ClassVar[dict[str, Any]] = {}
    on_line: ClassVar[dict[str, dict[str, Any]]] = {}
    tries = 2
    pause_s = 0.0
    proves = False
    outcomes = (Shown, NotShown)

    def peers(self, spec: DriverSpec) -> dict[str, Callable[[str], Peer]]:
        return {"one_way": _simulator(spec)}

    def command(self, job_id: str, after_doubt: bool) -> ShowFrame:
        return ShowFrame(Frame(rows=(Row(job_id, "7"),)))

    def times_done(self, peer: Peer, job_id: str) -> int:
        assert isinstance(peer, SignPeer | PolePeer)
        text = peer.text if isinstance(peer, SignPeer) else " ".join(peer.lines)
        return int(job_id in text)

    def mixed(self, peer: Peer) -> list[Any]:
        return []

    def claims_done(self, outcome: Any) -> bool:
        return False

    def claims_undone(self, outcome: Any) -> bool:
        return False


class TillBench:
    settings: ClassVar[dict[str, Any]] = {}
    on_line: ClassVar[dict[str, dict[str, Any]]] = {}
    tries = 2
    pause_s = 0.0
    proves = False
    outcomes = (Charged, NotCharged, Unknown)

    def peers(self, spec: DriverSpec) -> dict[str, Callable[[str], Peer]]:
        return {"by_dialogue": _simulator(spec)}

    def command(self, job_id: str, after_doubt: bool) -> Charge:
        return Charge(job_id, 1200)

    def times_done(self, peer: Peer, job_id: str) -> int:
        assert isinstance(peer, TillPeer)
        with peer.lock:
            return peer.till.booked.count(job_id)

    def mixed(self, peer: Peer) -> list[Any]:
        assert isinstance(peer, TillPeer)
        with peer.lock:
            twice = [charge for charge in set(peer.till.asked) if peer.till.asked.count(charge) > 1]
            return [*twice, *peer.till.broken_promises]

    def claims_done(self, outcome: Any) -> bool:
        return isinstance(outcome, Charged)

    def claims_undone(self, outcome: Any) -> bool:
        return isinstance(outcome, NotCharged)


class PayingPeer(PaymentTerminalPeer):
    """Somebody with a card stands there at once. Its time goes on also while its driver waits in vain (``virtual``):
    then what it waits for itself ends, as it does in real time."""

    def __init__(self, line: str) -> None:
        self.virtual = HeldClock()
        super().__init__(line, clock=lambda: time.monotonic() + self.virtual.now())
        self.switch(pays_by_itself=True)


class PaymentBench:
    """A payment is told from another by its amount."""

    settings: ClassVar[dict[str, Any]] = {"password": "123456", "look_s": 2.0, "t3_s": 8.0, "t4_s": 30.0}
    on_line: ClassVar[dict[str, dict[str, Any]]] = {"pty": {"framing": "serial"}}
    tries = 4
    pause_s = 70.0
    """What it began must come to its end first: it waits a minute for an answer."""
    proves = True
    outcomes = (Approved, Declined, Cancelled, payments.Unknown)

    def peers(self, spec: DriverSpec) -> dict[str, Callable[[str], Peer]]:
        return {"by_dialogue": PayingPeer}

    def command(self, job_id: str, after_doubt: bool) -> Authorise:
        return Authorise(payment=PaymentId(job_id), amount=Money(_cents(job_id)))

    def times_done(self, peer: Peer, job_id: str) -> int:
        assert isinstance(peer, PaymentTerminalPeer)
        with peer.lock:
            return len(peer.terminal.machine.book.standing(_cents(job_id)))

    def mixed(self, peer: Peer) -> list[Any]:
        """Amounts that were captured more than once, whatever became of them."""
        assert isinstance(peer, PaymentTerminalPeer)
        with peer.lock:
            entries = peer.terminal.machine.book.entries
            captured = Counter(each.cents for each in entries if each.kind is Entry.PAYMENT and not each.code)
        return [cents for cents, times in captured.items() if times > 1]

    def claims_done(self, outcome: Any) -> bool:
        return isinstance(outcome, Approved)

    def claims_undone(self, outcome: Any) -> bool:
        return isinstance(outcome, Declined | Cancelled)


def _cents(job_id: str) -> int:
    return 1000 + int(job_id.removeprefix("X "))


def _simulator(spec: DriverSpec) -> Callable[[str], Peer]:
    """The row's own, as the peer that a bench looks into."""

    def made(line: str) -> Peer:
        peer = spec.simulator(line)
        assert isinstance(peer, Peer)
        return peer

    return made


PRINTER, DISPLAY = PrinterBench(), DisplayBench()
BENCHES: dict[str, Bench] = {
    "escpos_80": PRINTER,
    "escpos_58": PRINTER,
    "epson_tm_t20": PRINTER,
    "epson_tm_t88": PRINTER,
    "citizen_ct_s": PRINTER,
    "star_tsp_escpos": PRINTER,
    "wincor_th230": PRINTER,
    "alpha": DISPLAY,
    "betabrite": DISPLAY,
    "pole_epson": DISPLAY,
    "pole_cd5220": DISPLAY,
    "zvt": PaymentBench(),
    "test_till": TillBench(),
}
"""The cases of each row that takes commands, by its model."""
LISTENERS = {"serial_lines", "keyboard"}
"""The rows that take none: ``test_contract_scanner`` has their cases."""


class Setup(msgspec.Struct, frozen=True):
    """One row of the registry with one kind of peer on one kind of line."""

    def __hash__(self) -> int:
        return hash(self.id)

    spec: DriverSpec
    peer: str
    line: str

    @property
    def bench(self) -> Bench:
        return BENCHES[self.spec.model]

    @property
    def id(self) -> str:
        return f"{self.spec.model}-{self.peer}-{self.line}"


ROWS = tuple(row for row in (*registry.rows(), TILL) if row.model not in LISTENERS)


def setups(*lines: str) -> list[Setup]:
    """Every row that takes commands, with the peer that can most."""
    return [Setup(spec, _first_peer(spec), line) for spec in ROWS for line in lines]


def thorough(*lines: str) -> list[Setup]:
    """One model of each way of talking, with every peer it may meet; the other rows share its code."""
    return [
        Setup(spec, peer, line)
        for spec in ROWS
        if spec.model in ("escpos_80", "alpha", "pole_epson", "pole_cd5220", "zvt", "test_till")
        for peer in BENCHES[spec.model].peers(spec)
        for line in lines
    ]


def _first_peer(spec: DriverSpec) -> str:
    return next(iter(BENCHES[spec.model].peers(spec)))
