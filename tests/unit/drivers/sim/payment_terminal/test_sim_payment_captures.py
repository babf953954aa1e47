"""What the simulated payment terminal says, byte by byte against what real ones said.

Captures: a Feig cVEND (EVerest/zvt ``zvt/data``), a card complete test terminal (bezahl-online/zvt
``command/testdata``), Hobex and Global Payments terminals (Portalum.Zvt's tests), wirelane/ecrterm's tests.
"""

from datetime import datetime

import msgspec
import pytest

from drivers.sim.payment_terminal.apdu import PRINT_LINE
from drivers.sim.payment_terminal.book import Book, Entry
from drivers.sim.payment_terminal.cards import CARDS, Card
from drivers.sim.payment_terminal.machine import PaymentScript
from drivers.sim.payment_terminal.receipts import Line, print_line
from drivers.sim.payment_terminal.settings import VENDORS, Charset, Settings
from tests.contract.payment_line import PaymentLine
from tests.unit.drivers.sim.payment_terminal.cash_desk import PLAIN_REGISTER, connected, play, talk

DEBIT = Card(
    pan="5555550000004771", expiry="2512", sequence=1, brand="mastercard", type_id=0x2E, name="Debit Mastercard"
)
MAESTRO = Card(
    pan="6759000000000004281",
    expiry="2512",
    sequence=1,
    brand="other",
    type_id=0x2E,
    name="MAESTRO",
    aid="A0000000043060",
)
GIROCARD = Card(pan="4711008005757038004", expiry="2612", sequence=2, brand="girocard", type_id=5, name="girocard")
RESERVED = Card(pan="5598830000008074", expiry="2405", brand="mastercard", type_id=6, operator_id=1, name="MasterCard")
HOBEX_CARD = Card(
    pan="5555550000004771", expiry="2512", brand="mastercard", type_id=6, name="MASTERCARD", aid="A0000000041010",
    label="Debit Mastercard", chip_cvm=3,
)  # fmt: skip
WITH_TLV = "06 00 08 12 34 56 BE 09 78 06 00"


def terminal(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, when: datetime, book: Book, card: Card, script: PaymentScript
) -> PaymentLine:
    monkeypatch.setitem(CARDS, "captured", card)
    line = PaymentLine(settings, start=when)
    line.terminal.machine.book = book
    line.terminal.machine.scripts.append(msgspec.structs.replace(script, card="captured"))
    return line


def changed(vendor: str, **changes: object) -> Settings:
    return msgspec.structs.replace(VENDORS[vendor], **changes)


def test_registration_and_payment_as_captured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Global Payments, 20.40 EUR contactless; the registration and the rest are the specification's sequence."""
    line = terminal(
        monkeypatch,
        Settings(receipts=()),
        datetime(2026, 10, 6, 22, 39, 53),
        Book(receipt=470, trace=470),
        DEBIT,
        PaymentScript(taps=True, approval="611804"),
    )
    line.open()
    play(
        line,
        """
        > 06 00 10 12 34 56 BE 09 78 03 01 06 06 26 04 0A 02 06 D3
        < 80 00 00
        < 06 0F 0A 19 00 29 29 00 10 06 49 09 78
        > 80 00 00
        > 05 01 05 12 34 56 03 04
        < 80 00 00
        < 06 0F 01 00
        > 80 00 00
        """,
    )
    line.terminal.machine.settings = Settings(
        receipts=(), terminal_id="28004869", contract_number="100461763", status_fields=Settings().status_fields
    )
    play(
        line,
        """
        > 06 01 10 04 00 00 00 00 20 40 49 09 78 19 44 02 0A 01 3C
        < 80 00 00
        < 04 FF 01 0A
        > 80 00 00
        < 04 FF 01 0E
        > 80 00 00
        < 04 0F 77 27 00 04 00 00 00 00 20 40 0B 00 04 70 0C 22 39 53 0D 10 06 0E 25 12 17 00 01 19 70 22 F0 F8 EE EE EE EE EE EE 47 71 29 28 00 48 69 2A 31 30 30 34 36 31 37 36 33 20 20 20 20 20 20 3B 36 31 31 38 30 34 00 00 3C F0 F1 F4 47 45 4E 2E 4E 52 2E 3A 36 31 31 38 30 34 49 09 78 87 04 70 88 00 04 70 8A 2E 8B F1 F7 44 65 62 69 74 20 4D 61 73 74 65 72 63 61 72 64 00
        > 80 00 00
        < 06 0F 00
        > 80 00 00
        """,  # noqa: E501
    )
    assert line.terminal.machine.book.balance == 2040


