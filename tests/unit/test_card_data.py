"""The search for card data finds it in every form, and takes nothing else for it."""

import base64
from pathlib import Path

import pytest

from drivers.sim.payment_terminal.cards import CARDS, PIN_BLOCK, Card
from tests.card_data import card_data_in, card_data_of, passes

GIROCARD, VISA = CARDS["girocard"], CARDS["visa"]


def grouped(card: Card, mark: str) -> bytes:
    return mark.join(card.pan[at : at + 4] for at in range(0, len(card.pan), 4)).encode()


@pytest.mark.parametrize(
    "planted",
    [
        VISA.pan.encode(),
        GIROCARD.pan[:11].encode(),
        GIROCARD.pan[-11:].encode(),
        grouped(VISA, " "),
        grouped(GIROCARD, "-"),
        VISA.pan.encode("utf-16-le"),
        VISA.pan.encode().hex().encode(),
        base64.b64encode(b"PAN " + VISA.pan.encode()),
        base64.b64encode(b"PAN: " + VISA.pan.encode()),
        bytes.fromhex(VISA.pan),
        bytes.fromhex(f"{GIROCARD.pan}F"),
        bytes.fromhex(f"E{GIROCARD.pan}"),
        f"22F0F8{VISA.pan}2928004869".encode(),
        GIROCARD.track2.encode(),
        bytes.fromhex(f"{GIROCARD.track2}F")[-6:],
        bytes.fromhex(VISA.track2)[-5:],
        PIN_BLOCK,
        PIN_BLOCK.hex().encode(),
        b'"4000056655665556"',
    ],
)
def test_planted_card_data_is_found(tmp_path: Path, planted: bytes) -> None:
    place = tmp_path / "deep" / "terminal.db-wal"
    place.parent.mkdir()
    place.write_bytes(bytes(range(256)) + planted + bytes(range(255, -1, -1)))
    (found,) = {line.partition(":")[0] for line in card_data_in(tmp_path)}
    assert found == "deep/terminal.db-wal"


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS.keys())
def test_a_number_as_it_may_be_shown_is_not_taken_for_one(card: Card) -> None:
    shown = (
        f"{card.pan[:6]}{'*' * (len(card.pan) - 10)}{card.pan[-4:]} 1796083200000 0192f0c0-0000-7000-9000-000000000012"
    )
    assert card_data_of(shown.encode() + bytes.fromhex("F0F8EEEEEEEEEEEE" + card.pan[-4:])) == []


def test_the_check_digit_decides() -> None:
    assert passes(VISA.pan.encode())
    assert not passes(b"4111111111111112")
    assert card_data_of(b"4000056655665557") == []
