"""The simulated payment terminal's money book: what a payment leaves in it, whatever the other side says."""

import msgspec
import pytest

from drivers.sim.payment_terminal.apdu import PRINT_BLOCK, PRINT_LINE, STATUS, Apdu, negative
from drivers.sim.payment_terminal.book import Kind
from drivers.sim.payment_terminal.cards import CARDS
from drivers.sim.payment_terminal.fields import all_of, find, parse
from drivers.sim.payment_terminal.machine import PaymentScript
from drivers.sim.payment_terminal.settings import VENDORS, Settings
from drivers.sim.payment_terminal.steps import Touch
from drivers.sim.payment_terminal.switches import PaymentFaults
from tests.contract.payment_line import PaymentLine
from tests.unit.drivers.sim.payment_terminal.cash_desk import (
    OK,
    PLAIN_REGISTER,
    REGISTER,
    connected,
    except_status,
    payment,
    result,
    reversal,
    talk,
)

LOOKUP = bytes.fromhex("06 20 05 12 34 56 03 03")
END_OF_DAY = bytes.fromhex("06 50 03 12 34 56")
WAIT, NO = negative(0x9C), negative(0x66)


def ready(settings: Settings = Settings(), **switches: object) -> PaymentLine:
    line = connected(PaymentLine(settings))
    line.terminal.faults = msgspec.convert({"pays_by_itself": True, **switches}, PaymentFaults)
    return line


def shown(line: PaymentLine) -> list[tuple[str, int, int, bool]]:
    return [(one.kind.value, one.code, one.cents, one.reversed) for one in line.terminal.machine.book.entries]


def test_payment_is_captured_and_its_receipt_printed_as_a_block() -> None:
    line = ready()
    heard = talk(line, payment(4600))
    assert [f"{one.command:04x}" for one in heard] == (
        ["8000", "04ff", "04ff", "04ff", "04ff", "040f", "06d3", "060f"]
    )  # card, PIN pad, wait, remove the card
    assert [one.data[0] for one in heard if one.command == 0x04FF] == [0x0A, 0x01, 0x0E, 0x0B]
    assert shown(line) == [("payment", 0, 4600, False)]
    block = next(one for one in heard if one.command == PRINT_BLOCK)
    fields = parse(block.data)
    assert isinstance(fields, dict)
    assert find(fields[6], 0x1F07) == b"\x02"
    texts = [one.decode("cp437") for one in all_of(fields[6], 0x25, 0x07)]
    assert "EUR 46,00" in texts
    assert not any("67259012" in text for text in texts)
    assert list(all_of(fields[6], 0x25, 0x09))[-1] == b"\x81"


@pytest.mark.parametrize(("block_lines", "blocks"), [(0, 1), (4, 4)])
def test_long_receipt_may_come_in_several_blocks(block_lines: int, blocks: int) -> None:
    heard = talk(ready(Settings(block_lines=block_lines)), payment(4600))
    assert len([one for one in heard if one.command == PRINT_BLOCK]) == blocks


def test_receipt_comes_in_lines_before_the_status_where_the_maker_does_so() -> None:
    heard = talk(ready(Settings(prints="before", print_form="lines", receipts=("merchant", "customer"))), payment(100))
    commands = [one.command for one in heard]
    assert commands.index(STATUS) > max(at for at, one in enumerate(commands) if one == PRINT_LINE)
    lines = [one.data for one in heard if one.command == PRINT_LINE]
    assert [line[0] for line in lines].count(0x81) == 2
    assert "H-Ä-N-D-L-E-R-B-E-L-E-G" in lines[0][1:].decode("cp437")


def test_nothing_is_printed_where_the_other_side_composes_receipts() -> None:
    line = connected(PaymentLine(), "06 00 06 12 34 56 3E 09 78")
    line.terminal.machine.scripts.append(PaymentScript())
    assert {one.command for one in talk(line, payment(100))}.isdisjoint({PRINT_LINE, PRINT_BLOCK})


