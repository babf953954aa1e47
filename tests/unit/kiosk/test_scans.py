"""What a scanned code is."""

import pytest

from kiosk.scans import (
    Giro,
    PaymentReference,
    UnknownCode,
    VisitorPage,
    has_check_digits,
)
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.slips import Forged, Slip, slip_text
from tests.unit.kiosk.scanned import read_scan

KEY = bytes(range(32))
BASE = "https://wartenummer.musterstadt.de"
SLIP = Slip(
    id="018f3c1e-7b2a-7c3d-9e4f-0123456789ab",
    label=Label("A", 3, 17),
    business_day="2026-11-25",
    arrival_s=1_795_600_000,
    service=7,
)
GIRO = "BCD\n002\n1\nSCT\n\nStadt Musterstadt\nDE89370400440532013000\nEUR46.5\n\nRF18539007547034\n"


def test_our_slip_is_believed_only_with_the_key_of_the_hall():
    text = slip_text(SLIP, KEY)
    assert read_scan(text, KEY) == SLIP
    assert read_scan(text, bytes(32)) == Forged()
    assert read_scan(slip_text(SLIP, b""), b"") == Forged()


def test_a_page_of_ours_and_of_nobody_else():
    token = "0123456789abcdef" * 2
    assert read_scan(f"{BASE}/t/{token}", KEY, BASE) == VisitorPage(token)
    for other in (
        f"https://evil.example/t/{token}",
        f"{BASE}/t/{token}x",
        f"{BASE}/t/../{token}",
        f"javascript:{BASE}",
    ):
        assert read_scan(other, KEY, BASE) == UnknownCode()
    assert read_scan(f"/t/{token}", KEY, "") == UnknownCode()


def test_a_girocode_with_its_check_digits():
    assert read_scan(GIRO, KEY) == Giro(
        name="Stadt Musterstadt", iban="DE89370400440532013000", cents=4650, reference="RF18539007547034"
    )
    assert isinstance(read_scan(GIRO.replace("\n", "\r\n"), KEY), Giro)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("DE89", "DE88"),
        ("RF18", "RF19"),
        ("EUR46.5", "EUR46.555"),
        ("EUR46.5", "EURnan"),
        ("EUR46.5", "USD46.5"),
        ("SCT", "SCX"),
        ("002", "003"),
        ("Stadt Musterstadt", ""),
        ("Stadt Musterstadt", "x" * 71),
    ],
)
def test_a_girocode_with_one_thing_wrong_is_unknown(right: str, wrong: str):
    assert read_scan(GIRO.replace(right, wrong), KEY) == UnknownCode()


def test_the_reference_of_a_payment_letter():
    assert read_scan("RF18 5390 0754 7034", KEY) == PaymentReference("RF18539007547034")
    assert read_scan("RF18539007547035", KEY) == UnknownCode()
    assert has_check_digits("DE89370400440532013000")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4006381333931",
        "[color=ff0000]x[/color]",
        "<script>",
        "\x00\x1b[2J",
        "BCD",
        "BCD\n\n\n",
        "THK1:00",
        "🎫" * 300,
        "x" * 100_000,
        "RF",
        "'; DROP TABLE ticket; --",
        "../../etc/passwd",
        "BCD\n002\n\nSCT",
    ],
)
def test_anything_else_is_only_data(text: str):
    assert read_scan(text, KEY, BASE) == UnknownCode()
