"""What a reader met: what it skipped, with place and reason, and how often it met what it does not know."""

from collections import Counter
from xml.etree.ElementTree import Element

import msgspec

from hub.catalogue.importers.xzufi import schema
from hub.catalogue.importers.xzufi.elements import local
from kiosk.catalogue.faults import shown

LISTED = 100
KINDS = 400
"""Kinds of things counted by name; a hostile file must not fill the memory with names."""


class Skipped(msgspec.Struct, frozen=True):
    """Something left out."""

    file: str
    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, {self.place}: {self.reason}"


class Report:
    """Grows while reading."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.skipped: list[Skipped] = []
        self.more = 0

    def count(self, what: str, times: int = 1) -> None:
        """One more of these."""
        if what in self.counts or len(self.counts) < KINDS:
            self.counts[what] += times
        else:
            self.counts["other things not known"] += times

    def other_form(self) -> None:
        """A text in a second regional form of its language."""
        self.count("texts left out: another regional form of the same language")

    def unknown(self, where: str, name: str, times: int = 1) -> None:
        """An element that we do not know."""
        self.count(f"not known in {shown(where)[1:-1][:40]}: {shown(name)[1:-1][:40]}", times)

    def parts(self, element: Element) -> None:
        """The parts of an object that we do not know or do not show."""
        where = local(element)
        for part in element:
            if (name := local(part)) not in schema.PARTS[where]:
                self.unknown(where, name)
            elif name in schema.NOT_SHOWN:
                self.hide(name)

    def hide(self, what: str) -> None:
        """Something that people could have read and do not."""
        self.count(f"not shown: {what}")

    def skip(self, file: str, place: str, reason: str) -> None:
        """Something that is left out whole."""
        if len(self.skipped) < LISTED:
            self.skipped.append(Skipped(file, place, reason))
        else:
            self.more += 1

    def __str__(self) -> str:
        lines = [f"{number} {what}" for what, number in sorted(self.counts.items())]
        lines += [f"skipped: {skip}" for skip in self.skipped]
        if self.more:
            lines.append(f"skipped: {self.more} more")
        return "\n".join(lines)
