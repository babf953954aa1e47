"""A catalogue in small pieces: one record per thing, and one per thing and language for its texts.

So that a changed sentence in one language travels alone, and a terminal may leave out the languages it does not show.
Bodies are JSON with sorted keys: equal things have equal bytes. Whoever keeps records gives each a revision; the digest
over all of them tells two keepers whether they agree.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from kiosk.catalogue.model import Catalogue, Category, FaceColour, Featured, Office, Picture, Queue, Service
from kiosk.vocabulary.depth import shallow

LISTS = {
    "category": "categories",
    "office": "offices",
    "queue": "queues",
    "service": "services",
    "featured": "featured",
    "face": "face_colours",
    "picture": "pictures",
}
"""Kind of record -> field of the catalogue, in the order in which records refer to each other."""
FACE_KINDS = ("face", "picture")
"""Kinds that the town sets on the hub; no import has them, and none takes them away."""
HEAD = "head"
PLACE = "#"
"""Field of a record that says where its thing stands among those of its kind."""

Thing = Category | Office | Queue | Service | Featured | FaceColour | Picture
_TEXTS: dict[str, tuple[str, ...]] = {
    "category": ("names",),
    "office": ("names", "places"),
    "queue": ("names", "places"),
    "service": ("names", "teasers", "bring", "fee_notes", "words", "there"),
    "featured": ("labels", "details"),
    "face": (),
    "picture": (),
}
_TYPES: dict[str, type[Thing]] = {
    "category": Category,
    "office": Office,
    "queue": Queue,
    "service": Service,
    "featured": Featured,
    "face": FaceColour,
    "picture": Picture,
}
_HEAD_FIELDS = ("languages", "published")
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


class Joined(msgspec.Struct, frozen=True):
    """One thing of the catalogue, put together; ``place`` is where it stands among those of its kind."""

    kind: str
    place: int
    id: str
    value: Thing
    nameless: bool
    """It, one of its fees or closed days, or who does it elsewhere, has no name in the languages it was put together
    from."""


def join(kind: str, ident: str, shared: bytes, texts: Mapping[str, bytes]) -> Joined:
    """One thing of its shared record and its text records by language. Raises msgspec.ValidationError."""
    try:
        raw = _object(shared)
        place = raw.pop(PLACE, 0)
        for lang, body in texts.items():
            _add_texts(kind, lang, raw, _object(body))
        nameless = _is_nameless(kind, raw)
        value: Thing = msgspec.convert(raw, _TYPES[kind], strict=False)
    except msgspec.ValidationError as fault:
        raise msgspec.ValidationError(f"{kind}[{ident}]: {fault}") from None
    if ident_of(value) != ident or type(place) is not int:
        raise msgspec.ValidationError(f"{kind}[{ident}]: the record is that of something else")
    return Joined(kind, place, ident, value, nameless)


def in_order(head: bytes, things: Iterable[Joined], version: int) -> Catalogue:
    """The catalogue of a head record and everything put together. Raises msgspec.ValidationError."""
    found: dict[str, list[Joined]] = {kind: [] for kind in LISTS}
    for thing in things:
        found[thing.kind].append(thing)
    lists: dict[str, Any] = {
        LISTS[kind]: tuple(each.value for each in sorted(mine, key=lambda each: (each.place, each.id)))
        for kind, mine in found.items()
    }
    raw = {name: value for name, value in _object(head).items() if name in _HEAD_FIELDS}
    return msgspec.structs.replace(msgspec.convert({**raw, "version": version}, Catalogue, strict=False), **lists)


def digest(entries: Iterable[tuple[Key, int, str]]) -> str:
    """SHA-256 in hex over the sorted lines ``kind|id|lang|rev|sha256`` of a whole state."""
    return digest_in_order((key.kind, key.id, key.lang, rev, body_sha256) for key, rev, body_sha256 in sorted(entries))


def digest_in_order(rows: Iterable[tuple[str, str, str, int, str]]) -> str:
    """The same of rows that come sorted already (by code point): kind, id, language, revision, sha256."""
    sums = hashlib.sha256()
    for row in rows:
        sums.update("|".join(map(str, row)).encode())
        sums.update(b"\n")
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


def _add_texts(kind: str, lang: str, thing: dict[str, Any], texts: dict[str, Any]) -> None:
    nested = _NESTED.get(kind)
    if nested is not None and isinstance(names := texts.get(nested[0]), dict):
        for entry in _entries(thing, nested[0]):
            if (name := names.get(str(entry.get(nested[1])))) is not None:
                _texts_of(entry, nested[2])[lang] = name
    for field in _TEXTS[kind]:
        if field in texts:
            _texts_of(thing, field)[lang] = texts[field]


def _texts_of(thing: dict[str, Any], field: str) -> dict[str, Any]:
    texts = thing.setdefault(field, {})
    if not isinstance(texts, dict):
        raise msgspec.ValidationError(f"{field} is no table of texts by language")
    return texts


def _entries(thing: dict[str, Any], field: str) -> list[dict[str, Any]]:
    entries = thing.get(field, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise msgspec.ValidationError(f"{field} is no list of tables")
    return entries


def _is_nameless(kind: str, raw: dict[str, Any]) -> bool:
    """Whether a name is missing; an empty table of names stands there then, for the check to find."""
    nested = _NESTED.get(kind)
    named = _entries(raw, nested[0]) if nested is not None else []
    if "names" in _TEXTS[kind]:
        named = [raw, *named]
    names = [_texts_of(each, "names") for each in named]
    if raw.get("elsewhere") is not None:
        names.append(_texts_of(raw, "there"))
    return not all(names)


def _object(body: bytes) -> dict[str, Any]:
    """Raises msgspec.ValidationError, also for what is no JSON or nested too deeply."""
    try:
        return msgspec.json.decode(shallow(body), type=dict[str, Any])
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise msgspec.ValidationError(f"not JSON ({fault})") from None


def _encode(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted")