@pytest.mark.parametrize(
    ("script", "codes"),
    [
        (PaymentScript(host_code=5), [5, 5]),
        (PaymentScript(wrong_pins=1), [0, -1]),
        (PaymentScript(wrong_pins=3), [75, 75]),
        (PaymentScript(stops_at="card"), [0x6C, 0x6C]),
        (PaymentScript(stops_at="pin"), [0x6C, 0x6C]),
        (PaymentScript(leaves_at="card"), [0x6C, 0x6C]),
        (PaymentScript(leaves_at="pin"), [0x6C, 0x6C]),
        (PaymentScript(taps=True, host_code=65), [65, 65]),
        (PaymentScript(card="phone", taps=True), [0, -1]),
    ],
)
def test_every_way_a_payment_goes(script: PaymentScript, codes: list[int]) -> None:
    line = ready()
    line.terminal.machine.scripts.append(script)
    assert result(talk(line, payment(6000))) == codes
    assert line.terminal.machine.book.balance == (6000 if codes[-1] == -1 else 0)


def test_each_wrong_pin_may_have_a_status_of_its_own() -> None:
    line = ready(Settings(status_per_try=True))
    line.terminal.machine.scripts.append(PaymentScript(wrong_pins=2))
    assert result(talk(line, payment(6000))) == [55, 55, 0, -1]


def test_contactless_asks_for_a_pin_above_fifty_euros() -> None:
    for cents, states in ((5000, [0x0A, 0x0E]), (5001, [0x0A, 0x01, 0x0E])):
        line = ready()
        line.terminal.machine.scripts.append(PaymentScript(taps=True))
        assert [one.data[0] for one in talk(line, payment(cents)) if one.command == 0x04FF] == states


@pytest.mark.parametrize("prints", ["before", "after"])
@pytest.mark.parametrize(("policy", "balance"), [("reverse", 0), ("decline", 0), ("keep", 4600)])
def test_status_that_is_never_acknowledged_ends_as_the_maker_does_it(prints: str, policy: str, balance: int) -> None:
    line = ready(Settings(no_answer=policy, prints=prints))  # type: ignore[arg-type]
    talk(line, payment(4600), except_status(None))
    book = line.terminal.machine.book
    assert book.balance == balance
    assert [one.kind for one in book.entries] == [Kind.PAYMENT, *([Kind.REVERSAL] if policy == "reverse" else [])]
    assert book.entries[0].code == (0x6C if policy == "decline" else 0)
    assert line.terminal.machine.pending is None


def test_automatic_reversal_is_shown_and_waits_as_the_command_said() -> None:
    line = ready()
    heard = talk(line, payment(4600, "01 08"), except_status(None))
    assert 8.0 <= line.time < 9.0
    assert [one.data[0] for one in heard if one.command == 0x04FF][-1] == 0x05


@pytest.mark.parametrize("policy", ["reverse", "decline", "keep"])
def test_print_that_is_never_acknowledged_ends_like_a_missing_answer(policy: str) -> None:
    line = ready(Settings(no_answer=policy))  # type: ignore[arg-type]
    talk(line, payment(4600), lambda one: None if one.command == PRINT_BLOCK else OK)
    assert line.terminal.machine.book.balance == (4600 if policy == "keep" else 0)


@pytest.mark.parametrize("prints", ["before", "after"])
def test_print_that_is_refused_reverses_the_payment(prints: str) -> None:
    line = ready(Settings(prints=prints))  # type: ignore[arg-type]
    heard = talk(line, payment(4600), lambda one: negative(0xCC) if one.command == PRINT_BLOCK else OK)
    assert result(heard) == ([0xCC, 0xCC] if prints == "before" else [0, 0xCC, 0xCC])
    assert line.terminal.machine.book.balance == 0


@pytest.mark.parametrize("reply", [NO, Apdu(0x849D, bytes.fromhex("04 00 00 00 00 22 00"))], ids=["84 66", "84 9D"])
def test_rejected_status_reverses_the_payment(reply: Apdu) -> None:
    """84 9D would take a part of the amount: most makers cannot, and reverse."""
    line = ready()
    assert result(talk(line, payment(4600), except_status(reply))) == [0, 0x6C, 0x6C]
    assert shown(line) == [("payment", 0, 4600, True), ("reversal", 0, 4600, False)]


@pytest.mark.parametrize(("more", "asked"), [("02 02", 3), ("", 4)])
def test_payment_is_reversed_after_please_wait_too_many_times(more: str, asked: int) -> None:
    line = ready()
    heard = talk(line, payment(4600, more), except_status(WAIT))
    assert result(heard) == [0] * asked + [0x6C, 0x6C]
    assert line.time == pytest.approx(2.0 * (asked - 1), abs=0.1)
    assert line.terminal.machine.book.balance == 0


