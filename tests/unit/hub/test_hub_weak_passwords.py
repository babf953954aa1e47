"""What whoever guesses tries first is no password."""

import pytest

from hub.auth.passwords import complaint
from hub.auth.weak import is_weak

CONTEXT = ("anna.muster", "Anna Muster", "Stadt Löbau", "Bürgerhaus am Wall")


@pytest.mark.parametrize(
    "password",
    [
        *("1234567890", "qwertzuiop", "passwort123", "administrator", "Rathaus2026", "Passw0rd!!", "P@sswort2025!"),
        *("abcdefghijk", "zyxwvutsrqp", "9876543210", "qwertyuiop[]", "asdfghjklöä", "1qay2wsx3edc", "11111222223333"),
        *("Sommer2026!!", "Willkommen1!", "Dezember2026", "iloveyou123", "passwortpasswort", "AdminAdmin123"),
        *("Loebau2026!", "Löbau-2026", "Buergerhaus1", "anna.muster1", "AnnaMuster99", "MusterAnna!!", "rathauslöbau"),
    ],
)
def test_what_is_guessed_first_is_weak(password: str) -> None:
    assert is_weak(password, CONTEXT)


@pytest.mark.parametrize(
    "password",
    [
        *(
            "Lampe Tee Gurke",
            "vier blaue Boote",
            "kR7#mQ2vXz",
            "dachs-tunnel-kerze",
            "Der Zug kommt um 8",
            "قطار أزرق سريع",
        ),
        *("rathaus wackelpudding", "xK9 passwort vogel", "correct horse battery"),
    ],
)
def test_what_nobody_guesses_is_taken(password: str) -> None:
    assert not is_weak(password, CONTEXT)
    assert complaint(password, CONTEXT) is None


def test_the_form_says_why() -> None:
    assert complaint("kurz", CONTEXT) == "password.short"
    assert complaint("x" * 300, CONTEXT) == "password.long"
    assert complaint("Loebau2026!", CONTEXT) == "password.easy"
