"""Entries of the trail as a page shows them: every name and value in the reader's language, where it has one."""

import json

import msgspec

from hub.trail.entries import Entry, local_time
from hub.web.common.texts import Say
from kiosk.i18n.formats import short_date

_VALUES = {"role": "role.", "order": "order.", "alarm": "alarm.", "flaw": "trail.flaw.", "hours": "day."}
"""Facts whose values (of hours: whose keys) have texts of their own, and where these begin."""


class Change(msgspec.Struct, frozen=True):
    """One fact that is another than before; "" = it was or is not there."""

    field: str
    before: str
    after: str


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An entry, ready to be read."""

    seq: int
    date: str
    time: str
    who: str
    """The login; where nobody is known, what stands for one."""
    known: bool
    """Whether a person, a terminal or a counter is known."""
    role: str
    address: str
    what: str
    subject: str
    changes: tuple[Change, ...]


def shown(entry: Entry, timezone: str, lang: str, say: Say) -> Shown:
    """An entry in the words of a language."""
    at = local_time(entry.at_ms, timezone)
    counter = not entry.login and entry.what.startswith("call.")
    return Shown(
        seq=entry.seq,
        date=short_date(at.date(), lang),
        time=f"{at:%H:%M:%S}",
        who=entry.login or (entry.subject if counter else _nobody(entry, say)),
        known=bool(entry.login) or counter,
        role=_role(entry.role, say),
        address=entry.address,
        what=what(entry, say),
        subject="" if counter else _subject(entry, say),
        changes=_changes(_facts(entry.before), _facts(entry.after), say),
    )


def what(entry: Entry, say: Say) -> str:
    """Its kind; as it stands where it is none of ours (somebody wrote it by hand)."""
    return _text(say, f"trail.what.{entry.what}", entry.what)


def _nobody(entry: Entry, say: Say) -> str:
    """Nobody signed in, or the hub by itself."""
    return say("trail.nobody" if entry.what.startswith("sign_in.") else "trail.hub_itself")


def _role(role: str, say: Say) -> str:
    """A person's role, or what else acts."""
    return _text(say, f"trail.role.{role}", _text(say, f"role.{role}", role)) if role else ""


def _subject(entry: Entry, say: Say) -> str:
    """What it was about; not what the column says already."""
    if not entry.subject and entry.what.startswith(("sign_in.wrong", "sign_in.locked")):
        return say("trail.unknown")
    return "" if entry.subject == entry.login else entry.subject


def _facts(text: str) -> dict[str, object]:
    """The facts of a column; whatever else somebody wrote there is shown as it is."""
    found = json.loads(text)
    return found if isinstance(found, dict) else {"": text}


def _changes(before: dict[str, object], after: dict[str, object], say: Say) -> tuple[Change, ...]:
    changes = list[Change]()
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key), after.get(key)
        if isinstance(was, dict) and isinstance(now, dict):
            was, now = ({name: each[name] for name in each if was.get(name) != now.get(name)} for each in (was, now))
        changes.append(Change(_text(say, f"trail.field.{key}", key), _value(key, was, say), _value(key, now, say)))
    return tuple(changes)


def _value(key: str, value: object, say: Say) -> str:
    match value:
        case None | "":
            return ""
        case bool():
            return say("trail.yes" if value else "trail.no")
        case list():
            return ", ".join(map(str, value)) or say("trail.none_of_them")
        case dict():
            texts = _VALUES.get(key, "")
            return " · ".join(f"{_text(say, f'{texts}{name}', name)}: {each}" for name, each in value.items())
        case "all" if key == "queues":
            return say("trail.all_of_them")
        case _:
            return _text(say, f"{_VALUES[key]}{value}", str(value)) if key in _VALUES else str(value)


def _text(say: Say, key: str, otherwise: str) -> str:
    try:
        return say(key)
    except KeyError:
        return otherwise