@pytest.mark.parametrize("reply", ["84 00 00", "80 00 08 06 06 1F 73 03 00 00 02"])
def test_positive_answers_of_every_form_are_taken(reply: str) -> None:
    line = ready()
    wire = bytes.fromhex(reply)
    answer = Apdu(int.from_bytes(wire[:2], "big"), wire[3:])
    assert result(talk(line, payment(4600), lambda _: answer)) == [0, -1]


def test_please_wait_may_end_well() -> None:
    line, replies = ready(), iter([WAIT, WAIT, OK])
    heard = talk(line, payment(4600), lambda one: next(replies) if one.command == STATUS else OK)
    assert result(heard) == [0, 0, 0, -1]
    assert line.terminal.machine.book.balance == 4600


def test_impatient_maker_burns_its_repeats_in_milliseconds() -> None:
    line = ready(VENDORS["valina"])
    talk(line, payment(4600), except_status(WAIT))
    assert line.time < 2.0
    assert line.terminal.machine.book.balance == 0


def test_status_comes_twice_and_is_one_payment() -> None:
    line = ready(status_twice=True)
    heard = talk(line, payment(4600))
    first, second = (one for one in heard if one.command == STATUS)
    assert first == second
    assert line.terminal.machine.book.balance == 4600


def test_unanswered_status_may_be_repeated() -> None:
    line, replies = ready(Settings(status_repeats=1)), iter([None, OK])
    heard = talk(line, payment(4600), lambda one: next(replies) if one.command == STATUS else OK)
    assert result(heard) == [0, 0, -1]
    assert line.terminal.machine.book.balance == 4600


def test_other_amount_and_other_terminal_id_are_told_and_booked() -> None:
    line = ready(other_amount=True, other_terminal_id=True)
    (status,) = [
        one for one in talk(line, payment(4600), except_status(NO)) if one.command == STATUS and not one.data[1]
    ]
    assert status.data[2:9].hex() == "04000000004700"
    assert "2999999999" in status.data.hex()
    assert shown(line) == [("payment", 0, 4700, True), ("reversal", 0, 4700, False)]


def test_accepted_payment_may_be_revoked() -> None:
    line = ready(revoked=True)
    assert result(talk(line, payment(4600))) == [0, 0xFF, 0xFF]
    assert line.terminal.machine.book.balance == 0


@pytest.mark.parametrize(
    ("switch", "code"),
    [("end_of_day_due", 0xF0), ("memory_full", 0xB1), ("printer_not_ready", 0xCC), ("initialisation_needed", 0x51)],
)
@pytest.mark.parametrize("refuses", ["dialogue", "at_once"])
def test_state_that_forbids_payments(switch: str, code: int, refuses: str) -> None:
    line = ready(Settings(refuses=refuses), **{switch: True})  # type: ignore[arg-type]
    status = talk(line, bytes.fromhex("05 01 00"))[-1]
    assert status.data[-1] == code
    assert result(talk(line, payment(4600))) == ([code, code] if refuses == "dialogue" else [code])
    talk(line, bytes.fromhex("06 93 03 12 34 56"))
    talk(line, END_OF_DAY)
    line.terminal.faults = msgspec.structs.replace(line.terminal.faults, printer_not_ready=False)
    assert result(talk(line, payment(4600)))[-1] == -1


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (payment(0), 0xC8),
        (payment(500_001), 0xC3),
        (bytes.fromhex("06 01 02 19 44"), 0x9A),
        (bytes.fromhex("06 01 0A 04 00 00 00 00 46 00 49 08 40"), 0x6F),
        (bytes.fromhex("06 50 03 99 99 99"), 0x37),
        (bytes.fromhex("06 30 03 12 34 56"), 0x9A),
        (bytes.fromhex("06 40 00"), 0x83),
    ],
)
def test_order_that_cannot_be_followed_is_refused_and_nothing_booked(command: bytes, code: int) -> None:
    line = ready()
    assert result(talk(line, command))[-1] == code
    assert line.terminal.machine.book.balance == 0


def test_payment_without_registration_is_refused() -> None:
    line = PaymentLine()
    line.open()
    assert result(talk(line, payment(100))) == [0x6B]


def test_registration_in_another_currency_is_refused_with_that_currency() -> None:
    line = PaymentLine()
    line.open()
    line.write(bytes.fromhex("06 00 06 12 34 56 BE 08 40"))
    assert line.read(99, 1.0).hex(" ") == "84 1e 03 6f 08 40"


