"""A simulated ESC/POS receipt printer: buffer, sensors, paper roll, answers. Bytes in, bytes and slips out.

Real-time requests are answered as they arrive; everything else waits in the buffer and is printed in order while the
printer is online, so that ``GS r`` and ``GS ( H`` answer only when all before them is on paper.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Literal

import msgspec

from drivers.sim import printer_status
from drivers.sim.escpos_parse import Op, Parser, RequestFinder
from drivers.sim.lines import make_line
from drivers.sim.paper import dots_png, paper_png
from drivers.sim.peer import LineFaults, Peer, Seen
from drivers.sim.printer_status import Condition
from drivers.sim.roll import DOTS_PER_MM, FEED_TO_CUTTER, HEAD_DOTS, Roll, Slip


class Abilities(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What this model can do; drivers must cope with every mixture."""

    real_time: bool = True
    auto_status: bool = True
    process_id: bool = True
    gs_r: bool = True
    identity: bool = True
    native_qr: bool = True
    maker: str = "EPSON"
    model: str = "TM-T88V"
    serial: str = "SIM0001"
    paper_mm: Literal[80, 58] = 80
    mm_per_s: float | None = None
    """Printing speed; None = at once."""


class PrinterFaults(LineFaults, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Switches of the printer, and habits that printers differ in.

    ``answers_inside``: a status request is answered also where it is data of a half-received command, and is its data
    all the same. ``keeps_half``: a half-received command outlives the connection (always on a pty). ``double_byte``:
    after power on and ``ESC @`` two bytes are one Chinese character, until ``FS .``.

    ``cutter_jam``: the next cut fails and leaves ``cutter_error`` on. The ``..._after_lines`` switches count lines
    printed from now on and happen once: the paper ends, the power goes.
    """

    paper_out: bool = False
    paper_near_end: bool = False
    cover_open: bool = False
    cutter_error: bool = False
    cutter_jam: bool = False
    printer_error: bool = False
    overheated: bool = False
    answers_inside: bool = False
    keeps_half: bool = False
    double_byte: bool = False
    paper_out_after_lines: int | None = None
    power_off_after_lines: int | None = None
    power_off_after_bytes: int | None = None


_QUERIES = frozenset({"auto_status", "status", "identity", "ask_status", "recover", "unknown"})
_PROCESS_ID = 48


class Printer:
    """The inside of the printer (a ``peer.Device``)."""

    def __init__(self, abilities: Abilities = Abilities()) -> None:
        self.abilities = abilities
        self.slips: list[Slip] = []
        self.jobs_begun = 0
        self.bytes_received = 0
        self.on_first_job_byte: Callable[[int], None] | None = None
        self._faults = PrinterFaults()
        self._parser = Parser()
        self._requests = RequestFinder()
        self._buffer: deque[Op] = deque()
        self._roll = Roll(abilities.native_qr, HEAD_DOTS[abilities.paper_mm])
        self._reports = False
        self._reported = b""
        self._busy_until = 0.0
        self._in_job = False

    @property
    def faults(self) -> PrinterFaults:
        """Switches as they stand."""
        return self._faults

    @faults.setter
    def faults(self, value: PrinterFaults) -> None:
        if value.double_byte != self._faults.double_byte:
            self._roll.born_double_byte(value.double_byte)
        self._faults = value

    @property
    def condition(self) -> Condition:
        """What the sensors see."""
        faults = self._faults
        return Condition(
            cover_open=faults.cover_open,
            paper_out=faults.paper_out,
            near_end=faults.paper_near_end,
            cutter_error=faults.cutter_error,
            unrecoverable=faults.printer_error,
            overheated=faults.overheated,
        )

    @property
    def buffered(self) -> int:
        """Commands that wait to be printed."""
        return len(self._buffer)

    def hanging(self) -> Slip:
        """Paper that came out and is not cut."""
        return self._roll.uncut()

    def tear_off(self) -> None:
        """Somebody tears off the paper that hangs out by hand: it counts as a slip."""
        if (slip := self._roll.cut()).height:
            self.slips.append(slip)

    def receive(self, data: bytes) -> bytes:
        """Take bytes; answer what is asked in real time."""
        arrived = time.monotonic_ns()
        self.bytes_received += len(data)
        data = self._until_power_fails(data)
        inside = self._faults.answers_inside
        answer = b"".join(self._real_time(n) for n in self._requests.feed(data) if inside)
        for op in self._parser.feed(data):
            if op.name == "ask_status":
                answer += b"" if inside else self._real_time(op.data[0])
            elif op.name == "recover":
                self._recover(op.data[0])
            elif op.name != "nothing":
                self._notice_job(op, arrived)
                self._buffer.append(op)
        return answer

    def work(self, now: float) -> bytes:
        """Print what the buffer holds, as far as it goes; also tell changes when asked to."""
        answer = self._report()
        while self._buffer and self._may_print(now):
            answer += self._perform(self._buffer.popleft(), now)
            answer += self._report()
        return answer

    def due_in(self, now: float) -> float | None:
        """Seconds until the head is free for the next line."""
        if not self._buffer or self.condition.offline:
            return None
        return max(0.0, self._busy_until - now)

    def unplugged(self) -> None:
        """The connection ended: a half-received command is dropped, complete ones stay in the buffer."""
        if not self._faults.keeps_half:
            self._parser.reset()

    def power_lost(self) -> None:
        """Buffer, modes and settings are gone; paper stays where it is."""
        self._parser.reset()
        self._buffer.clear()
        self._roll.reset()
        self._reports, self._reported, self._in_job = False, b"", False

    def _until_power_fails(self, data: bytes) -> bytes:
        left = self._faults.power_off_after_bytes
        if left is None:
            return data
        if len(data) < left:
            self._switch(power_off_after_bytes=left - len(data))
            return data
        self._switch(power_off_after_bytes=None, power_off=True)
        return data[:left]

    def _real_time(self, n: int) -> bytes:
        return printer_status.real_time(n, self.condition) if self.abilities.real_time else b""

    def _recover(self, n: int) -> None:
        """DLE ENQ 2 throws the buffer away; DLE ENQ 1 prints on, which happens by itself when the cause is gone."""
        if n == 2:
            self._buffer.clear()
            self._roll.reset()
            self._in_job = False

    def _notice_job(self, op: Op, arrived: int) -> None:
        if op.name in _QUERIES or _is_process_id(op) or self._in_job:
            self._in_job = self._in_job and op.name not in ("cut", "cut_old")
            return
        self._in_job = True
        self.jobs_begun += 1
        if self.on_first_job_byte is not None:
            self.on_first_job_byte(arrived)

    def _may_print(self, now: float) -> bool:
        return not self.condition.offline and not self._faults.power_off and now >= self._busy_until

    def _perform(self, op: Op, now: float) -> bytes:
        match op.name:
            case "auto_status":
                return self._set_reports(op.data[0])
            case "status":
                return self._status(op.data[0])
            case "identity":
                return self._identity(op.data[0])
            case "cut" | "cut_old":
                self._cut(op)
            case _ if _is_process_id(op):
                return b"\x37\x22" + op.data[5:9] + b"\x00" if self.abilities.process_id else b""
            case _:
                if op.name == "init":
                    self._reports = False
                self._print(op, now)
        return b""

    def _print(self, op: Op, now: float) -> None:
        moved = self._roll.print(op)
        if not moved:
            return
        if self.abilities.mm_per_s:
            self._busy_until = max(now, self._busy_until) + moved / DOTS_PER_MM / self.abilities.mm_per_s
        self._count_line()

    def _count_line(self) -> None:
        paper, power = self._faults.paper_out_after_lines, self._faults.power_off_after_lines
        if paper is not None:
            self._switch(paper_out_after_lines=paper - 1 if paper > 1 else None, paper_out=paper <= 1)
        if power is not None:
            self._switch(power_off_after_lines=power - 1 if power > 1 else None, power_off=power <= 1)

    def _cut(self, op: Op) -> None:
        """The cutter works behind the head: forms 65 and 66 feed the paper there first."""
        if self._faults.cutter_jam:
            self._switch(cutter_jam=False, cutter_error=True)
            self._buffer.appendleft(op)
            return
        self._roll.print(op)
        if op.name == "cut" and len(op.data) == 2:
            self._roll.feed(FEED_TO_CUTTER + op.data[1])
        self.slips.append(self._roll.cut())

    def _status(self, n: int) -> bytes:
        if not self.abilities.gs_r:
            return b""
        return printer_status.paper_sensor(self.condition) if n in (1, 49) else b"\x00"

    def _identity(self, n: int) -> bytes:
        able = self.abilities
        return printer_status.identity(n, able.maker, able.model, able.serial) if able.identity else b""

    def _set_reports(self, n: int) -> bytes:
        self._reports = bool(n) and self.abilities.auto_status
        self._reported = b""
        return b""

    def _report(self) -> bytes:
        """Automatic status back: at once when switched on, then on every change. ESC @ switches it off [M]."""
        if not self._reports or (now := printer_status.auto_status(self.condition)) == self._reported:
            return b""
        self._reported = now
        return now

    def _switch(self, **changes: object) -> None:
        self._faults = msgspec.structs.replace(self._faults, **changes)


def _is_process_id(op: Op) -> bool:
    """``GS ( H pL pH 48 48 d1 d2 d3 d4``."""
    return op.name == "block" and op.data[:1] == b"H" and op.data[3:5] == bytes((48, _PROCESS_ID)) and len(op.data) == 9


class PrinterPeer(Peer):
    """A simulated printer on a line. ``line`` is "tcp" (a free port unless given) or "pty"."""

    has_picture = True

    def __init__(self, line: str = "tcp", port: int = 0, path: str = "", abilities: Abilities = Abilities()) -> None:
        self.printer = Printer(abilities)
        super().__init__(self.printer, make_line(line, port, path))

    @property
    def slips(self) -> list[Slip]:
        """The slips cut so far, oldest first (a copy)."""
        with self.lock:
            return list(self.printer.slips)

    def wait_for_slips(self, count: int, timeout_s: float = 300.0) -> bool:
        """Wait until so many slips were cut since the start."""
        return self.wait_for(lambda: len(self.printer.slips) >= count, timeout_s)

    def tear_off(self) -> None:
        """Tear off what hangs out by hand."""
        with self.lock:
            self.printer.tear_off()

    def on_first_job_byte(self, hook: Callable[[int], None] | None) -> None:
        """Call with ``time.monotonic_ns()`` of the read that brought a job's first command (on the peer's thread)."""
        with self.lock:
            self.printer.on_first_job_byte = hook

    def newest(self) -> Slip | None:
        """The newest paper: what hangs out, else the last slip; None before anything was printed."""
        with self.lock:
            hanging, slips = self.printer.hanging(), self.printer.slips
            return hanging if hanging.height else slips[-1] if slips else None

    def seen(self) -> Seen:
        """The text of the newest paper."""
        slip, count = self.newest(), len(self.slips)
        return Seen(slip.text, slip.raw + bytes([count % 256, slip.height % 256])) if slip else Seen()

    def png(self) -> bytes:
        """The newest paper as a picture; an empty strip before anything was printed."""
        slip = self.newest()
        hanging = slip is None or slip not in self.slips[-1:]
        return paper_png(slip or Slip(marks=(), height=120, raw=b""), torn=not hanging)


__all__ = ["Abilities", "Printer", "PrinterFaults", "PrinterPeer", "Slip", "dots_png", "paper_png"]
