"""A catalogue in small pieces: one record per thing, and one per thing and language for its texts.

So that a changed sentence in one language travels alone, and a terminal may leave out the languages it does not show.
Bodies are JSON with sorted keys: equal things have equal bytes. Whoever keeps records gives each a revision; the digest
over all of them tells two keepers whether they agree.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from kiosk.catalogue.model import Catalogue, Category, Featured, Office, Queue, Service

LISTS = {
    "category": "categories",
    "office": "offices",
    "queue": "queues",
    "service": "services",
    "featured": "featured",
}
"""Kind of record -> field of the catalogue, in the order in which records refer to each other."""
HEAD = "head"
PLACE = "#"
"""Field of a record that says where its thing stands among those of its kind."""

Thing = Category | Office | Queue | Service | Featured
_TEXTS: dict[str, tuple[str, ...]] = {
    "category": ("names",),
    "office": ("names", "places"),
    "queue": ("names", "places"),
    "service": ("names", "teasers", "bring", "fee_notes", "words"),
    "featured": ("labels", "details"),
}
_NESTED = {"service": ("fees", "id", "names"), "office": ("closed_days", "date", "names")}
"""Lists inside a record whose entries have names of their own: field, key of an entry, its texts."""


class Key(msgspec.Struct, frozen=True, order=True):
    """Which record: its kind, the id of the thing, the language of a text record ("" = what all languages share)."""

    kind: str
    id: str
    lang: str = ""


Records = Mapping[Key, bytes]


Places = Mapping[tuple[str, str], int]
"""Where a thing stands among those of its kind, by kind and id: any growing numbers will do."""


def take_apart(catalogue: Catalogue, places: Places | None = None) -> dict[Key, bytes]:
    """The records of a catalogue. With ``places`` kept from the last time, something put in between moves nothing."""
    records = {Key(HEAD, HEAD): head_of(catalogue)}
    for kind, field in LISTS.items():
        for place, thing in enumerate(getattr(catalogue, field)):
            at = place if places is None else places[kind, ident_of(thing)]
            records.update(pieces(kind, thing, at))
    return records


def head_of(catalogue: Catalogue) -> bytes:
    """The body of the record with what belongs to no single thing."""
    return _encode({"languages": catalogue.languages, "published": catalogue.published})


def ident_of(thing: Thing) -> str:
    """The id of a thing; a tile has that of its service."""
    return thing.service if isinstance(thing, Featured) else thing.id


def pieces(kind: str, thing: Thing, place: int) -> Iterator[tuple[Key, bytes]]:
    """The records of one thing: what all languages share, then the texts of each."""
    return _pieces(kind, ident_of(thing), {**msgspec.to_builtins(thing), PLACE: place})


def put_together(records: Records, version: int, languages: frozenset[str] | None = None) -> Catalogue:
    """The catalogue of these records, with the texts of these languages only (None = all).

    Raises msgspec.ValidationError when they are no catalogue. Kinds that are not known are left out.
    """
    things: dict[tuple[str, str], dict[str, Any]] = {}
    for key, body in records.items():
        if key.lang == "":
            things[key.kind, key.id] = msgspec.json.decode(body, type=dict[str, Any])
    for key, body in records.items():
        thing = things.get((key.kind, key.id))
        if key.lang and thing is not None and (languages is None or key.lang in languages):
            _add_texts(key, thing, msgspec.json.decode(body, type=dict[str, Any]))
    raw: dict[str, Any] = {**things.get((HEAD, HEAD), {}), "version": version}
    for kind, field in LISTS.items():
        mine = [(thing.pop(PLACE, 0), ident, thing) for (of, ident), thing in things.items() if of == kind]
        raw[field] = [thing for _, _, thing in sorted(mine, key=lambda each: each[:2])]
    return msgspec.convert(raw, Catalogue, strict=False)


def digest(entries: Iterable[tuple[Key, int, str]]) -> str:
    """SHA-256 in hex over the sorted lines ``kind|id|lang|rev|sha256`` of a whole state."""
    sums = hashlib.sha256()
    for key, rev, body_sha256 in sorted(entries):
        sums.update(f"{key.kind}|{key.id}|{key.lang}|{rev}|{body_sha256}\n".encode())
    return sums.hexdigest()


def sha256(body: bytes) -> str:
    """The checksum of one record's bytes, in hex."""
    return hashlib.sha256(body).hexdigest()


def _pieces(kind: str, ident: str, thing: dict[str, Any]) -> Iterator[tuple[Key, bytes]]:
    by_lang: dict[str, dict[str, Any]] = {}
    for field in _TEXTS[kind]:
        for lang, text in thing.pop(field, {}).items():
            by_lang.setdefault(lang, {})[field] = text
    if kind in _NESTED:
        field, entry_key, texts = _NESTED[kind]
        for entry in thing.get(field, ()):
            for lang, text in entry.pop(texts, {}).items():
                by_lang.setdefault(lang, {}).setdefault(field, {})[str(entry[entry_key])] = text
    yield Key(kind, ident), _encode(thing)
    for lang, found in by_lang.items():
        yield Key(kind, ident, lang), _encode(found)


def _add_texts(key: Key, thing: dict[str, Any], texts: dict[str, Any]) -> None:
    nested = _NESTED.get(key.kind)
    if nested is not None and isinstance(entries := texts.pop(nested[0], None), dict):
        for entry in thing.get(nested[0], ()):
            if (name := entries.get(str(entry.get(nested[1])))) is not None:
                entry.setdefault(nested[2], {})[key.lang] = name
    for field in _TEXTS.get(key.kind, ()):
        if field in texts:
            thing.setdefault(field, {})[key.lang] = texts[field]


def _encode(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted")
