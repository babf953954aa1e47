"""Text fields of a page: what is typed stands in the flow's memory, by field; its rows and its block are made here."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from kiosk.flows.common.texts import Words
from kiosk.session.model import Session, Visit, World
from kiosk.session.table import Place, Row, Target, Transition, Trigger, row
from kiosk.view import Field, Keys, Role
from kiosk.vocabulary.intents import Edit, EditText, FocusField, SwitchKeyboard

LETTERS = "letters"
"""The layer that a keyboard begins with: the letters of the language."""
DOT = "•"


class TextField(NamedTuple):
    """A field of a flow. ``tidy`` is done to the whole text after each key; ``limit`` is in letters."""

    id: str
    keys: Keys = Keys.TEXT
    limit: int = 60
    secret: bool = False
    tidy: Callable[[str], str] = str.lstrip


class Form(msgspec.Struct, frozen=True):
    """What was typed, by field; which field is typed into, and which layer of its keyboard is up."""

    texts: Mapping[str, str] = {}
    focus: str = ""
    layer: str = LETTERS

    def text(self, field: TextField) -> str:
        """What stands in the field."""
        return self.texts.get(field.id, "")


class FormVisit(Visit, frozen=True, kw_only=True):
    """The memory of a flow that has text fields."""

    form: Form = Form()


def with_text(form: Form, field: TextField, text: str) -> Form:
    """The form with this text in the field, tidied and cut."""
    return replace(form, texts={**form.texts, field.id: field.tidy(text)[: field.limit]})


def edited(form: Form, field: TextField, intent: EditText) -> Form:
    """The form after one key."""
    text = form.text(field)
    match intent.edit:
        case Edit.INSERT:
            return with_text(form, field, text + intent.text)
        case Edit.ERASE:
            return with_text(form, field, text[:-1])
        case Edit.CLEAR:
            return replace(with_text(form, field, ""), layer=LETTERS)


def focused(form: Form, field: TextField) -> Form:
    """The form with the keys going to this field."""
    return form if form.focus == field.id else replace(form, focus=field.id, layer=LETTERS)


def _stay(session: Session) -> Transition:
    return Transition(session)


def rows(
    places: Place | Iterable[Place], *fields: TextField, then: Callable[[Session], Transition] = _stay
) -> tuple[Row, ...]:
    """The rows of a page with these fields, for a flow that remembers a ``FormVisit``. ``then`` follows each edit.

    An intent names its field, so that a key of a page that is gone never ends up in another one.
    """
    known = {field.id: field for field in fields}

    def is_of_this_page(session: Session, trigger: Trigger, _facts: World) -> bool:
        assert isinstance(trigger, FocusField | EditText)
        return isinstance(session.flow, FormVisit) and trigger.field in known

    def focus_field(session: Session, trigger: Trigger, _facts: World) -> Transition:
        assert isinstance(trigger, FocusField)
        return Transition(changed(session, lambda form: focused(form, known[trigger.field])))

    def edit_text(session: Session, trigger: Trigger, _facts: World) -> Transition:
        assert isinstance(trigger, EditText)
        return then(changed(session, lambda form: edited(form, known[trigger.field], trigger)))

    return (
        row(places, FocusField, Target.STAY, focus_field, is_of_this_page),
        row(places, EditText, Target.STAY, edit_text, is_of_this_page),
        row(places, SwitchKeyboard, Target.STAY, switch_keyboard),
    )


def switch_keyboard(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """Show another layer of keys."""
    assert isinstance(trigger, SwitchKeyboard)
    return Transition(changed(session, lambda form: replace(form, layer=trigger.layer)))


def changed(session: Session, change: Callable[[Form], Form]) -> Session:
    """The session with another form, where its flow has one."""
    visit = session.flow
    return replace(session, flow=replace(visit, form=change(visit.form))) if isinstance(visit, FormVisit) else session


def block(
    words: Words,
    field: TextField,
    form: Form,
    label: str,
    *,
    shown: Callable[[str], str] = str,
    spoken: str = "",
    error: str = "",
    role: Role = Role.FIELD,
    icon: str = "keyboard",
) -> Field:
    """The field as it stands on the page. What is secret neither is in the view nor is it spoken.

    ``shown``: how the text is written (an enrolment code in groups); ``spoken`` in place of label and text.
    """
    text = form.text(field)
    if field.secret:
        value, said = DOT * len(text), words("field.secret_spoken", label=label, n=len(text))
    else:
        value, said = shown(text), spoken or (f"{label}. {shown(text)}" if text else label)
    return Field(
        id=field.id,
        label=label,
        value=value,
        spoken=". ".join(part for part in (said, error) if part),
        error=error,
        secret=field.secret,
        keyboard=field.keys,
        focused=form.focus in ("", field.id),
        role=role,
        icon=icon,
    )
