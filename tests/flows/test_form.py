"""Text fields: keys go to the field they name, nothing secret is in a view, and each language has its letters."""

import pytest

from kiosk.flows.common import form, keyboard
from kiosk.flows.common.form import Form, TextField
from kiosk.flows.common.texts import Words
from kiosk.i18n.texts import Texts
from kiosk.view import Field, Keyboard, Keys
from kiosk.vocabulary.intents import Edit, EditText, FocusField, SwitchKeyboard
from tests.flows.visits import Visit

NAME = TextField("name", limit=5)
PIN = TextField("pin", Keys.PIN, 4, secret=True)


def words(lang: str = "de") -> Words:
    return Words(Texts.load("terminal"), lang)


def labels(keys: Keyboard) -> str:
    return "".join(key.label for row in keys.rows for key in row if len(key.label) == 1)


def search_field(visit: Visit) -> Field:
    (found,) = [block for block in visit.view().body if isinstance(block, Field)]
    return found


def test_a_text_is_tidied_and_cut_erased_and_cleared() -> None:
    typed = form.edited(Form(), NAME, EditText("name", "  Anna-Lena"))
    assert typed.text(NAME) == "Anna-"
    assert form.edited(typed, NAME, EditText("name", edit=Edit.ERASE)).text(NAME) == "Anna"
    assert form.edited(typed, NAME, EditText("name", edit=Edit.CLEAR)).text(NAME) == ""


def test_each_field_keeps_its_text_and_a_new_focus_shows_letters() -> None:
    typed = form.edited(Form(focus="name", layer="digits"), NAME, EditText("name", "Anna"))
    both = form.edited(form.focused(typed, PIN), PIN, EditText("pin", "12345"))
    assert (both.text(NAME), both.text(PIN), both.focus, both.layer) == ("Anna", "1234", "pin", form.LETTERS)
    assert form.focused(typed, NAME) is typed


def test_nothing_secret_is_in_the_view() -> None:
    typed = form.edited(Form(), PIN, EditText("pin", "4711"))
    shown = form.block(words(), PIN, typed, "PIN")
    assert "4711" not in repr(shown)
    assert shown.value == "••••"
    assert shown.spoken == "PIN, eingegebene Zeichen: 4"
    assert shown.secret


def test_what_is_wrong_is_written_and_spoken() -> None:
    shown = form.block(words(), NAME, Form({"name": "X"}), "Name", error="Zu kurz.")
    assert (shown.error, shown.spoken) == ("Zu kurz.", "Name. X. Zu kurz.")


def test_a_key_of_a_page_that_is_gone_ends_up_in_no_other_field() -> None:
    visit = Visit()
    visit.touch("search")
    visit.touch("key:a")
    visit.ask(EditText("pin", "1"))
    visit.ask(FocusField("pin"))
    assert (search_field(visit).value, search_field(visit).focused) == ("a", True)
    visit.ask(FocusField("search"))
    visit.touch("key:erase")
    assert search_field(visit).value == ""


@pytest.mark.parametrize(("lang", "some"), [("de", "qwertzüß"), ("en", "qwerty"), ("ar", "ضصثق"), ("uk", "qwertz")])
def test_letters_come_from_the_language(lang: str, some: str) -> None:
    shown = labels(keyboard.block(words(lang), NAME, Form()))
    assert set(some) <= set(shown)
    latin = labels(keyboard.block(words(lang), NAME, Form(layer="latin")))
    assert set("qwertz") <= set(latin)


def test_latin_letters_are_one_key_away_in_another_script() -> None:
    def switches(layer: str) -> list[object]:
        keys = keyboard.block(words("ar"), NAME, Form(layer=layer)).rows[-1]
        return [key.intent for key in keys if isinstance(key.intent, SwitchKeyboard)]

    assert switches("letters") == [SwitchKeyboard("digits"), SwitchKeyboard("latin")]
    assert switches("latin") == [SwitchKeyboard("digits"), SwitchKeyboard("letters")]


@pytest.mark.parametrize("keys", [Keys.NUMBER, Keys.PIN])
def test_numbers_have_digits_only(keys: Keys) -> None:
    shown = keyboard.block(words(), TextField("n", keys), Form())
    assert sorted(labels(shown)) == list("0123456789")
    assert [key.intent for key in shown.rows[-1]] == [EditText("n", "0"), EditText("n", edit=Edit.ERASE)]