def test_registration_of_a_vending_terminal_as_captured() -> None:
    line = PaymentLine(changed("feig", checks_password=False))
    line.open()
    play(line, "> 06 00 06 12 34 56 DE 09 78\n< 80 00 00\n< 06 0F 0A 19 10 29 52 52 35 35 49 09 78\n> 80 00 00")


def test_registration_that_agrees_on_a_character_set_as_captured() -> None:
    line = PaymentLine(Settings(terminal_id="52001233", password="000000"))
    line.open()
    play(
        line,
        """
        > 06 00 63 00 00 00 FE 09 78 03 00 06 59 10 02 16 02 12 01 40 1A 02 10 00 26 28 0A 02 04 0F 0A 02 06 0F 0A 02 06 1E 0A 02 04 FF 0A 02 06 D8 0A 02 06 DB 0A 02 06 D9 0A 02 06 DA 0A 02 06 DD 0A 02 06 D3 27 03 14 01 FF 28 10 15 02 44 45 15 02 45 4E 15 02 46 52 15 02 49 54 40 02 C0 00 1F 04 02 F1 00 1F 05 01 00
        < 80 00 00
        < 06 0F 11 19 00 29 52 00 12 33 49 09 78 06 05 27 03 14 01 FF
        > 80 00 00
        """,  # noqa: E501
    )
    registration = line.terminal.machine.registration
    assert registration is not None
    assert registration.permits(0x06D3)
    assert not registration.permits(0x06D1)
    assert registration.columns == 40


def status_of(line: PaymentLine, cents: int, register: str) -> str:
    connected(line, register)
    data = bytes.fromhex("04" + f"{cents:012d}" + "49 09 78 19 40")
    heard = talk(line, bytes([0x06, 0x01, len(data)]) + data)
    (status,) = [one for one in heard if one.command == 0x040F]
    return status.encode().hex(" ").upper()


def test_feig_girocard_status_as_captured(monkeypatch: pytest.MonkeyPatch) -> None:
    line = terminal(
        monkeypatch,
        changed("feig", pan="clear", contract_number="16004008"),
        datetime(2023, 4, 21, 10, 37, 20),
        Book(receipt=249, trace=1012),
        GIROCARD,
        PaymentScript(approval="018372"),
    )
    assert status_of(line, 2500, PLAIN_REGISTER) == (
        "04 0F 5D 27 00 04 00 00 00 00 25 00 49 09 78 0C 10 37 20 0D 04 21 22 F1 F0 47 11 00 80 05 75 70 38 00 4F "
        "17 00 02 87 02 49 3B 30 31 38 33 37 32 00 00 0B 00 10 12 19 60 29 52 52 35 35 0E 26 12 8A 05 8C 00 8B F0 F9 "
        "67 69 72 6F 63 61 72 64 00 2A 31 36 30 30 34 30 30 38 20 20 20 20 20 20 20"
    )


