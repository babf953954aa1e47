"""What whoever guesses tries first is no password."""

import pytest

from hub import demo_town
from hub.auth.passwords import complaint
from hub.auth.weak import LOOKED_AT, _forms, is_near, is_weak

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
        *("trowssap123", "Tsuahtar2026", "uabeoL2026!", "retsuM.anna1", "llawmasuahregreub"),
        *("4dm1n1str4t0r", "P4ssw0rt2026", "P4$$w0rt!!", "W1llk0mmen1", "g3h31mn15123", "Zugang$d4ten"),
        *("p.a.s.s.w.o.r.t", "I.love.you.1", "a-d-m-i-n-2026", "Passwort!Passwort", "12Rathaus34", "Rathaus_2026_!"),
        *(
            "Lobau2026!",
            "LÖBAU--2026",
            "Burgermeister1",
            "fruhling26!",
            "Fussball2026",
            "Fußball2026",
            "Stadtverwaltung1",
        ),
        *(
            "1q2w3e4r5t",
            "q1w2e3r4t5",
            "qazwsxedc1",
            "147258369!",
            "qwe123asd456",
            "24.12.1985",
            "Schalke1904",
            "ChangeMe123",
        ),
    ],
)
def test_nor_does_what_is_done_to_a_word_make_it_strong(password: str) -> None:
    """Backwards, figures for letters, signs between, umlauts written otherwise, a pattern of keys, a date."""
    assert is_weak(password, CONTEXT)
    assert is_weak(password.upper(), CONTEXT)


@pytest.mark.parametrize("name", ["Ægir Łukasz Øvergård", "José Núñez", "Þóra Đorđević"])
def test_names_are_found_however_their_letters_are_written(name: str) -> None:
    written = {"Ægir Łukasz Øvergård": "Overgard1975", "José Núñez": "JoseNunez1!", "Þóra Đorđević": "Dordevic-77"}
    assert is_weak(written[name], (name,))
    assert not is_weak(written[name])


def test_a_long_one_costs_little() -> None:
    """It runs where every other request waits for it: two hundred letters are looked at as far as they matter."""
    assert len(_forms("aB3$ö-1!" * 25)) <= 64
    assert max(len(form) for form in _forms("aB3$ö-1!" * 25)) == LOOKED_AT


@pytest.mark.parametrize(
    ("old", "new", "near"),
    [
        ("vier blaue Boote", "vier blaue Boote 2", True),
        ("vier blaue Boote", "Boote-blaue-vier", True),
        ("kR7#mQ2vXz", "kR7#mQ2vXz!1", True),
        ("kR7#mQ2vXz", "KR7#MQ2VXZ", True),
        ("vier blaue Boote", "vier Lampen und Gurken", False),
        ("kR7#mQ2vXz", "pL9-wN4bTc", False),
        ("v", "vier blaue Boote", False),
    ],
)
def test_what_whoever_knows_the_old_one_guesses(old: str, new: str, near: bool) -> None:
    assert is_near(new, old) is near


def test_the_demos_password_is_none_of_these() -> None:
    assert complaint(demo_town.PASSWORD, ("anna", "Anna Albrecht", "Stadt Musterstadt", "Bürgerhaus am Wall")) is None


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
