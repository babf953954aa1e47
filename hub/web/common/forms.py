"""What a form said: texts read with their limits, faults collected by field, so that the page can show all of them."""

import re
from collections.abc import Sequence
from functools import cache
from zoneinfo import available_timezones

import msgspec
from litestar.datastructures import FormMultiDict

from hub.connections.heads import is_host
from hub.web.common.fields import fields_of
from hub.web.common.page import HubRequest
from hub.web.common.typed import tidy, unfit
from kiosk.wire import Uuid

NAME_MAX = 60
"""Letters of the name of a person, a town or a town hall."""
PASSWORD_MAX = 1000
"""Characters of a typed password that are looked at; none that was ever taken is longer."""
_BASE_URL = re.compile(r"https?://(?P<host>[!-.0-~]+)(?:/[A-Za-z0-9._~/-]*)?\Z", re.ASCII)


class Form:
    """The fields of a POST (or of nothing, for an empty form), with the faults found while reading.

    A reader returns the value, or a harmless one when there is a fault; ask ``ok`` before using any of them.
    """

    def __init__(self, fields: FormMultiDict | None = None, **values: str) -> None:
        self._fields = fields
        self._values = values
        self.faults: dict[str, str] = {}
        """Field -> message key."""
        self.details: dict[str, dict[str, object]] = {}
        """Field -> what its message names."""

    @property
    def ok(self) -> bool:
        """Whether everything read so far is right."""
        return not self.faults

    def value(self, name: str) -> str:
        """What was typed, to be shown again; or what the form starts with."""
        if self._fields is not None:
            found = self._fields.get(name, "")
            return found if isinstance(found, str) else ""
        return self._values.get(name, "")

    def values(self, name: str) -> list[str]:
        """Every value of a field that may stand several times."""
        found = self._fields.getall(name, []) if self._fields is not None else []
        return [value for value in found if isinstance(value, str)]

    def fault(self, name: str, key: str, **details: object) -> None:
        """Note what is wrong with a field; the first word stands."""
        if name not in self.faults:
            self.faults[name], self.details[name] = key, details

    def name(self, field: str) -> str:
        """The name of a person, a town or a town hall: it stands in headings of pages, screens and slips."""
        return self.text(field, NAME_MAX)

    def text(self, name: str, longest: int = 200, *, needed: bool = True) -> str:
        """A line of text without blanks around it, which screens, slips and boards can show."""
        text = tidy(self.value(name))
        if needed and not text:
            self.fault(name, "fault.empty")
        if wrong := unfit(text, longest):
            self.fault(name, wrong.key, **wrong.values)
            return ""
        return text

    def uuid(self, name: str) -> str:
        """An id that our page made."""
        try:
            return msgspec.convert(self.value(name), Uuid)
        except msgspec.ValidationError:
            self.fault(name, "fault.choice")
            return ""

    def one_of(self, name: str, allowed: Sequence[str]) -> str:
        """One of the choices on offer."""
        if (value := self.value(name)) in allowed:
            return value
        self.fault(name, "fault.choice")
        return allowed[0] if allowed else ""

    def some_of(self, name: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """Any of the choices on offer."""
        found = self.values(name)
        if any(value not in allowed for value in found):
            self.fault(name, "fault.choice")
        return tuple(value for value in allowed if value in found)

    def number(self, name: str, least: int, most: int) -> int:
        """A whole number within its limits."""
        text = self.value(name).strip()
        if text.isascii() and text.isdigit() and len(text) < 8 and least <= int(text) <= most:
            return int(text)
        self.fault(name, "fault.number", least=least, most=most)
        return least

    def zone(self, name: str) -> str:
        """A time zone of the IANA database."""
        if (value := self.value(name).strip()) in _zones():
            return value
        self.fault(name, "fault.zone")
        return "Europe/Berlin"

    def base_url(self, name: str) -> str:
        """Scheme and host under which visitors reach the hub, without a slash at the end; "" = none."""
        url = self.value(name).strip().rstrip("/")
        found = _BASE_URL.match(url)
        if url and (not found or len(url) > 300 or not is_host(found["host"].encode())):
            self.fault(name, "fault.base_url")
            return ""
        return url


@cache
def _zones() -> set[str]:
    """Read from the disk once: it takes some hundredths of a second."""
    return available_timezones()


async def read(request: HubRequest) -> Form:
    """The form of this POST."""
    return Form(await fields_of(request))
