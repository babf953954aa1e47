"""A mishap at every message of a payment, restarts, dropped connections, and what the terminal says unasked."""

import itertools
from typing import Literal

import msgspec
import pytest

from drivers.sim.payment_terminal.apdu import PRINT_BLOCK, STATUS, Apdu, negative
from drivers.sim.payment_terminal.machine import PaymentScript
from drivers.sim.payment_terminal.settings import VENDORS, Settings
from drivers.sim.payment_terminal.switches import MessageFault, Mishap, PaymentFaults
from drivers.transport.base import LinkFault
from tests.contract.payment_line import PaymentLine
from tests.unit.drivers.sim.payment_terminal.cash_desk import (
    OK,
    REGISTER,
    connected,
    except_status,
    listen,
    payment,
    result,
    reversal,
    talk,
)

LOOKUP = bytes.fromhex("06 20 05 12 34 56 03 03")
ENQUIRY = bytes.fromhex("05 01 00")
Framing = Literal["plain", "serial"]
MESSAGES = [
    "> 06 01", "< 80 00", "< 04 ff", "> 80 00", "< 04 ff", "> 80 00", "< 04 0f", "> 80 00", "< 06 d3", "> 80 00",
    "< 06 0f", "> 80 00",
]  # fmt: skip
STATUS_AT, PRINT_AT = 6, 8


def ready(settings: Settings = Settings(), framing: Framing = "plain") -> PaymentLine:
    line = PaymentLine(settings, framing)
    line.open()
    talk(line, bytes.fromhex(REGISTER))
    line.terminal.faults = PaymentFaults(pays_by_itself=True)
    line.terminal.machine.scripts.append(PaymentScript(taps=True))
    return line


def again(line: PaymentLine) -> None:
    """The other side begins anew, and waits until the terminal is idle."""
    line.close()
    line.terminal.link.heal()
    line.open()
    line.let(120)
    line.read(99999, 0.0)
    heard = talk(line, ENQUIRY)
    assert heard[-1].data == b"\0"
    talk(line, bytes.fromhex(REGISTER))


@pytest.mark.parametrize("framing", ["plain", "serial"])
def test_messages_of_a_payment_are_counted_both_ways(framing: Framing) -> None:
    line = ready(framing=framing)
    talk(line, payment(4600))
    assert [one[:7] for one in line.terminal.link.counter.messages] == MESSAGES


@pytest.mark.parametrize("framing", ["plain", "serial"])
@pytest.mark.parametrize("what", list(Mishap))
def test_mishap_at_every_message(what: Mishap, framing: Framing) -> None:
    """Whatever goes wrong: at most one payment stands, nothing is left pending, and the terminal serves again."""
    for at, no_answer in itertools.product(range(len(MESSAGES)), ("reverse", "decline", "keep")):
        where = f"message {at}, {no_answer}"
        line = ready(Settings(no_answer=no_answer), framing)  # type: ignore[arg-type]
        line.terminal.link.counter.faults = [MessageFault(at, what, count=2)]
        heard = talk(line, payment(4600))
        assert line.terminal.link.counter.faults == [], where
        again(line)
        machine = line.terminal.machine
        assert machine.pending is None, where
        assert len(machine.book.standing()) == machine.book.balance / 4600 <= 1, where
        if (no_answer == "keep" and at >= STATUS_AT) or (heard and heard[-1].command == 0x060F):
            assert machine.book.balance == 4600, where
        assert result(talk(line, LOOKUP))[-1] == -1, where
        before = machine.book.balance
        assert result(talk(line, payment(100)))[-1] == -1, where
        assert machine.book.balance == before + 100, where


@pytest.mark.parametrize(
    ("what", "count", "seen"),
    [
        (Mishap.WRONG_LENGTH, 5, "84 00 00"),
        (Mishap.GARBAGE, 0, "25 a5 a5"),
        (Mishap.TWICE, 0, "80 00 00 80 00 00"),
        (Mishap.LATE, 1500, "80 00 00"),
        (Mishap.SPLIT, 100, "80 00 00"),
        (Mishap.CUT, 2, "80 00"),
        (Mishap.HALF, 1, "80"),
    ],
)
def test_what_a_mishap_looks_like_on_the_wire(what: Mishap, count: int, seen: str) -> None:
    line = PaymentLine()
    line.open()
    line.terminal.link.counter.faults = [MessageFault(1, what, count, command="0600")]
    line.write(bytes.fromhex(REGISTER))
    expected = bytes.fromhex(seen) if what is not Mishap.WRONG_LENGTH else bytes.fromhex("80 00 05")
    got = b""
    while len(got) < len(expected) and (data := line.read(len(expected) - len(got), 10.0)):
        got += data
    assert got == expected
    if what is Mishap.LATE:
        assert line.time == pytest.approx(1.5, abs=0.01)
    if what is Mishap.SPLIT:
        assert line.time == pytest.approx(0.2, abs=0.01)
    if what is Mishap.CUT:
        with pytest.raises(LinkFault):
            line.read(99, 1.0)
    if what is Mishap.HALF:
        assert line.read(99, 60.0) == b""


