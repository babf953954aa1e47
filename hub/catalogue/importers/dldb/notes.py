"""What became of single texts of a DLDB export: how often which kind of thing happened, and where."""

import msgspec

from hub.catalogue.importers import plain_text
from hub.catalogue.importers.html_text import lines

LISTED = 20
"""Places of one kind that the report names; the others are counted."""


class Notes:
    """Grows while an import reads."""

    def __init__(self) -> None:
        self._places: dict[str, list[str]] = {}
        self.counts: dict[str, int] = {}

    def at(self, file: str, ident: str, field: str) -> "Place":
        """Whoever looks at one text of one record counts here."""
        return Place(self, f"{file}, id {ident}, {field}")

    def add(self, what: str, place: str, times: int = 1) -> None:
        """One more thing of a kind."""
        self.counts[what] = self.counts.get(what, 0) + times
        places = self._places.setdefault(what, [])
        if len(places) < LISTED and place not in places:
            places.append(place)

    def lines(self) -> list[str]:
        """The report: a line for each kind."""
        return [f"{count} {what} ({self._where(what)})" for what, count in sorted(self.counts.items())]

    def _where(self, what: str) -> str:
        places = self._places[what]
        return "; ".join((*places, "…") if len(places) == LISTED else places)


class Place(msgspec.Struct, frozen=True):
    """One text of one record."""

    notes: Notes
    where: str

    def count(self, what: str, times: int = 1) -> None:
        """Something happened to this text."""
        self.notes.add(what, self.where, times)

    def text(self, raw: str, limit: int) -> str:
        """The text on one line as the catalogue may hold it; "" where nothing of it may stand there."""
        return plain_text.fit(clean(raw, self), limit, self.count)


def clean(text: str, counts: plain_text.Counts | None = None) -> str:
    """A name as it is shown: no markup, NFC, single blanks, no dash left over at its end."""
    return undashed(" ".join(lines(text, counts or Place(Notes(), ""))))


def undashed(text: str) -> str:
    """The text without a dash left over at its end."""
    return text.rstrip("-–").rstrip()
