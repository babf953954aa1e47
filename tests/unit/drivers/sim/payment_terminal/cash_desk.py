"""The other side of the simulated payment terminal in tests: plays a transcript, or answers as it is told."""

from collections.abc import Callable

from drivers.sim.payment_terminal.apdu import STATUS, Apdu
from drivers.sim.payment_terminal.framing import Framing, PlainFraming, SerialFraming
from drivers.transport.base import LinkFault
from tests.contract.payment_line import PaymentLine

REGISTER = "06 00 10 12 34 56 BE 09 78 03 01 06 06 26 04 0A 02 06 D3"
PLAIN_REGISTER = "06 00 06 12 34 56 BE 09 78"
OK = Apdu(0x8000)
_PATIENCE_S = 600.0


def play(line: PaymentLine, transcript: str) -> None:
    """Send the ``>`` lines and expect the ``<`` lines, byte by byte; nothing more may come at the end."""
    for row in filter(None, map(str.strip, transcript.splitlines())):
        wire = bytes.fromhex(row[1:])
        if row[0] == ">":
            line.write(wire)
            continue
        got = b""
        while len(got) < len(wire) and (data := line.read(len(wire) - len(got), _PATIENCE_S)):
            got += data
        assert got.hex(" ") == wire.hex(" ")
    assert line.read(4096, 0.0).hex(" ") == ""


def connected(line: PaymentLine, register: str = REGISTER) -> PaymentLine:
    """The line after a registration."""
    line.open()
    assert [one.command for one in talk(line, bytes.fromhex(register))] == [0x8000, 0x060F]
    return line


def talk(line: PaymentLine, command: bytes, answer: Callable[[Apdu], Apdu | None] = lambda _: OK) -> list[Apdu]:
    """All that comes until completion, abort, refusal, silence or the end of the connection.

    Each message is answered as told (None = not at all); serial frames are acknowledged and repeated.
    """
    framing: Framing = SerialFraming(lambda _: True) if line.serial else PlainFraming(lambda _: True)
    framing.send(command, line.time)
    return _listen(line, framing, answer)


def listen(line: PaymentLine, answer: Callable[[Apdu], Apdu | None] = lambda _: OK) -> list[Apdu]:
    """The same without a command."""
    framing: Framing = SerialFraming(lambda _: True) if line.serial else PlainFraming(lambda _: True)
    return _listen(line, framing, answer)


def _listen(line: PaymentLine, framing: Framing, answer: Callable[[Apdu], Apdu | None]) -> list[Apdu]:
    heard: list[Apdu] = []
    end = line.time + _PATIENCE_S
    try:
        while line.time < end and not framing.failed:
            for message in _move(line, framing, end):
                heard.append(message)
                if not message.is_answer and (reply := answer(message)) is not None:
                    framing.send(reply.encode(), line.time)
                if message.command in (0x060F, 0x061E) or message.refusal:
                    _move(line, framing, line.time)
                    return heard
    except LinkFault:
        pass
    return heard


def _move(line: PaymentLine, framing: Framing, end: float) -> list[Apdu]:
    """Bytes both ways, until something comes or the framing has something due."""
    if out := framing.take():
        line.write(out)
    due = framing.due_in(line.time)
    data = line.read(4096, max(0.0, end - line.time) if due is None else due)
    found = framing.receive(data, line.time) if data else []
    framing.work(line.time)
    return found


def payment(cents: int, more: str = "") -> bytes:
    """06 01 of an amount in cents."""
    data = bytes.fromhex("04" + f"{cents:012d}" + "49 09 78 19 44" + more)
    return Apdu(0x0601, data).encode()


def reversal(receipt: int, cents: int | None = None) -> bytes:
    """06 30 of a receipt."""
    amount = "" if cents is None else "04" + f"{cents:012d}"
    return Apdu(0x0630, bytes.fromhex("12 34 56 87" + f"{receipt:04d}" + amount)).encode()


def result(heard: list[Apdu]) -> list[int]:
    """BMP 27 of every status information, and what ended the process: -1 completion, else its error code."""
    codes = [one.data[1] for one in heard if one.command == STATUS]
    last = heard[-1]
    return [*codes, -1 if last.command == 0x060F else last.data[0] if last.command == 0x061E else last.refusal]


def except_status(reply: Apdu | None) -> Callable[[Apdu], Apdu | None]:
    """Everything is acknowledged but a status information with result 0, which gets this."""
    return lambda one: reply if one.command == STATUS and one.data[1] == 0 else OK
