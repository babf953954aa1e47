"""The shape of a DLDB export (the service database of several German cities): files, envelopes, records.

Each file is ``{created, datacount, locale, hash, error, data: [...]}``; newer exports say how many records there are,
and in which language, in ``meta``. Records are read one by one and tolerantly:
one that is not in its form is skipped and reported; a file that is broken as a whole refuses the import.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Generic, TypeVar

import msgspec

from hub.catalogue.importers.faults import refused
from hub.catalogue.importers.regional_forms import is_plain, ours
from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Id
from kiosk.vocabulary.depth import TooDeep, shallow

FILE_LIMIT = 64 * 1024 * 1024
"""Bytes one file may have."""

Name = Annotated[str, msgspec.Meta(min_length=1)]
"""A name of any length: what is too long is shortened."""
_EXPORT_AGAIN = "Export the data again and start the import anew."


class Ref(msgspec.Struct, frozen=True):
    """Points to a record."""

    id: Id


class AtLocation(msgspec.Struct, frozen=True):
    """A service is offered at this location."""

    location: Id


class ServiceRelation(msgspec.Struct, frozen=True):
    """Where a service belongs."""

    root_topic: str | None = None


class Named(msgspec.Struct, frozen=True):
    """Something with a name, such as a paper to bring."""

    name: str = ""


class ServiceMeta(msgspec.Struct, frozen=True):
    """Search words, separated by commas, where the export has them; the language, where it is not the file's."""

    keywords: str | None = None
    locale: str | None = None


class DldbService(msgspec.Struct, frozen=True):
    """One service. A reduced export has names and relations only."""

    id: Id
    name: Name
    relation: ServiceRelation = ServiceRelation()
    authorities: tuple[Ref, ...] = ()
    locations: tuple[AtLocation, ...] = ()
    requirements: tuple[Named, ...] = ()
    meta: ServiceMeta = ServiceMeta()


Part = str | bool | None


class DldbAddress(msgspec.Struct, frozen=True):
    """An address; an empty part is written as ``false``."""

    city: Part = None
    postal_code: Part = None
    street: Part = None
    house_number: Part = None


class DldbLocation(msgspec.Struct, frozen=True):
    """One office at one address; ``office`` is its kind ("buergeramt")."""

    id: Id
    name: Name
    address: DldbAddress = DldbAddress()
    office: str = ""


class DldbAuthority(msgspec.Struct, frozen=True):
    """Who is responsible."""

    id: Id
    name: Name


class TopicRelation(msgspec.Struct, frozen=True):
    """The services of a topic and the topics below it; ``navi`` "1" marks the topics of the first page."""

    navi: str = "0"
    services: tuple[Ref, ...] = ()
    childs: tuple[Ref, ...] = ()


class DldbTopic(msgspec.Struct, frozen=True):
    """One topic."""

    id: Id
    name: Name
    relation: TopicRelation = TopicRelation()


class Skipped(msgspec.Struct, frozen=True):
    """A record that was left out: file, place in it, reason."""

    file: str
    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, {self.place}: {self.reason}"


class _Meta(msgspec.Struct, frozen=True):
    datacount: int | None = None
    locale: str | None = None


class _Envelope(msgspec.Struct, frozen=True):
    data: list[msgspec.Raw]
    datacount: int | None = None
    locale: str | None = None
    error: bool = False
    meta: _Meta = _Meta()


_Record = TypeVar("_Record", DldbService, DldbLocation, DldbAuthority, DldbTopic)


class Read(msgspec.Struct, Generic[_Record], frozen=True):
    """What one file held: usable records, how many there were, what was skipped, the language that it names."""

    records: list[_Record]
    found: int
    skipped: tuple[Skipped, ...]
    locale: str = ""


def read_records(path: Path, record_type: type[_Record]) -> Read[_Record] | CatalogueFaults:
    """Read one file: its records and what was skipped, or why the file is refused.

    An id may come again in another language of ours; of several regional forms of one language the plain tag is taken,
    else the first.
    """
    envelope = _envelope(path)
    if isinstance(envelope, CatalogueFaults):
        return envelope
    locale = envelope.meta.locale or envelope.locale or ""
    records: dict[tuple[str, str], _Record] = {}
    places: dict[tuple[str, str], str] = {}
    skipped: list[Skipped] = []
    for position, raw in enumerate(envelope.data):
        place = f"data[{position}]"
        try:
            record = msgspec.convert(_as_texts(msgspec.json.decode(shallow(bytes(raw)))), record_type)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            skipped.append(Skipped(path.name, place, str(fault)))
            continue
        key = (record.id, lang_of(record, locale))
        if (known := records.get(key)) is not None:
            better = is_plain(_tag(record, locale)) and not is_plain(_tag(known, locale))
            skipped.append(Skipped(path.name, places[key] if better else place, f"the id {record.id} is there twice"))
            if not better:
                continue
        records[key], places[key] = record, place
    return Read(list(records.values()), len(envelope.data), tuple(skipped), locale)


def lang_of(record: object, locale: str) -> str:
    """The language of a record: what it says itself, else what its file says, else German."""
    return ours(_tag(record, locale)) or "de"


def _tag(record: object, locale: str) -> str:
    said = record.meta.locale if isinstance(record, DldbService) else None
    return said if said and ours(said) else locale


def _envelope(path: Path) -> _Envelope | CatalogueFaults:
    try:
        size = path.stat().st_size
        if size > FILE_LIMIT:
            return refused(path, "file", f"too large: {size} bytes, {FILE_LIMIT} may be", "Split the export by area.")
        envelope = msgspec.json.decode(shallow(path.read_bytes()), type=_Envelope, strict=False)
    except OSError as fault:
        return refused(path, "file", f"cannot be read ({fault.strerror})", "Check that the file is there and readable.")
    except msgspec.ValidationError as fault:
        reason, _, place = str(fault).partition(" - at ")
        return refused(path, place.strip("`") or "file", f"not a DLDB file: {reason}", _EXPORT_AGAIN)
    except TooDeep:
        return refused(path, "file", "lists or tables are nested too deeply", _EXPORT_AGAIN)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        return refused(path, "file", f"not JSON ({fault})", _EXPORT_AGAIN)
    if envelope.error:
        return refused(path, "error", "the export says that it failed", _EXPORT_AGAIN)
    for place, promised in (("datacount", envelope.datacount), ("meta.datacount", envelope.meta.datacount)):
        if promised is not None and promised != len(envelope.data):
            reason = f"the file promises {promised} records and holds {len(envelope.data)}"
            return refused(path, place, reason, _EXPORT_AGAIN)
    return envelope


def street_line(address: DldbAddress) -> str:
    """The address on one line, as it was written; "" where there is none."""
    street = " ".join(_parts(address.street, address.house_number))
    city = " ".join(_parts(address.postal_code, address.city))
    return ", ".join(part for part in (street, city) if part)


def _parts(*values: Part) -> Iterator[str]:
    return (value.strip() for value in values if isinstance(value, str) and value.strip())


def _as_texts(value: object) -> object:
    """The record with its numbers as texts: ids and postal codes come with quotes or without."""
    match value:
        case dict():
            return {name: _as_texts(each) for name, each in value.items()}
        case list():
            return [_as_texts(each) for each in value]
        case int() | float() if not isinstance(value, bool):
            return f"{value:.15g}" if isinstance(value, float) else str(value)
        case _:
            return value