def test_reversal_takes_the_money_back_once() -> None:
    line = ready()
    talk(line, payment(4600))
    assert result(talk(line, reversal(1, 4601))) == [0xB7, 0xB7]
    assert result(talk(line, reversal(7))) == [0xB5, 0xB5]
    heard = talk(line, reversal(1, 4600))
    assert result(heard) == [0, -1]
    status = next(one for one in heard if one.command == STATUS)
    assert "37000001" in status.data.hex()
    assert result(talk(line, reversal(1, 4600))) == [0xB4, 0xB4]
    assert shown(line) == [("payment", 0, 4600, True), ("reversal", 0, 4600, False)]


def test_reversal_may_be_impossible_or_for_the_last_payment_only() -> None:
    line = ready(VENDORS["pax"])
    talk(line, payment(100))
    talk(line, payment(200))
    assert result(talk(line, reversal(1))) == [0xB5, 0xB5]
    assert result(talk(line, reversal(2))) == [0, -1]
    assert result(talk(line, reversal(2))) == [0xB4, 0xB4]
    broken = ready(reversal_impossible=True)
    talk(broken, payment(100))
    assert result(talk(broken, reversal(1))) == [0xB5, 0xB5]
    assert broken.terminal.machine.book.balance == 100


def test_end_of_day_tells_its_totals_and_ends_reversals() -> None:
    line = ready()
    talk(line, payment(4600))
    talk(line, payment(1000))
    talk(line, reversal(2))
    assert talk(line, bytes.fromhex("06 10 03 12 34 56"))[-2].command == PRINT_BLOCK
    status = next(one for one in talk(line, END_OF_DAY) if one.command == STATUS)
    fields = parse(status.data)
    assert isinstance(fields, dict)
    assert fields[0x04].hex() == "000000004600"
    assert fields[0x60][:11].hex() == "0001" + "0003" + "01" + "000000004600"
    assert result(talk(line, reversal(1))) == [0xB5, 0xB5]
    assert line.terminal.machine.book.balance == 4600
    empty = next(one for one in talk(line, END_OF_DAY) if one.command == STATUS)
    assert parse(empty.data) != fields


def test_failed_end_of_day_leaves_the_day_open() -> None:
    line = ready(end_of_day_fails=True)
    talk(line, payment(4600))
    assert result(talk(line, END_OF_DAY)) == [0xA0, 0xA0]
    assert result(talk(line, reversal(1))) == [0, -1]


@pytest.mark.parametrize(
    ("lookup", "after_reversal", "after_decline"),
    [("last", [0, -1], [5, -1]), ("approved", [-1], [0, -1]), ("none", [-1], [-1]), ("controlled", [0, -1], [5, -1])],
)
def test_lookup_tells_what_its_maker_tells(lookup: str, after_reversal: list[int], after_decline: list[int]) -> None:
    line = ready(Settings(lookup=lookup))  # type: ignore[arg-type]
    assert result(talk(line, LOOKUP)) == [-1]
    talk(line, payment(4600))
    talk(line, reversal(1))
    assert result(talk(line, LOOKUP)) == after_reversal
    line.terminal.machine.scripts += [PaymentScript(), PaymentScript(host_code=5)]
    talk(line, payment(4600))
    talk(line, payment(4600))
    assert result(talk(line, LOOKUP)) == after_decline
    line.terminal.faults = PaymentFaults(lookup_none=True)
    assert result(talk(line, LOOKUP)) == [-1]


def test_lookup_may_need_a_registration_for_control() -> None:
    line = connected(PaymentLine(VENDORS["pax"]), "06 00 06 12 34 56 8E 09 78")
    line.terminal.machine.scripts.append(PaymentScript())
    talk(line, payment(4600))
    assert result(talk(line, LOOKUP)) == [-1]


def test_lookup_repeats_the_status_and_the_end_of_day_where_it_is_asked() -> None:
    line = ready(Settings(lookup_end_of_day=True))
    status = next(one for one in talk(line, payment(4600)) if one.command == STATUS)
    assert next(one for one in talk(line, LOOKUP) if one.command == STATUS) == status
    totals = next(one for one in talk(line, END_OF_DAY) if one.command == STATUS)
    assert next(one for one in talk(line, LOOKUP) if one.command == STATUS) == totals
    customer = bytes.fromhex("06 20 0B 12 34 56 03 03 06 04 1F 01 01 03")
    assert next(one for one in talk(line, customer) if one.command == STATUS) == status
    copy = bytes.fromhex("06 20 0B 12 34 56 03 01 06 04 1F 01 01 03")
    assert [one.command for one in talk(line, copy)] == [0x8000, STATUS, PRINT_BLOCK, 0x060F]


