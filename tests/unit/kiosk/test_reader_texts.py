"""Codes that reader and computer made another text of: every slip survives, nothing is believed without proof."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.input_devices.keys import EV_KEY, EVENT, KeyCodec
from kiosk.scans import Giro, PaymentReference, UnknownCode, VisitorPage, read_code
from kiosk.vocabulary.hardware.keyboards import KEYBOARDS, Layout
from kiosk.vocabulary.ids import uuid7
from kiosk.vocabulary.labels import SERIES_LETTERS, Label
from kiosk.vocabulary.slips import Forged, FoundSlip, Slip, find_slip, read_slip, slip_text
from tests.unit.kiosk.scanned import read_scan
from tests.unit.kiosk.test_scans import BASE, GIRO, KEY, SLIP

PAIRS = list(itertools.product(KEYBOARDS, repeat=2))
TEXT = slip_text(SLIP, KEY)
TOKEN = "0123456789abcdef" * 2
slips = st.builds(
    lambda time, left, right, letters, slot, n, arrival_s, service: Slip(
        id=str(uuid7(time, left, right)),
        label=Label(letters, slot, n),
        business_day="2026-11-25",
        arrival_s=1_700_000_000 + arrival_s,
        service=service,
    ),
    st.integers(0, 2**47),
    st.integers(0, 2**12 - 1),
    st.integers(0, 2**62 - 1),
    st.text(SERIES_LETTERS, min_size=1, max_size=2),
    st.integers(0, 99),
    st.integers(1, 9999),
    st.integers(0, 2**27),
    st.integers(0, 2**32 - 1),
)


def struck(text: str, reader: Layout) -> list[tuple[int, bool]]:
    """The keys, each with or without shift, that a reader set to this keyboard strikes."""
    plain, shifted = KEYBOARDS[reader]
    keys = {sign: (key, True) for key, sign in reversed(shifted.items())}
    keys |= {sign: (key, False) for key, sign in reversed(plain.items())}
    return [keys[sign] for sign in text]


def arrived(text: str, reader: Layout, computer: Layout, *, turned: bool = False) -> str:
    """What a computer that expects another keyboard makes of it; ``turned``: Caps Lock locks every key."""
    plain, shifted = KEYBOARDS[computer]
    return "".join((shifted if shift != turned else plain)[key] for key, shift in struck(text, reader))


@given(slip=slips, pair=st.sampled_from(PAIRS), turned=st.booleans(), lower=st.booleans())
def test_every_slip_survives_every_pair_of_keyboards(
    slip: Slip, pair: tuple[Layout, Layout], turned: bool, lower: bool
) -> None:
    text = slip_text(slip, KEY)
    garbled = arrived(text.lower() if lower else text, *pair, turned=turned)
    assert read_slip(garbled, KEY) == slip
    found = find_slip(f"]Q3{garbled}", KEY)
    assert isinstance(found, FoundSlip)
    assert found.text == text
    assert found.reading.wrong_keyboard == (TEXT[:5] not in garbled.upper() or text not in garbled.upper())


@pytest.mark.parametrize(
    ("reader", "computer", "signs"),
    [("us", "de", "THK2Ö"), ("de", "us", "THK2>"), ("us", "fr", "THKéM"), ("fr", "us", "THK@.")],
)
def test_signs_as_they_were_seen(reader: Layout, computer: Layout, signs: str) -> None:
    """Y and Z swapped, the colon another sign: as a real reader does it."""
    assert arrived("THK2:", reader, computer) == signs
    assert arrived("YZ-", "us", "de") == "ZYß"
    assert arrived("https://x/t/0_?", "us", "de") == "httpsÖ--x-t-0?_"


@pytest.mark.parametrize("caps", [str.upper, str.lower, str.swapcase])
def test_caps_lock_alone(caps) -> None:
    assert read_slip(caps(TEXT), KEY) == SLIP
    assert read_slip(caps(arrived(TEXT, "us", "de")).replace("SS", "ß"), KEY) == SLIP


@given(before=st.text(max_size=20), behind=st.text(max_size=10), pair=st.sampled_from(PAIRS))
def test_whatever_a_reader_puts_around_it(before: str, behind: str, pair: tuple[Layout, Layout]) -> None:
    assert read_slip(before + TEXT + behind, KEY) == SLIP
    assert read_slip(before + arrived(TEXT, *pair) + behind, KEY) == SLIP


@pytest.mark.parametrize("prefix", ["]C1", "]Q3", "]Q1", "\x02", "\x02]Q3", "QR:", "{B}", "*"])
def test_prefixes_that_readers_have(prefix: str) -> None:
    assert read_scan(f"{prefix}{TEXT}\x03", KEY) == SLIP
    assert isinstance(read_scan(prefix + GIRO, KEY), Giro)
    assert read_scan(f"{prefix}{BASE}/t/{TOKEN}", KEY, BASE) == VisitorPage(TOKEN)


@pytest.mark.parametrize("prefix", ["]C1", "\x02", "\x02]Q3"])
def test_a_payment_reference_behind_what_every_reader_knows(prefix: str) -> None:
    assert read_scan(f"{prefix}RF18539007547034", KEY) == PaymentReference("RF18539007547034")


@pytest.mark.parametrize("pair", PAIRS)
def test_pages_and_girocodes_of_every_pair(pair: tuple[Layout, Layout]) -> None:
    page = f"{BASE}/t/{TOKEN}"
    assert read_scan(arrived(page, *pair), KEY, BASE) == VisitorPage(TOKEN)
    lines = GIRO.replace("Stadt Musterstadt", "Stadt Musterstadt GmbH").strip().split("\n")
    read = read_code("\n".join(arrived(line, *pair) for line in lines), KEY, BASE)
    assert isinstance(read.scan, Giro), read
    assert read.scan.iban == "DE89370400440532013000"


def test_it_is_said_only_when_it_was_needed() -> None:
    assert not read_code(TEXT, KEY).wrong_keyboard
    assert not read_code(f"]Q3{TEXT.lower()}", KEY).wrong_keyboard
    read = read_code(arrived(TEXT, "us", "de"), KEY)
    assert (read.scan, read.text, read.wrong_keyboard) == (SLIP, TEXT, True)


@pytest.mark.parametrize("pair", PAIRS)
def test_no_keyboard_makes_a_foreign_slip_ours(pair: tuple[Layout, Layout]) -> None:
    assert read_scan(arrived(slip_text(SLIP, bytes(32)), *pair), KEY) == Forged()
    wrong = TEXT[:-1] + ("0" if TEXT[-1] != "0" else "1")
    assert read_scan(arrived(wrong, *pair), KEY) == Forged()


@given(text=st.text(st.characters(codec="ascii", categories=("L", "N", "P")), max_size=60))
def test_a_wrong_payment_reference_is_not_mended(text: str) -> None:
    for wrong in ("RF19539007547034", f"RF00{text}"):
        assert not read_code(wrong, KEY, BASE).wrong_keyboard
    assert read_scan("RF19539007547034", KEY, BASE) == UnknownCode()


def test_a_reader_at_the_terminal_set_to_another_keyboard() -> None:
    """Keys as the kernel gives them: the entry says German, the reader is set to another keyboard."""
    for reader, entry in PAIRS:
        codec, data = KeyCodec(entry), b""
        for key, shift in [*struck(TEXT, reader), (28, False)]:
            events = [(42, 1), (key, 1), (key, 0), (42, 0)] if shift else [(key, 1), (key, 0)]
            data += b"".join(EVENT.pack(0, 0, EV_KEY, *event) for event in events)
        (code,) = codec.feed(data)
        assert read_scan(code, KEY) == SLIP, (reader, entry)