def test_feig_mastercard_status_as_captured(monkeypatch: pytest.MonkeyPatch) -> None:
    line = terminal(
        monkeypatch,
        VENDORS["feig"],
        datetime(2023, 4, 5, 22, 55, 58),
        Book(receipt=231, trace=975),
        RESERVED,
        PaymentScript(taps=True, approval="750071"),
    )
    assert status_of(line, 2500, PLAIN_REGISTER) == (
        "04 0F 5A 27 00 04 00 00 00 00 25 00 49 09 78 0C 22 55 58 0D 04 05 22 F0 F8 55 98 83 EE EE EE 80 74 87 02 31 "
        "3B 37 35 30 30 37 31 00 00 0B 00 09 75 19 60 29 52 52 35 35 0E 24 05 8A 06 8C 01 8B F1 F1 4D 61 73 74 65 72 "
        "43 61 72 64 00 2A 38 30 34 30 31 31 39 32 36 20 20 20 20 20 20"
    )


def test_card_complete_contactless_status_as_captured(monkeypatch: pytest.MonkeyPatch) -> None:
    line = terminal(
        monkeypatch,
        changed("card_complete", emv_print_data="A0000000043060 C614239C90BE3A54"),
        datetime(2021, 4, 16, 19, 23, 36),
        Book(receipt=153, trace=153),
        MAESTRO,
        PaymentScript(taps=True, approval="958520"),
    )
    assert status_of(line, 1880, WITH_TLV) == (
        "04 0F D4 27 00 04 00 00 00 00 18 80 0B 00 01 53 0C 19 23 36 0D 04 16 17 00 01 19 70 22 F1 F0 EE EE EE EE EE "
        "EE EE E4 28 1F 29 29 00 10 06 2A 31 30 30 37 36 34 39 39 32 20 20 20 20 20 20 3B 39 35 38 35 32 30 00 00 3C "
        "F0 F1 F4 47 45 4E 2E 4E 52 2E 3A 39 35 38 35 32 30 49 09 78 87 01 53 88 00 01 53 8A 2E 8B F0 F8 4D 41 45 53 "
        "54 52 4F 00 06 65 24 10 07 0E 47 45 4E 2E 4E 52 2E 3A 39 35 38 35 32 30 43 07 A0 00 00 00 04 30 60 46 1F 41 "
        "30 30 30 30 30 30 30 30 34 33 30 36 30 20 43 36 31 34 32 33 39 43 39 30 42 45 33 41 35 34 47 1F 41 30 30 30 "
        "30 30 30 30 30 34 33 30 36 30 20 43 36 31 34 32 33 39 43 39 30 42 45 33 41 35 34 1F 10 01 00 1F 12 01 02"
    )


def test_lookup_at_hobex_as_captured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CARDS, "captured", HOBEX_CARD)
    line = PaymentLine(VENDORS["hobex"])
    book = Book(receipt=5, trace=10016005)
    book.capture(Entry(cents=2040, when=datetime(2020, 11, 1, 21, 9, 16), card=HOBEX_CARD))
    line.terminal.machine.book = book
    line.open()
    play(
        line,
        """
        > 06 20 05 12 34 56 03 03
        < 80 00 00
        < 04 0F 6C 27 00 04 00 00 00 00 20 40 0C 21 09 16 0D 11 01 0E 99 99 22 F0 F8 EE EE EE EE EE EE 47 71 A0 01 29 00 00 00 06 87 00 05 0B 00 00 00 8A 06 8B F1 F1 4D 41 53 54 45 52 43 41 52 44 00 06 2E 2F 08 1F 12 01 01 1F 10 01 03 60 1B 43 07 A0 00 00 00 04 10 10 44 10 44 65 62 69 74 20 4D 61 73 74 65 72 63 61 72 64 1F 2B 04 10 01 60 05
        > 80 00 00
        < 06 0F 00
        > 80 00 00
        """,  # noqa: E501
    )


