"""On-screen keyboards, as data: letters by language, and the keys of fields that need fewer."""

from typing import NamedTuple

from kiosk.flows.common.form import LETTERS, Form, TextField
from kiosk.flows.common.texts import Words
from kiosk.view import Control, Keyboard, Keys, Look, Role
from kiosk.vocabulary.intents import Edit, EditText, Intent, SwitchKeyboard

LATIN = "latin"


class Script(NamedTuple):
    """The letters of a language. ``name`` is that of the script: the key that leads back to it is ``key.<name>``."""

    name: str
    rows: tuple[str, ...]


QWERTZ = Script(LATIN, ("qwertzuiopü", "asdfghjklöä", "yxcvbnmß-"))
SCRIPTS: dict[str, Script] = {
    "de": QWERTZ,
    "en": Script(LATIN, ("qwertyuiop", "asdfghjkl", "zxcvbnm-")),
    "ar": Script("arabic", ("ضصثقفغعهخحجد", "شسيبلاتنمكط", "ئءؤرىةوزظذأإ")),
}
"""By language; those that are missing type like German. Whatever the script, Latin letters are one key away."""
DIGITS = ("1234567890", "-/.:,&()", "äöüßéèçñ")
FEW: dict[Keys, tuple[str, ...]] = {
    Keys.NUMBER: ("123", "456", "789", "0"),
    Keys.PIN: ("123", "456", "789", "0"),
    Keys.CODE: ("23456789", "QWERTZUP", "ASDFGHJKL", "YXCVBNM"),
}
"""Fields whose keys are the same in every language: letters stand where hands look for them."""


def block(words: Words, field: TextField, form: Form) -> Keyboard:
    """The keys of this field."""
    rows = FEW.get(field.keys)
    return _layers(words, field.id, form.layer) if rows is None else _few(words, field.id, rows)


def _few(words: Words, field: str, rows: tuple[str, ...]) -> Keyboard:
    keys, weights = _letters(field, rows)
    keys[-1] = (*keys[-1], _erase(words, field))
    weights[-1] = (*weights[-1], 2.0)
    return Keyboard(tuple(keys), tuple(weights))


def _layers(words: Words, field: str, layer: str) -> Keyboard:
    """The layer that is up: letters of the language, Latin letters, or digits."""
    script = SCRIPTS.get(words.lang, QWERTZ)
    rows = {LATIN: QWERTZ.rows, "digits": DIGITS}.get(layer, script.rows)
    keys, weights = _letters(field, rows)
    keys[-1] = (*keys[-1], _erase(words, field))
    weights[-1] = (*weights[-1], 1.6)
    bottom, sizes = _bottom_row(words, field, layer, script)
    return Keyboard((*keys, bottom), (*weights, sizes))


def _letters(field: str, rows: tuple[str, ...]) -> tuple[list[tuple[Control, ...]], list[tuple[float, ...]]]:
    return [tuple(_key(field, char) for char in row) for row in rows], [(1.0,) * len(row) for row in rows]


def _bottom_row(words: Words, field: str, layer: str, script: Script) -> tuple[tuple[Control, ...], tuple[float, ...]]:
    switch = LETTERS if layer == "digits" else "digits"
    keys, sizes = [_special(words, switch, SwitchKeyboard(switch))], [2.0]
    if script.name != LATIN:
        own = layer == LATIN
        keys.append(_special(words, script.name if own else LATIN, SwitchKeyboard(LETTERS if own else LATIN)))
        sizes.append(2.0)
    keys.append(_special(words, "space", EditText(field, " "), "space"))
    keys.append(_special(words, "clear", EditText(field, edit=Edit.CLEAR), "x"))
    return tuple(keys), (*sizes, 5.0, 2.4)


def _erase(words: Words, field: str) -> Control:
    return _special(words, "erase", EditText(field, edit=Edit.ERASE), "backspace")


def _key(field: str, char: str) -> Control:
    intent = EditText(field, char)
    return Control(id=f"key:{char}", label=char, spoken=char, intent=intent, role=Role.KEY, look=Look.KEY)


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
