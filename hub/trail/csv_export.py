"""The trail as a CSV file: RFC 4180 in UTF-8 with a mark for office programs, and no cell that they would compute."""

import csv
import io
from collections.abc import Iterable

from hub.trail.entries import Entry, local_time
from kiosk.hash_chain import Head

BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that make a spreadsheet compute a cell (OWASP, CSV injection)."""
COLUMNS = ("sequence", "time", "login", "role", "address", "kind", "what", "subject", "before", "after", "hash")
"""Fixed names, so that a program reads the file whatever the language of the page was."""


def begin() -> str:
    """The first line, with the mark that tells office programs that this is UTF-8."""
    return BOM + _line(COLUMNS)


def line(entry: Entry, timezone: str, what: str) -> str:
    """One entry; ``what`` is its kind in the reader's language."""
    at = local_time(entry.at_ms, timezone).isoformat(timespec="seconds")
    who = (entry.login, entry.role, entry.address)
    change = (entry.subject, entry.before, entry.after)
    return _line((str(entry.seq), at, *who, entry.what, what, *change, entry.hash.hex()))


def end(head: Head) -> str:
    """The last line: the head of the whole chain. A file without it is not whole."""
    return _line(("head", *[""] * (len(COLUMNS) - 2), str(head)))


def safe(cell: str) -> str:
    """A cell that stays text in a spreadsheet."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return out.getvalue()
