"""What the payment terminal is and remembers, for the processes that run in it. No bytes, no timers."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from drivers.sim.payment_terminal import texts
from drivers.sim.payment_terminal.apdu import INTERMEDIATE, Apdu
from drivers.sim.payment_terminal.book import Book, Entry
from drivers.sim.payment_terminal.cards import CARDS, Card
from drivers.sim.payment_terminal.fields import TLV, encode, tlv
from drivers.sim.payment_terminal.orders import Registration
from drivers.sim.payment_terminal.settings import Charset, Settings
from drivers.sim.payment_terminal.steps import Did, Process, Touch, say
from drivers.sim.payment_terminal.switches import PaymentFaults


class PaymentScript(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one payment goes: the person and the host. ``stops_at``: presses the stop key there; ``leaves_at``: does
    nothing there. ``after_s``: seconds before each thing the person does. ``approval``: its number; "" = made up."""

    card: str = "girocard"
    taps: bool = False
    wrong_pins: int = 0
    stops_at: Literal["", "card", "pin"] = ""
    leaves_at: Literal["", "card", "pin"] = ""
    after_s: float = 0.0
    host_code: int = 0
    host_s: float | None = None
    approval: str = ""


class Machine:
    """Used by one thread. ``wall`` gives the time of day."""

    def __init__(self, settings: Settings, wall: Callable[[], datetime]) -> None:
        self.settings = settings
        self.switches = PaymentFaults()
        self.book = Book()
        self.registration: Registration | None = None
        self.scripts: deque[PaymentScript] = deque()
        """Of the next payments, in order."""
        self.script: PaymentScript | None = None
        """Of the running one; None = it goes as people press."""
        self.pending: int | None = None
        """The receipt of a captured payment whose process has not ended."""
        self.card_inside: Card | None = None
        self.text = texts.READY
        self.amount = 0
        self.charset: Charset = settings.charset
        self._wall = wall
        self._shift = timedelta()
        self._pins = 0

    def now(self) -> datetime:
        """The terminal's own clock."""
        return self._wall() + self._shift

    def set_clock(self, at: datetime) -> None:
        """06 91."""
        self._shift = at - self._wall()

    @property
    def terminal_id(self) -> str:
        """As it stands in its messages."""
        return "99999999" if self.switches.other_terminal_id else self.settings.terminal_id

    @property
    def status(self) -> int:
        """Terminal status of a status enquiry (PA00P015 section 11)."""
        states = (
            (0x9C, self.switches.busy),
            (0x51, self.switches.initialisation_needed),
            (0xF0, self.switches.end_of_day_due),
            (0xB1, self.switches.memory_full),
            (0xCC, self.switches.printer_not_ready),
            (0xDC, self.card_inside is not None),
        )
        return next((code for code, holds in states if holds), 0x00)

    @property
    def uses_tlv(self) -> bool:
        """Whether TLV containers go out: the other side sent one at registration, or the maker does not care."""
        known = self.registration is not None and self.registration.tlv is not None
        return known or self.settings.tlv_unasked

    @property
    def sync_receipt(self) -> int:
        """The receipt number it sent last in tag 1F1F; 0 = none."""
        return next((entry.receipt for entry in reversed(self.book.entries) if not entry.code), 0)

    def clear_states(self, *names: str) -> None:
        """States that end because of what was done."""
        self.switches = msgspec.structs.replace(self.switches, **dict.fromkeys(names, False))

    def host_seconds(self) -> float:
        """How long the host of this payment takes."""
        if self.switches.host_ms is not None:
            return self.switches.host_ms / 1000
        scripted = self.script.host_s if self.script else None
        return self.settings.host_s if scripted is None else scripted

    def scripted(self, touches: frozenset[Touch]) -> Did | None:
        """What the person of the script does now; None = nothing, or there is no script."""
        script = self.script
        if script is None:
            return None
        at = "card" if Touch.INSERT in touches else "pin" if Touch.PIN in touches else "removal"
        if at == script.stops_at:
            return Did(Touch.STOP)
        if at == script.leaves_at:
            return None
        if at == "card":
            return Did(Touch.TAP if script.taps else Touch.INSERT, CARDS[script.card])
        if at == "removal":
            return Did(Touch.REMOVE)
        self._pins += 1
        return Did(Touch.WRONG_PIN if self._pins <= script.wrong_pins else Touch.PIN)

    def begin_script(self) -> None:
        """Take the next payment's script."""
        self._pins = 0
        self.script = self.scripts.popleft() if self.scripts else None
        if self.script is None and self.switches.pays_by_itself:
            self.script = PaymentScript()

    def end_process(self) -> None:
        """Nothing runs any more."""
        self.script, self.text, self.amount = None, texts.READY, 0

    def register(self, registration: Registration) -> None:
        """From now on the other side has its say in what is printed and told."""
        self.registration = registration
        asked = texts.by_number(registration.charset) if self.settings.takes_charset else None
        self.charset = asked or self.settings.charset

    def forget_registration(self) -> None:
        """Log-off, restart, or the end of a connection."""
        self.registration, self.charset = None, self.settings.charset

    def encoded(self, text: str) -> bytes:
        """A text in the character set agreed upon."""
        return texts.encoded(text, self.charset)

    def settle_after_restart(self) -> Entry | None:
        """A payment that a restart broke off ends as ``no_answer`` says; its reversal, if there is one."""
        receipt, self.pending = self.pending, None
        if receipt is None or self.settings.no_answer == "keep":
            return None
        if self.settings.no_answer == "decline":
            self.book.unmake(receipt)
            return None
        reversal = self.book.reverse(receipt, self.now(), "restart")
        return reversal if isinstance(reversal, Entry) else None


def show(m: Machine, state: int) -> Process[bool]:
    """Show an intermediate state and tell it (04 FF), where it is wanted; False when nobody acknowledged it."""
    m.text = texts.DISPLAY.get(state, m.text)
    if m.registration is None or not m.registration.wants_status:
        return True
    answer = yield from say(intermediate(m, state), m.settings.answer_s)
    return answer is not None


def intermediate(m: Machine, state: int) -> Apdu:
    """04 FF: the state, and where the maker adds a text also T4 in BCD minutes and the lines in tags 24 and 07."""
    text = m.settings.status_texts.get(state)
    data = bytes([state])
    if text and m.uses_tlv:
        lines = tlv(0x24, tlv(0x07, m.encoded(text)))
        data += bytes.fromhex(f"{m.settings.status_minutes:02d}") + encode(TLV, lines)
    return Apdu(INTERMEDIATE, data)
