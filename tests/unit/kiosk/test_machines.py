"""Two names, one computer? A copied disk is told from its first; a card that is away is forgiven."""

import pytest

from kiosk.vocabulary.hardware.computer_id import is_same_machine, machine_name, remembered


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("base:a,b", "base:a,b", True),
        ("base:a,b", "base:b,c", True),
        ("base:a", "base:b", False),
        ("base", "base:a", True),
        ("base", "base", True),
        ("base", "other", False),
        ("base:a", "other:a", False),
        ("", "", True),
        ("", "base", False),
        (":a", ":b", False),
    ],
)
def test_one_known_card_is_enough_and_without_cards_the_base_decides(one: str, other: str, same: bool) -> None:
    assert is_same_machine(one, other) is same
    assert is_same_machine(other, one) is same


@pytest.mark.parametrize(
    ("known", "now", "kept"),
    [
        ("base", "base:a", "base:a"),
        ("base:a", "base", "base:a"),
        ("base:a,b", "base:b,c", "base:b,c"),
        ("base:a", "other", "other"),
        ("", "base", "base"),
    ],
)
def test_cards_are_learnt_and_not_forgotten_while_they_are_away(known: str, now: str, kept: str) -> None:
    assert remembered(known, now) == kept


def test_eight_cards_fit_the_wire() -> None:
    assert len(machine_name("f" * 64, ["e" * 16] * 8)) == 200
    assert machine_name("base", []) == "base"