def test_silence_ends_after_its_time_or_when_it_is_healed() -> None:
    for heals in (False, True):
        line = ready()
        line.terminal.link.counter.faults = [MessageFault(1, Mishap.SILENT, 0 if heals else 2000, command="0501")]
        line.write(ENQUIRY)
        assert line.read(99, 1.0) == b""
        line.write(ENQUIRY)
        assert line.read(99, 0.5) == b""
        if heals:
            line.terminal.link.heal()
        else:
            line.let(1.0)
        line.let(10.0)
        line.read(99, 0.0)
        assert talk(line, ENQUIRY)[-1].data == b"\0"


def test_dropped_connection_leaves_the_payment_running() -> None:
    """The host is slow, the connection goes, and the terminal captures all the same: nobody hears of it."""
    line = ready(Settings(host_s=20.0, no_answer="keep"))
    line.write(payment(4600))
    line.read(99, 0.0)
    line.write(OK.encode())
    line.write(OK.encode())
    line.close()
    line.open()
    assert talk(line, ENQUIRY)[-1].data == b"\x9c"
    assert result(talk(line, payment(100))) == [0x9C]
    line.let(30.0)
    assert talk(line, ENQUIRY)[-1].data == b"\0"
    assert line.terminal.machine.book.balance == 4600
    assert result(talk(line, payment(100))) == [0x6B]


def test_terminal_may_refuse_an_enquiry_while_it_works() -> None:
    line = ready(Settings(host_s=20.0, busy_answer="refusal"))
    line.write(payment(4600))
    line.close()
    line.open()
    assert result(talk(line, ENQUIRY)) == [0x9C]


@pytest.mark.parametrize(("policy", "balance"), [("reverse", 0), ("decline", 0), ("keep", 4600)])
def test_connection_that_ends_instead_of_our_acknowledgement(policy: str, balance: int) -> None:
    line = ready(Settings(no_answer=policy))  # type: ignore[arg-type]
    line.terminal.link.counter.faults = [MessageFault(STATUS_AT + 1, Mishap.DROP)]
    assert talk(line, payment(4600))[-1].command == STATUS
    with pytest.raises(LinkFault):
        line.read(99, 0.0)
    assert line.terminal.machine.book.balance == balance


def test_terminal_may_charge_nothing_when_it_is_left_alone() -> None:
    line = ready(Settings(goes_on_alone=False))
    line.terminal.link.counter.faults = [MessageFault(2, Mishap.DROP)]
    talk(line, payment(4600))
    line.let(60.0)
    assert line.terminal.machine.book.entries == []


def test_terminal_may_wait_its_whole_time_though_nobody_is_there() -> None:
    line = ready(Settings(notices_drop=False, status_wait_s=30.0))
    line.terminal.link.counter.faults = [MessageFault(STATUS_AT, Mishap.DROP)]
    talk(line, payment(4600))
    line.let(29.0)
    assert line.terminal.machine.book.balance == 4600
    line.let(20.0)
    assert line.terminal.machine.book.balance == 0


def test_status_may_come_on_the_next_connection_unasked() -> None:
    line = ready(Settings(follows_connection=True, notices_drop=False, status_repeats=2, status_wait_s=10.0))
    line.terminal.link.counter.faults = [MessageFault(STATUS_AT, Mishap.DROP)]
    talk(line, payment(4600))
    line.open()
    heard = listen(line)
    assert [one.command for one in heard] == [STATUS, PRINT_BLOCK, 0x060F]
    assert line.terminal.machine.book.balance == 4600


def test_payment_started_at_the_device_is_reversed_when_rejected() -> None:
    line = ready()
    assert line.terminal.say_unasked(1200)
    assert not line.terminal.say_unasked(1200)
    assert result(listen(line, except_status(negative(0x66)))) == [0, 0x6C, 0x6C]
    assert line.terminal.machine.book.balance == 0
    assert line.terminal.say_unasked(1200)
    assert result(listen(line)) == [0, -1]
    assert line.terminal.machine.book.balance == 1200