def test_declined_by_the_bank_as_captured(monkeypatch: pytest.MonkeyPatch) -> None:
    """card complete: the text comes in BMP 3C and in a TLV, card type 0D (V PAY); then abort with the same code."""
    card = msgspec.structs.replace(MAESTRO, type_id=0x0D)
    line = terminal(
        monkeypatch,
        VENDORS["card_complete"],
        datetime(2021, 4, 10),
        Book(),
        card,
        PaymentScript(taps=True, host_code=5),
    )
    connected(line, WITH_TLV)
    line.terminal.machine.settings = changed("card_complete", status_texts={})
    play(
        line,
        """
        > 06 01 0C 04 00 00 00 00 10 00 49 09 78 19 44
        < 80 00 00
        < 04 FF 01 0A
        > 80 00 00
        < 04 FF 01 0E
        > 80 00 00
        < 04 0F 31 27 05 29 29 00 10 06 3C F0 F1 F5 4B 61 72 74 65 20 61 62 67 65 6C 65 68 6E 74 8A 0D 06 13 24 11 07 0F 4B 61 72 74 65 20 61 62 67 65 6C 65 68 6E 74
        > 80 00 00
        < 06 1E 01 05
        > 80 00 00
        """,  # noqa: E501
    )
    assert line.terminal.machine.book.balance == 0


STOP = PaymentScript(stops_at="card")


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        (VENDORS["card_complete"], "04 0F 07 27 6C 29 29 00 10 06"),
        (
            Settings(terminal_id="28004869"),
            "04 0F 1E 27 6C 29 28 00 48 69 3C F0 F1 F9 41 62 62 72 75 63 68 20 64 75 72 63 68 20 4B 75 6E 64 65",
        ),
    ],
    ids=["card complete", "Global Payments"],
)
def test_stop_key_as_captured(settings: Settings, status: str) -> None:
    line = PaymentLine(settings)
    connected(line, "06 00 06 12 34 56 B6 09 78")
    line.terminal.machine.scripts.append(STOP)
    command = "> 06 01 0C 04 00 00 00 00 10 00 49 09 78 19 44"
    play(line, f"{command}\n< 80 00 00\n< {status}\n> 80 00 00\n< 06 1E 01 6C\n> 80 00 00")


def test_intermediate_state_with_text_and_timeout_as_captured() -> None:
    line = PaymentLine(VENDORS["card_complete"])
    connected(line, WITH_TLV)
    play(
        line,
        """
        > 06 01 0C 04 00 00 00 00 10 00 49 09 78 19 44
        < 80 00 00
        < 04 FF 2E 0A 01 06 2A 24 28 07 26 4B 61 72 74 65 20 76 6F 72 68 61 6C 74 65 6E 0A 65 69 6E 73 74 65 63 6B 65 6E 2F 64 75 72 63 68 7A 69 65 68 65 6E
        > 80 00 00
        """,  # noqa: E501
    )


def test_abort_by_command_with_the_makers_error_as_captured() -> None:
    line = PaymentLine(msgspec.structs.replace(VENDORS["ccv"], tlv="flat", declined_fields=(0x27,)))
    connected(line, "06 00 08 12 34 56 B6 09 78 06 00")
    play(
        line,
        """
        > 06 01 0C 04 00 00 00 00 10 00 49 09 78 19 44
        < 80 00 00
        > 06 B0 00
        < 80 00 00
        < 04 0F 02 27 6C
        > 80 00 00
        < 06 1E 2E 6C 06 2B 1F 16 05 FF 00 00 14 41 1F 17 20 41 62 62 72 75 63 68 20 64 75 72 63 68 20 65 78 74 65 72 6E 65 73 20 4B 6F 6D 6D 61 6E 64 6F 21
        > 80 00 00
        """,  # noqa: E501
    )


