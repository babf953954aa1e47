"""The on-screen keyboard for search: layers of keys per script, as data."""

from kiosk.flows.browse_visit import browsing
from kiosk.flows.frame import Page
from kiosk.flows.words import Words
from kiosk.view import Control, Keyboard, Look, Role
from kiosk.vocabulary.intents import ClearSearch, EraseLetter, Intent, SwitchKeyboard, TypeText

LAYERS: dict[str, tuple[str, ...]] = {
    "qwertz": ("qwertzuiopü", "asdfghjklöä", "yxcvbnmß-"),
    "qwerty": ("qwertyuiop", "asdfghjkl", "zxcvbnm-"),
    "arabic": ("ضصثقفغعهخحجد", "شسيبلاتنمكط", "ئءؤرىةوزظذأإ"),
    "digits": ("1234567890", "-/.:,&()", "äöüßéèçñ"),
}
CODE_ROWS = ("23456789", "QWERTZUP", "ASDFGHJKL", "YXCVBNM")
LETTERS = {"de": "qwertz", "en": "qwerty", "ar": "arabic"}
"""Which letters a language begins with; others begin with qwertz."""


def block(page: Page) -> Keyboard:
    """The keys for search."""
    return layer_block(page.words, browsing(page.session).layer)


def layer_block(words: Words, layer: str) -> Keyboard:
    """The keys of the layer that is up: letters of the language, Latin letters, or digits."""
    letters = LETTERS.get(words.lang, "qwertz")
    name = {"letters": letters, "latin": "qwertz"}.get(layer, layer)
    rows = [tuple(_key(char) for char in row) for row in LAYERS.get(name, LAYERS[letters])]
    weights = [tuple(1.0 for _ in row) for row in rows]
    rows[-1] = (*rows[-1], _special(words, "erase", EraseLetter(), "backspace"))
    weights[-1] = (*weights[-1], 1.6)
    bottom, sizes = _bottom_row(words, layer, letters)
    return Keyboard((*rows, bottom), (*weights, sizes))


def code_block(words: Words) -> Keyboard:
    """The keys of an enrolment code: just its letters, in the places where hands look for them."""
    rows = [tuple(_key(char) for char in row) for row in CODE_ROWS]
    weights = [tuple(1.0 for _ in row) for row in rows]
    rows[-1] = (*rows[-1], _special(words, "erase", EraseLetter(), "backspace"))
    weights[-1] = (*weights[-1], 2.0)
    return Keyboard(tuple(rows), tuple(weights))


def _bottom_row(words: Words, layer: str, letters: str) -> tuple[tuple[Control, ...], tuple[float, ...]]:
    keys: list[Control] = []
    sizes: list[float] = []
    if layer == "digits":
        keys.append(_special(words, "letters", SwitchKeyboard("letters")))
    else:
        keys.append(_special(words, "digits", SwitchKeyboard("digits")))
    sizes.append(2.0)
    if letters == "arabic":
        other = "letters" if layer == "latin" else "latin"
        keys.append(_special(words, "arabic" if layer == "latin" else "latin", SwitchKeyboard(other)))
        sizes.append(2.0)
    keys.append(_special(words, "space", TypeText(" "), "space"))
    sizes.append(5.0)
    keys.append(_special(words, "clear", ClearSearch(), "x"))
    sizes.append(2.4)
    return tuple(keys), tuple(sizes)


def _key(char: str) -> Control:
    return Control(id=f"key:{char}", label=char, spoken=char, intent=TypeText(char), role=Role.KEY, look=Look.KEY)


def _special(words: Words, name: str, intent: Intent, icon: str = "") -> Control:
    return Control(
        id=f"key:{name}",
        label=words(f"key.{name}"),
        spoken=words(f"key.{name}_spoken"),
        intent=intent,
        role=Role.KEY,
        look=Look.KEY,
        icon=icon,
    )
