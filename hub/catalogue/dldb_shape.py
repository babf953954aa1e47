"""The shape of a DLDB export (the service database of several German cities): files, envelopes, records.

Each file is ``{created, datacount, locale, hash, error, data: [...]}``. Records are read one by one and tolerantly:
one that is not in its form is skipped and reported; a file that is broken as a whole refuses the import.
"""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Generic, TypeVar

import msgspec

from hub.catalogue.faults import refused
from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Id
from kiosk.vocabulary.depth import TooDeep, shallow

FILE_LIMIT = 64 * 1024 * 1024
"""Bytes one file may have."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
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
    """Search words, separated by commas, where the export has them."""

    keywords: str | None = None


class DldbService(msgspec.Struct, frozen=True):
    """One service. A reduced export has names and relations only."""

    id: Id
    name: Name
    relation: ServiceRelation = ServiceRelation()
    authorities: tuple[Ref, ...] = ()
    locations: tuple[AtLocation, ...] = ()
    requirements: tuple[Named, ...] = ()
    meta: ServiceMeta = ServiceMeta()


class DldbAddress(msgspec.Struct, frozen=True):
    """An address; an empty part is written as ``false``."""

    city: str | bool | None = None
    postal_code: str | bool | None = None
    street: str | bool | None = None
    house_number: str | bool | None = None


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


class _Envelope(msgspec.Struct, frozen=True):
    data: list[msgspec.Raw]
    datacount: int | None = None
    error: bool = False


_Record = TypeVar("_Record", DldbService, DldbLocation, DldbAuthority, DldbTopic)


class Read(msgspec.Struct, Generic[_Record], frozen=True):
    """What one file held: usable records, how many there were, what was skipped."""

    records: list[_Record]
    found: int
    skipped: tuple[Skipped, ...]


def read_records(path: Path, record_type: type[_Record]) -> Read[_Record] | CatalogueFaults:
    """Read one file: its records and what was skipped, or why the file is refused."""
    envelope = _envelope(path)
    if isinstance(envelope, CatalogueFaults):
        return envelope
    records: dict[str, _Record] = {}
    skipped: list[Skipped] = []
    for position, raw in enumerate(envelope.data):
        place = f"data[{position}]"
        try:
            record = msgspec.json.decode(shallow(bytes(raw)), type=record_type)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            skipped.append(Skipped(path.name, place, str(fault)))
            continue
        if record.id in records:
            skipped.append(Skipped(path.name, place, f"the id {record.id} is there twice"))
        else:
            records[record.id] = record
    return Read(list(records.values()), len(envelope.data), tuple(skipped))


def _envelope(path: Path) -> _Envelope | CatalogueFaults:
    try:
        size = path.stat().st_size
        if size > FILE_LIMIT:
            return refused(path, "file", f"too large: {size} bytes, {FILE_LIMIT} may be", "Split the export by area.")
        envelope = msgspec.json.decode(shallow(path.read_bytes()), type=_Envelope)
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
    if envelope.datacount is not None and envelope.datacount != len(envelope.data):
        reason = f"the file promises {envelope.datacount} records and holds {len(envelope.data)}"
        return refused(path, "datacount", reason, _EXPORT_AGAIN)
    return envelope


def clean(text: str) -> str:
    """A name as it is shown: NFC, single blanks, no dash left over at its end."""
    return " ".join(unicodedata.normalize("NFC", text).split()).strip().rstrip("-–").rstrip()


def street_line(address: DldbAddress) -> str:
    """The address on one line; "" where there is none."""
    street = " ".join(_parts(address.street, address.house_number))
    city = " ".join(_parts(address.postal_code, address.city))
    return clean(", ".join(part for part in (street, city) if part))


def _parts(*values: str | bool | None) -> Iterator[str]:
    return (value.strip() for value in values if isinstance(value, str) and value.strip())
