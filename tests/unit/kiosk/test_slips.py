"""What a slip's QR holds."""

import random
import re

import msgspec

from kiosk.vocabulary.ids import uuid7
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.slips import Forged, Slip, read_slip, service_mark, slip_text

KEY = bytes(range(32))
SLIP = Slip(
    id="018f3c1e-7b2a-7c3d-9e4f-0123456789ab",
    label=Label("A", 3, 17),
    business_day="2026-11-25",
    arrival_s=1_795_600_000,
    service=service_mark("ausweis.beantragen"),
)


def test_a_slip_reads_back_however_it_was_typed():
    text = slip_text(SLIP, KEY)
    assert read_slip(text, KEY) == SLIP
    assert read_slip(f"  {text.lower()}\n", KEY) == SLIP


def test_many_slips_read_back_and_fit_the_alphanumeric_mode_of_a_qr():
    draw = random.Random(20261125)
    for _ in range(2000):
        slip = Slip(
            id=str(uuid7(draw.getrandbits(47), draw.getrandbits(12), draw.getrandbits(62))),
            label=Label(draw.choice(["A", "Z", "AB"]), draw.randrange(100), draw.randrange(1, 10_000)),
            business_day=f"20{draw.randrange(20, 60)}-0{draw.randrange(1, 10)}-{draw.randrange(10, 29)}",
            arrival_s=1_577_836_800 + draw.randrange(2**31),
            service=draw.getrandbits(32),
        )
        text = slip_text(slip, KEY)
        assert read_slip(text, KEY) == slip
        assert re.fullmatch(r"[0-9A-Z $%*+\-./:]{60,90}", text)


def test_slip_reads_back_when_its_qr_code_cannot_hold_the_time():
    for day, arrival_s in (("9000-01-01", 221_845_392_000), ("0001-01-01", 0)):
        slip = msgspec.structs.replace(SLIP, business_day=day, arrival_s=arrival_s)
        back = read_slip(slip_text(slip, KEY), KEY)
        assert isinstance(back, Slip)
        assert (back.id, back.label, back.service) == (SLIP.id, SLIP.label, SLIP.service)


def test_any_changed_letter_is_seen():
    text = slip_text(SLIP, KEY)
    for at in range(5, len(text)):
        other = "B" if text[at] != "B" else "C"
        assert isinstance(read_slip(text[:at] + other + text[at + 1 :], KEY), Forged), at
    assert isinstance(read_slip(text, bytes(32)), Forged)


def test_anything_else_is_not_a_slip():
    for text in ("", "THK1:0123", "https://example.org", "[b]x[/b]", "\x00", "A 143", "x" * 10_000):
        assert read_slip(text, KEY) is None
    for text in ("THK2:", "THK2:" + "Z" * 25 + ":A1:ZZZ:000000:0000000:" + "0" * 13, "THK2:../../etc"):
        assert isinstance(read_slip(text, KEY), Forged)