def test_end_of_day_totals_as_captured() -> None:
    """Feig: receipts 0233-0234, two Mastercard payments, 9.58 EUR."""
    line = PaymentLine(VENDORS["feig"], start=datetime(2023, 4, 6, 8, 17, 6))
    book = Book(receipt=233, trace=980)
    for cents in (500, 458):
        book.capture(Entry(cents=cents, when=line.terminal.machine.now(), card=CARDS["mastercard"]))
    line.terminal.machine.book = book
    connected(line, "06 00 06 12 34 56 02 09 78")
    play(
        line,
        """
        > 06 50 03 12 34 56
        < 80 00 00
        < 04 0F 4D 27 00 04 00 00 00 00 09 58 0B 00 09 82 0D 04 06 0C 08 17 06 60 F0 F5 F3 02 33 02 34 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00 00 00 00 09 58 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
        > 80 00 00
        < 06 0F 00
        > 80 00 00
        """,  # noqa: E501
    )


def test_status_enquiry_with_identity_and_clock_as_captured() -> None:
    line = PaymentLine(VENDORS["feig"], start=datetime(2023, 4, 5, 22, 56, 55))
    line.open()
    play(
        line,
        """
        > 05 01 05 12 34 56 03 04
        < 80 00 00
        < 06 0F 89 F0 F4 F0 47 45 52 2D 41 50 50 2D 76 32 2E 30 2E 39 3B 63 53 30 32 2E 30 31 2E 30 31 2D 31 30 2E 31 30 2D 32 2D 32 3B 43 43 32 36 00 06 5B 1F 44 04 52 52 35 35 E4 43 1F 40 0A 63 56 45 4E 44 20 70 6C 75 67 1F 41 28 47 45 52 2D 41 50 50 2D 76 32 2E 30 2E 39 3B 63 53 30 32 2E 30 31 2E 30 31 2D 31 30 2E 31 30 2D 32 2D 32 3B 43 43 32 36 1F 42 04 17 FD 1E 3C 1F 43 01 00 34 0D 1F 0E 04 20 23 04 05 1F 0F 03 22 56 55
        > 80 00 00
        """,  # noqa: E501
    )


def test_vending_payment_asks_again_and_is_rejected_as_captured() -> None:
    """Portalum's vending test: not yet, not yet, then no."""
    line = PaymentLine(Settings(status_fields=(0x27,), declined_fields=(0x27,), wait_repeat_s=2.0))
    connected(line, "06 00 06 12 34 56 B6 09 78")
    line.terminal.machine.scripts.append(PaymentScript(taps=True))
    play(
        line,
        """
        > 06 01 09 04 00 00 00 00 33 00 02 0A
        < 80 00 00
        < 04 0F 02 27 00
        > 84 9C 00
        < 04 0F 02 27 00
        > 84 9C 00
        < 04 0F 02 27 00
        > 84 66 00
        < 04 0F 02 27 6C
        > 80 00 00
        < 06 1E 01 6C
        > 80 00 00
        """,
    )
    assert line.time >= 4.0
    assert line.terminal.machine.book.balance == 0


@pytest.mark.parametrize(
    ("charset", "wire"),
    [
        ("cp437", "06 D1 0D 00 54 65 73 74 20 84 20 94 20 81 20 E1"),
        ("iso8859_1", "06 D1 0D 00 54 65 73 74 20 E4 20 F6 20 FC 20 DF"),
        ("zvt7", "06 D1 0D 00 54 65 73 74 20 7B 20 7C 20 7D 20 7E"),
    ],
)
def test_print_line_in_each_character_set_as_captured(charset: Charset, wire: str) -> None:
    machine = PaymentLine(Settings(charset=charset)).terminal.machine
    assert print_line(machine, Line(0, "Test ä ö ü ß")).encode().hex(" ").upper() == wire


def test_print_line_of_an_end_of_day_as_captured() -> None:
    machine = PaymentLine().terminal.machine
    line = print_line(machine, Line(0, "Kassenschnitt".rjust(22)))
    assert line.command == PRINT_LINE
    assert line.encode().hex(" ").upper() == (
        "06 D1 17 00 20 20 20 20 20 20 20 20 20 4B 61 73 73 65 6E 73 63 68 6E 69 74 74"
    )