@pytest.mark.parametrize(("theirs", "balance"), [("1F1F020001", 5600), ("1F1F020000", 1000), ("1F1F00", 5600)])
def test_sync_number_one_behind_reverses_the_last_payment(theirs: str, balance: int) -> None:
    line = ready(Settings(sync_tag=True))
    status = next(one for one in talk(line, payment(4600)) if one.command == STATUS)
    assert "1f1f020001" in status.data.hex()
    assert result(talk(line, payment(1000, f"06 {len(theirs) // 2:02x} {theirs}")))[-1] == -1
    assert line.terminal.machine.book.balance == balance


def test_diagnosis_tells_the_time_where_the_other_side_takes_it() -> None:
    clock = Apdu(0x0401, bytes.fromhex("AA 26 03 02 0C 09 14 05"))
    for register, told in ((PLAIN_REGISTER, True), (REGISTER, False)):
        line = connected(PaymentLine(), register)
        assert (clock in talk(line, bytes.fromhex("06 70 00"))) is told


def test_initialisation_prints_and_completes() -> None:
    line = ready()
    assert [one.command for one in talk(line, bytes.fromhex("06 93 03 12 34 56"))][-2:] == [PRINT_BLOCK, 0x060F]


@pytest.mark.parametrize("completes", [False, True])
def test_time_of_day_is_set(completes: bool) -> None:
    line = ready(Settings(time_set_completes=completes))
    line.write(bytes.fromhex("06 91 0B 12 34 56 AA 27 12 31 0C 23 59 58"))
    assert line.read(99, 1.0).hex(" ") == "80 00 00" + (" 06 0f 00" if completes else "")
    assert f"{line.terminal.machine.now():%y%m%d%H%M%S}" == "271231235958"
    line.write(OK.encode())
    assert result(talk(line, bytes.fromhex("06 91 0B 12 34 56 AA 27 13 31 0C 23 59 58"))) == [0x9A]


def test_log_off_ends_the_registration() -> None:
    line = ready()
    line.write(bytes.fromhex("06 02 00"))
    assert line.read(99, 1.0) == OK.encode()
    assert result(talk(line, payment(100))) == [0x6B]


def test_abort_stops_the_wait_for_a_card_where_the_maker_allows_it() -> None:
    for settings, answer, running in ((Settings(), "80 00 00", False), (VENDORS["pax"], "84 83 00", True)):
        line = connected(PaymentLine(settings), "06 00 06 12 34 56 B6 09 78")
        line.write(payment(4600))
        assert line.read(99, 1.0) == OK.encode()
        line.write(bytes.fromhex("06 B0 00"))
        assert line.read(99, 1.0)[:3].hex(" ") == answer
        line.write(OK.encode())
        line.write(OK.encode())
        assert line.terminal.running is running


def test_abort_without_a_process_is_answered() -> None:
    line = ready()
    line.write(bytes.fromhex("06 B0 00"))
    assert line.read(99, 1.0) == OK.encode()


def test_people_press_where_no_script_does() -> None:
    line = connected(PaymentLine(), "06 00 06 12 34 56 B6 09 78")
    machine = line.terminal.machine
    line.write(payment(4600))
    assert machine.text.startswith("EUR 46,00")
    assert not line.terminal.touch(Touch.PIN)
    assert line.terminal.touch(Touch.INSERT, CARDS["girocard"])
    assert "Geheimzahl" in machine.text
    assert line.terminal.touch(Touch.PIN)
    assert line.terminal.awaited >= {Touch.REMOVE}
    line.let(31)
    assert line.read(999, 0.0)[3:5].hex() == "040f"
    while line.terminal.running:
        line.write(OK.encode())
    line.read(9999, 0.0)
    assert talk(line, bytes.fromhex("05 01 00"))[-1].data[-1] == 0xDC
    assert line.terminal.touch(Touch.REMOVE)
    assert talk(line, bytes.fromhex("05 01 00"))[-1].data[-1] == 0x00
    assert machine.book.balance == 4600
