"""Forms of the hub as its own pages show them: addresses with real ids, fields with the values they begin with."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser

import msgspec

Fields = dict[str, list[str]]


class Shape(msgspec.Struct, frozen=True):
    """A form, or a button that sends something; several values of a field are a choice."""

    path: str
    fields: Fields
    needed: set[str]
    """Fields that must be filled in."""


class Forms(HTMLParser):
    """Reads one page."""

    def __init__(self) -> None:
        super().__init__()
        self.shapes: list[Shape] = []
        self.links: list[str] = []
        self._open: Shape | None = None
        self._select = ""
        self._bare: list[str] | None = None
        """Where the words of an option go that has no other value."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        target = known.get("hx-post") or (known.get("action", "") if known.get("method") == "post" else "")
        if target:
            fields = {name: [str(value)] for name, value in json.loads(known.get("hx-vals") or "{}").items()}
            fields |= {name[5:]: [value] for name, value in known.items() if name in ("data-ticket", "data-here")}
            shape = Shape(target, fields, set())
            self.shapes.append(shape)
            self._open = shape if tag == "form" else self._open
        if tag == "select":
            self._select = known.get("name", "")
        name = self._select if tag == "option" else known.get("name", "")
        if self._open is not None and name and name != "csrf" and tag in ("input", "option", "button", "textarea"):
            self._open.fields.setdefault(name, [])
            if tag == "option" and "value" not in known:
                self._bare = self._open.fields[name]
            else:
                self._open.fields[name].append(known.get("value", ""))
            self._open.needed.update([name] if "required" in known else [])
        if (href := known.get("href") or known.get("hx-get", "")).startswith("/"):
            self.links.append(href)

    def handle_data(self, data: str) -> None:
        if self._bare is not None:
            self._bare.append(data)
            self._bare = None

    def handle_endtag(self, tag: str) -> None:
        self._open = None if tag == "form" else self._open
        self._select = "" if tag == "select" else self._select


def read(page: str) -> Forms:
    """The forms and links of a page."""
    found = Forms()
    found.feed(page)
    return found


def words(shapes: list[Shape], links: list[str]) -> Iterator[str]:
    """Ids and other words that these addresses and fields hold."""
    for shape in shapes:
        yield from shape.path.split("/")
        yield from (value for values in shape.fields.values() for value in values)
    for link in links:
        yield from link.partition("?")[0].split("/")