def test_last_status_may_come_again_unasked() -> None:
    line = ready()
    told = next(one for one in talk(line, payment(4600)) if one.command == STATUS)
    line.terminal.say_unasked()
    line.write(OK.encode())
    again_told = line.read(999, 0.0)
    assert again_told[:2] == told.encode()[:2]
    assert "87 00 01" in again_told.hex(" ")
    assert line.terminal.machine.book.balance == 4600


@pytest.mark.parametrize(("policy", "balance"), [("reverse", 0), ("decline", 0), ("keep", 4600)])
@pytest.mark.parametrize("framing", ["plain", "serial"])
def test_restart_between_capture_and_acknowledgement(framing: Framing, policy: str, balance: int) -> None:
    line = ready(Settings(no_answer=policy), framing)  # type: ignore[arg-type]

    def restart(message: Apdu) -> Apdu | None:
        if message.command == STATUS:
            line.terminal.reboot(30.0)
            return None
        return OK

    talk(line, payment(4600), restart)
    line.open()
    line.write(ENQUIRY)
    assert line.terminal.down == (framing == "plain")
    line.let(31.0)
    assert not line.terminal.down
    assert line.terminal.machine.book.balance == balance
    assert line.terminal.machine.registration is None


def test_reset_command_is_completed_and_then_the_terminal_is_away() -> None:
    line = ready(Settings(reboot_s=20.0))
    assert [one.command for one in talk(line, bytes.fromhex("06 18 00"))] == [0x8000, 0x060F]
    with pytest.raises(LinkFault):
        line.read(99, 1.0)
    line.open()
    line.write(ENQUIRY)
    assert line.read(99, 10.0) == b""
    line.let(10.0)
    assert talk(line, ENQUIRY)[-1].data == b"\0"


def test_lost_power_keeps_the_book_and_forgets_the_rest() -> None:
    line = ready(VENDORS["standard"])
    talk(line, payment(4600))
    line.terminal.power_lost()
    line.open()
    assert result(talk(line, payment(100))) == [0x6B]
    talk(line, bytes.fromhex(REGISTER))
    assert result(talk(line, reversal(1, 4600))) == [0, -1]


def test_registration_outlives_the_connection_where_the_maker_keeps_it() -> None:
    for forgets, code in ((True, 0x6B), (False, -1)):
        line = ready(Settings(forgets_registration=forgets))
        line.close()
        line.open()
        assert result(talk(line, payment(100)))[-1] == code


def test_frame_that_is_lost_on_a_serial_line_is_repeated_and_pays_once() -> None:
    for at in (1, STATUS_AT, PRINT_AT):
        line = ready(framing="serial")
        line.terminal.link.counter.faults = [MessageFault(at, Mishap.LOST)]
        assert result(talk(line, payment(4600))) == [0, -1]
        assert line.time >= 4.9
        assert line.terminal.machine.book.balance == 4600


def test_command_repeated_by_the_serial_link_is_no_second_payment() -> None:
    """Our acknowledgement got lost, so the other side sends 06 01 again while the payment runs: refused as busy."""
    line = ready(framing="serial")
    line.terminal.faults = msgspec.structs.replace(line.terminal.faults, unacked_frames=1)
    line.terminal.machine.scripts[0] = PaymentScript(taps=True, after_s=30.0)
    heard = talk(line, payment(4600))
    line.let(200.0)
    assert heard[0] == OK
    assert len(line.terminal.machine.book.standing()) <= 1


def test_waits_for_people_and_answers_are_rest_and_hosts_are_work() -> None:
    line = connected(PaymentLine(Settings(host_s=5.0)), "06 00 06 12 34 56 B6 09 78")
    line.write(payment(4600))
    assert not line.terminal.has_work()
    assert line.terminal.due_in(line.time) == pytest.approx(60.0)
    line.close()
    line.open()
    line.terminal.machine.scripts.append(PaymentScript(taps=True))
    line.let(61.0)
    connected(line, "06 00 06 12 34 56 B6 09 78")
    line.write(payment(4600))
    line.let(0.1)
    assert line.terminal.has_work()


def test_what_is_due_is_done_before_the_next_connection_is_heard() -> None:
    """A process that a closed connection ended does not make the first command of the next one meet a busy terminal."""
    terminal = PaymentLine().terminal
    terminal.receive(bytes.fromhex(REGISTER))
    assert terminal.running
    terminal.unplugged()
    assert terminal.receive(bytes.fromhex(REGISTER))[:3] == OK.encode()
