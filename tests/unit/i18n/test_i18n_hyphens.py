"""Where long words break: joints of compounds first, syllables after, prefixes never cut from their word."""

from itertools import pairwise

import pytest

from kiosk.i18n.hyphens import joints, syllables, warm


def marked(word: str, places: list[int]) -> str:
    return "".join(("-" if n in places else "") + letter for n, letter in enumerate(word))


@pytest.mark.parametrize(
    "parts",
    [
        "Personal-ausweis-angelegenheiten",
        "Gewerbe-zentral-register-auszug",
        "Wohnungs-geber-bestätigung",
        "Melde-bescheinigung",
        "Aufenthalts-erlaubnis",
        "Kraft-fahrzeug-zulassung",
        "Feinstaub-plakette",
        "Führungs-zeugnis",
        "Bewohner-park-ausweis",
        "Lebens-partnerschafts-urkunde",
        "Ersatz-führer-schein",
        "Reise-pass",
        "Anmeldung",
        "Bescheinigung",
    ],
)
def test_joints_of_german_compounds(parts: str) -> None:
    word = parts.replace("-", "")
    assert marked(word, joints(word, "de")) == parts


def test_joints_are_german_only() -> None:
    assert joints("Personalausweis", "en") == []
    assert joints("Personalausweis", "de-x-ls") == [8]


def test_soft_hyphens_win() -> None:
    assert joints("Perso\u00adnalausweis", "de") == [6]


def test_syllables_leave_no_lone_letters() -> None:
    for word in ("Personalausweisangelegenheiten", "Bewohnerparkausweis", "Schwerbehindertenausweis"):
        places = syllables(word, "de")
        assert places
        assert all(b - a > 1 for a, b in pairwise(places)), marked(word, places)


def test_syllables_of_a_language_without_patterns() -> None:
    assert syllables("برتقال", "ar") == []


def test_warm_does_not_raise_for_a_language_without_patterns() -> None:
    warm(("en", "ar", "xx"))
