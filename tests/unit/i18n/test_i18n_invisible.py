"""Characters without width: those that do something stay, the others vanish."""

import pytest

from kiosk.i18n.invisible import without_idle


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",
        "خانه\u200cها",
        "क्\u200dष",
        "ക്\u200c\u0d37",
        "Straße",
        "Per\u00adso",
        "می\u200cخواهم نامه\u200cای",
    ],
)
def test_what_has_an_effect_stays(text: str) -> None:
    assert without_idle(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Bür\u200bger", "Bürger"),
        ("Bür\u200dger\u200camt", "Bürgeramt"),
        ("\ufeffÄmter\u2060", "Ämter"),
        ("خانه\u200c", "خانه"),
        ("\u200cخانه", "خانه"),
        ("خانه\u200c 5", "خانه 5"),
        ("خ\u200c\u200c\u200dا", "خ\u200cا"),
        ("۱\u200c۲", "۱۲"),
        ("❤\ufe0fä", "❤ä"),
        ("ä\U000e0041", "ä"),
    ],
)
def test_what_has_none_vanishes(text: str, left: str) -> None:
    assert without_idle(text) == left
