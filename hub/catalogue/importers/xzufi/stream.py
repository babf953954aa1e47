"""A file as a stream of objects: no DTD, no entities, bounded memory however large the file is.

A document type can only stand before the root element (XML 1.0, 2.8). So the beginning of a file goes through
defusedxml, which refuses it; what follows the root's tag is read by the fast parser of the standard library.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError, iterparse

import msgspec
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from hub.catalogue.importers.xzufi import schema
from hub.catalogue.importers.xzufi.elements import attribute, kid, local
from kiosk.catalogue.faults import shown

_PIECE = 16 * 1024
_OBJECTS = ("schreibe", "loesche", "nachrichtenkopf")


class Head(msgspec.Struct, frozen=True):
    """The root of a message."""

    name: str
    """The root's tag without its namespace."""
    namespace: str
    version: str


class Malformed(msgspec.Struct, frozen=True):
    """The file is not in its form; the whole import ends."""

    place: str
    reason: str


class Inconsistent(msgspec.Struct, frozen=True):
    """The file contradicts itself; it alone is skipped."""

    place: str
    reason: str


class Upsert(msgspec.Struct, frozen=True):
    """``schreibe``: a whole object; gone when the next one is asked for."""

    kind: str
    element: Element


class Delete(msgspec.Struct, frozen=True):
    """``loesche``: class and id element."""

    kind: str
    element: Element


class Strange(msgspec.Struct, frozen=True):
    """A child of the root that is no part of a delivery, with nothing of one in it."""

    name: str


def head(path: Path) -> Head | Malformed:
    """Read up to the root's tag; refuses document types, entities, other formats and other versions."""
    target = _Root()
    parser = DefusedXMLParser(target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        with path.open("rb") as source:
            for _ in range(schema.OBJECT_LIMIT // _PIECE):
                piece = source.read(_PIECE)
                parser.feed(piece)
                if target.root is not None or not piece:
                    break
    except DefusedXmlException as fault:
        return Malformed(
            "before the first tag", f"document types and entities are not allowed ({type(fault).__name__})"
        )
    except ParseError as fault:
        if target.root is None:
            return Malformed(_line(fault), f"not XML ({_short(fault)})")
    except OSError as fault:
        return Malformed("file", f"cannot be read ({fault.strerror})")
    except (LookupError, ValueError) as fault:
        return Malformed("before the first tag", f"unknown encoding ({_short(fault)})")
    return _checked(target)


def objects(path: Path, start: Head) -> Iterator[Upsert | Delete | Strange | Malformed | Inconsistent]:
    """The objects of a file in their order; ends after a Broken or Mixed."""
    names = {tag: name for name in _OBJECTS for tag in (name, f"{{{start.namespace}}}{name}")}
    root: Element | None = None
    depth, known = 0, False
    with path.open("rb") as raw:
        source = _Metered(raw)
        try:
            for event, found in iterparse(source, ("start-ns", "start", "end")):
                if event == "end":
                    depth -= 1
                    name = names.get(found.tag)
                    known = known or name is not None
                    if root is not None and (name or depth == 1):
                        source.used = 0
                        yield from _unwrap(name, found) if name else () if known else (Strange(local(found)),)
                        known = known and depth > 1
                        found.clear()
                        root.clear()
                elif event == "start":
                    depth += 1
                    root = found if root is None else root
                elif found[1].startswith(schema.NAMESPACE) and found[1] != start.namespace:
                    yield Inconsistent(f"namespace {shown(found[1])}", f"the file began as {start.namespace}")
                    return
        except ParseError as fault:
            yield Malformed(_line(fault), f"not XML ({_short(fault)})")
        except _TooLarge:
            limit = schema.OBJECT_LIMIT // 1024 // 1024
            yield Malformed(f"byte {source.total}", f"an object or text is larger than {limit} MB")
        except (OSError, LookupError, ValueError) as fault:
            yield Malformed("file", f"cannot be read ({_short(fault)})")


def _unwrap(name: str, element: Element) -> Iterator[Upsert | Delete | Malformed]:
    if name == "schreibe":
        for child in element:
            yield Upsert(local(child), child)
    elif name == "loesche":
        ident, kind = kid(element, "id"), attribute(element, "klasse")
        if ident is None or not kind:
            yield Malformed("loesche", "it names no id and klasse")
        else:
            yield Delete(kind.lower(), ident)


class _Root:
    """Keeps the first tag and nothing else (a parser's target)."""

    def __init__(self) -> None:
        self.root: tuple[str, dict[str, str]] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.root is None:
            self.root = tag, attributes

    def end(self, tag: str) -> None:
        """Nothing: the root is all we want."""

    def data(self, text: str) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class _TooLarge(Exception):
    """More bytes than an object may have; raised and caught in this file."""


class _Metered(io.RawIOBase):
    """A file that counts what was read since the last object ended."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self.used = 0
        self.total = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._raw.read(min(size, _PIECE) if size >= 0 else _PIECE)
        self.used += len(piece)
        self.total += len(piece)
        if self.used > schema.OBJECT_LIMIT or self.total > schema.FILE_LIMIT:
            raise _TooLarge
        return piece


def _checked(target: _Root) -> Head | Malformed:
    if target.root is None:
        return Malformed("file", "there is no XML in it")
    tag, attributes = target.root
    namespace = tag.rpartition("}")[0].lstrip("{")
    known = namespace.removeprefix(schema.NAMESPACE)
    name = tag.rpartition("}")[2]
    if known == namespace or not known.startswith(schema.MAJOR):
        reason = f"{shown(name)} has the namespace {shown(namespace)}, not XZuFi 2 ({schema.NAMESPACE}2_2_0)"
        return Malformed("first tag", reason)
    return Head(name, namespace, attributes.get("xzufiVersion", ""))


def _line(fault: ParseError) -> str:
    line, column = fault.position
    return f"line {line}, column {column}"


def _short(fault: Exception) -> str:
    return str(fault).partition(":")[0][:100]
