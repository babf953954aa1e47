"""Parsed content of one file, and of all files of a delivery; services are spooled to disk."""

from collections import Counter
from pathlib import Path
from typing import assert_never
from xml.etree.ElementTree import Element

import msgspec

from hub.catalogue.importers.xzufi import offices, schema, services
from hub.catalogue.importers.xzufi.elements import identity, kid, words
from hub.catalogue.importers.xzufi.offices import Responsibility
from hub.catalogue.importers.xzufi.report import KINDS, Report
from hub.catalogue.importers.xzufi.service_spool import ServiceSpool, Slot
from hub.catalogue.importers.xzufi.services import Elsewhere, Unusable
from hub.catalogue.importers.xzufi.stream import Delete, Head, Inconsistent, Malformed, Strange, Upsert, objects
from kiosk.catalogue.faults import shown
from kiosk.catalogue.model import Category, Office

NAMED = 3
"""Names of other things that the refusal of a file repeats."""
LEISTUNG, OFFICE, ROLE = "leistung", "organisationseinheit", "zustaendigkeit"


class FileContent:
    """The parsed content of one file: small things as values, services spooled to disk."""

    def __init__(self) -> None:
        self.services: dict[str, Slot] = {}
        self.offices: dict[str, Office] = {}
        self.categories: dict[str, Category] = {}
        self.roles: dict[str, list[Responsibility]] = {}
        """By the office that told them."""
        self.languages: set[str] = set()
        self.deleted: set[tuple[str, str]] = set()
        self.written: set[str] = set()
        self.unusable = 0
        self.twice = 0

    def delete(self, kind: str, ident: str) -> None:
        """``loesche``; of something that is not there it means nothing."""
        self.deleted.add((kind, ident))
        if kind == LEISTUNG:
            self.services.pop(ident, None)
        elif kind == OFFICE:
            self.offices.pop(ident, None)
            self.roles.pop(ident, None)
        else:
            for told in self.roles.values():
                told[:] = [role for role in told if role.id != ident]

    def add(self, other: "FileContent") -> None:
        """Take over what a later file brings."""
        for kind, ident in other.deleted:
            self.delete(kind, ident)
        self.services.update(other.services)
        self.offices.update(other.offices)
        self.categories.update(other.categories)
        self.languages |= other.languages
        for office, told in other.roles.items():
            every = (*self.roles.get(office, ()), *told)
            self.roles[office] = list({(role.id, role.service): role for role in every}.values())


class FileReader(msgspec.Struct, frozen=True):
    """Reads files for a town hall's ``area`` (ARS, "" = everything); services are spooled to disk."""

    spool: ServiceSpool
    area: str
    report: Report

    def file(self, path: Path, start: Head) -> FileContent | Malformed | Inconsistent:
        """All of a file, or what is wrong with it: a file without one ``schreibe`` or ``loesche`` is no delivery."""
        content, parts, strange = FileContent(), 0, Counter[str]()
        for each in objects(path, start):
            parts += isinstance(each, Upsert | Delete)
            match each:
                case Malformed() | Inconsistent():
                    return each
                case Strange(name):
                    strange[name if name in strange or len(strange) < KINDS else "…"] += 1
                case Delete(kind, element):
                    self._remove(content, kind, identity(element, _short(kind)))
                case Upsert(kind, element):
                    if broken := self._write(content, path.name, kind, element):
                        return broken
                case _:
                    assert_never(each)
        if not parts:
            return Malformed("first tag", _no_delivery(start, strange))
        for name, times in strange.items():
            self.report.unknown(start.name, name, times)
        return _believable(content) or content

    def _remove(self, content: FileContent, kind: str, ident: str) -> None:
        if kind not in schema.DELETED:
            self.report.unknown("loesche", kind)
            return
        self.report.count(f"deletions of {kind}")
        content.delete(kind, ident)

    def _write(self, content: FileContent, file: str, kind: str, element: Element) -> Malformed | None:
        if kind not in schema.READ:
            self.report.count(f"objects not used: {kind[:40]}")
            return None
        if kind == "zustaendigkeitTransferObjekt":
            self.report.parts(element)
            parent = offices.parent_of(element)
            content.roles.setdefault(parent, []).extend(
                offices.responsibilities(element, parent, self.area, self.report)
            )
            return None
        ident = identity(kid(element, "id"), schema.SHORT[kind])
        if kid(element, "id") is None:
            return Malformed(f"schreibe, {kind}", "it has no id")
        if ident:
            content.twice += ident in content.written
            content.written.add(ident)
        place = f"{kind} {ident or shown(words(element, 'id'))}"
        if kind == LEISTUNG:
            self._service(content, file, element, ident, place)
        else:
            self._office(content, file, element, ident, place)
        return None

    def _service(self, content: FileContent, file: str, element: Element, ident: str, place: str) -> None:
        found = services.service(element, self.area, self.report)
        content.delete(LEISTUNG, ident)
        match found:
            case Elsewhere():
                self.report.count("services of other areas")
            case Unusable(reason):
                content.unusable += 1
                self.report.skip(file, place, reason)
            case services.Read(service, categories):
                content.services[ident] = self.spool.put(service)
                content.categories.update((category.id, category) for category in categories)
                content.languages.update(service.names, service.bring, service.teasers)
            case _:
                assert_never(found)

    def _office(self, content: FileContent, file: str, element: Element, ident: str, place: str) -> None:
        made = offices.office(element, self.report)
        if made is None:
            self.report.skip(file, place, "it has no name or id that can be used")
            return
        content.delete(OFFICE, ident)
        content.offices[ident] = made
        content.roles[ident] = list(offices.responsibilities(element, ident, self.area, self.report))


def _short(kind: str) -> str:
    return schema.SHORT.get(kind, "Z")


def _no_delivery(start: Head, strange: Counter[str]) -> str:
    """What the file is instead, with the names that it holds."""
    held = ", ".join(f"{times} {shown(name)}" for name, times in strange.most_common(NAMED))
    return f"{shown(start.name)} is no delivery: it holds no schreibe and no loesche, but {held or 'nothing'}"


def _believable(content: FileContent) -> Inconsistent | None:
    """A file that contradicts itself, or of which less than half can be used, is skipped whole."""
    if content.twice:
        return Inconsistent("file", f"{content.twice} objects are written twice in it")
    if content.unusable > len(content.services) and content.unusable > 1:
        return Inconsistent(
            "file", f"{content.unusable} of {content.unusable + len(content.services)} services cannot be used"
        )
    return None
