"""Short names of counters: never cut silently, never two that differ by their number alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.i18n.hyphens import SOFT, softened
from kiosk.vocabulary.short_names import short_name, shortened


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("4", "4"),
        ("Schalter 1", "Schalter 1"),
        ("Standesamt 1", "Standesamt 1"),
        ("Führerscheinstelle 2", "Führersch. 2"),
        ("Bürgerbüro Zimmer 104", "Bürgerb. 104"),
        ("Trauzimmer im Alten Rathaus, 2. Obergesc", "Trauzimmer."),
        ("Kraftfahrzeugzulassungsstelle", "Kraftfahrze."),
        ("W" * 40, "W" * 11 + "."),
    ],
)
def test_a_name_in_twelve_letters(name: str, short: str) -> None:
    assert short_name(name) == short


def test_what_staff_gave_stands() -> None:
    assert short_name("Führerscheinstelle 2", "FS 2") == "FS 2"


@given(
    name=st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=40),
    room=st.integers(1, 40),
)
def test_it_fits_and_says_when_something_is_missing(name: str, room: int) -> None:
    short = shortened(name, room)
    assert len(short) <= room
    assert short == name or "." in short or name.endswith(short)


@pytest.mark.parametrize(
    "name", ["Schalter 1", "Führerscheinstelle 2", "Standesamtsverwaltungsangelegenheiten", "W" * 40]
)
def test_soft_hyphens_change_no_letter(name: str) -> None:
    soft = softened(name, "de")
    assert soft.replace(SOFT, "") == name
    assert (SOFT in soft) == (len(name) > 10 and name[0] != "W")
