"""Where lines break so that they read well; a letter is one wide."""

import pytest

from screens import wrap

PAUSE = "Der Drucker macht gerade Pause. Ihre Nummer zeigen wir Ihnen auf dem Bildschirm."


def lines(text: str, width: int, lang: str = "de") -> tuple[str, ...]:
    return wrap.lines(text, width, len, lang)


def balanced(text: str, width: int, lang: str = "de") -> tuple[str, ...]:
    return wrap.balanced(text, width, len, lang)


@pytest.mark.parametrize(
    ("text", "width", "broken"),
    [
        ("Bürgerhaus am Wall · Terminal 3", 30, ("Bürgerhaus am Wall ·", "Terminal 3")),
        ("\u2068Bürgerhaus am Wall\u2069 · \u2068Terminal 3\u2069", 30, ("Bürgerhaus am Wall ·", "Terminal 3")),
        ("Monday, 2 March 2026", 17, ("Monday,", "2 March 2026")),
        ("Sie warten noch 12 Minuten dort", 20, ("Sie warten noch", "12 Minuten dort")),
    ],
)
def test_a_number_stays_with_its_word(text: str, width: int, broken: tuple[str, ...]) -> None:
    assert lines(text, width) == broken


def test_a_sentence_begins_on_a_new_line_where_that_costs_no_line() -> None:
    assert balanced(PAUSE, 60) == (
        "Der Drucker macht gerade Pause.",
        "Ihre Nummer zeigen wir Ihnen auf dem Bildschirm.",
    )
    assert len(balanced(PAUSE, 44)) == len(lines(PAUSE, 44)) == 2


def test_an_abbreviation_ends_no_sentence() -> None:
    assert balanced("Suchen Sie z. B. Perso oder auch den Umzug", 30) == (
        "Suchen Sie z. B. Perso",
        "oder auch den Umzug",
    )


def test_lines_are_of_about_one_length() -> None:
    assert balanced("eins zwei drei vier fünf sechs sieben acht", 36) == (
        "eins zwei drei vier fünf",
        "sechs sieben acht",
    )
