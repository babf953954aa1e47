"""Bytes of a catalogue file or answer -> Catalogue, or the faults that refuse it. Own JSON format, schema 1.x."""

import re

import msgspec

from kiosk.catalogue.check import check
from kiosk.catalogue.faults import CatalogueFaults, Fault, shown
from kiosk.catalogue.model import Catalogue
from kiosk.vocabulary.depth import TooDeep, shallow

SCHEMA = "1.0"
"""Version of the format: another major is refused, a newer minor may add fields that are ignored."""

SIZE_LIMIT = 128 * 1024 * 1024
"""Bytes a catalogue may have; ten thousand services in thirteen languages have about 62 MB."""

_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})\Z")
_FORM = "docs/catalogue.md shows the form."


class _Head(msgspec.Struct, frozen=True):
    schema: str = SCHEMA


def read(data: bytes, source: str = "catalogue") -> Catalogue | CatalogueFaults:
    """Read and check a catalogue; a fault names the source, the place inside and the remedy."""
    if len(data) > SIZE_LIMIT:
        reason = f"the file is too large: {len(data)} bytes, {SIZE_LIMIT} may be"
        return _refused(source, "file", reason, "Leave out what this house does not need.")
    try:
        head = msgspec.json.decode(shallow(data), type=_Head)
        if fault := _schema_fault(head.schema):
            return CatalogueFaults(source, (fault,))
        catalogue = msgspec.json.decode(data, type=Catalogue)
    except msgspec.ValidationError as fault_:
        reason, _, place = str(fault_).partition(" - at ")
        return _refused(source, place.strip("`") or "file", reason, f"Correct or remove this entry; {_FORM}")
    except TooDeep:
        return _refused(source, "file", "lists or tables are nested too deeply", f"Write the file anew; {_FORM}")
    except (msgspec.DecodeError, UnicodeDecodeError) as fault_:
        return _refused(source, "file", f"not JSON ({fault_})", f"Write the file anew; {_FORM}")
    faults = check(catalogue)
    return CatalogueFaults(source, faults) if faults else catalogue


def write(catalogue: Catalogue) -> bytes:
    """The catalogue as bytes that ``read`` reads back; equal catalogues give equal bytes."""
    return msgspec.json.encode(catalogue)


def _schema_fault(schema: str) -> Fault | None:
    found = _VERSION.match(schema)
    if found is None:
        return Fault("schema", f"{shown(schema)} is not a version", f'Write schema = "{SCHEMA}".')
    major = int(SCHEMA.partition(".")[0])
    if int(found.group(1)) > major:
        return Fault("schema", f"version {schema} is newer than this program knows ({SCHEMA})", "Update this program.")
    if int(found.group(1)) < major:
        return Fault("schema", f"version {schema} is too old", f"Export it again as {SCHEMA}.")
    return None


def _refused(source: str, place: str, reason: str, remedy: str) -> CatalogueFaults:
    return CatalogueFaults(source, (Fault(place, reason, remedy),))
