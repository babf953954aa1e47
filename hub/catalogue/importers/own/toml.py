"""One TOML file -> its tables, or why it is refused: nothing in it is too large, too deep or more than a number."""

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

from hub.catalogue.importers.faults import key, refused
from kiosk.catalogue.faults import CatalogueFaults, shown
from kiosk.i18n.invisible import without_idle
from kiosk.vocabulary.depth import TooDeep, shallow_toml

FILE_LIMIT = 4 * 1024 * 1024
"""Bytes one file may have."""
DOTS_LIMIT = 1_000
"""Dots in one line: the time that tomllib takes for a dotted key grows with the square of its parts."""
DEPTH_LIMIT = 20
"""Lists and tables in each other; the deepest of the form are six."""
NUMBER_LIMIT = 2**63

FORM = "docs/catalogue.md shows the form."
Table = dict[str, Any]
"""A TOML table: what it holds is checked by msgspec right after."""

_DIGITS = re.compile(r"[0-9_]{4300}")
"""More than Python makes a number of."""


def read_toml(path: Path) -> Table | CatalogueFaults:
    """One TOML file, its texts in NFC and without characters that have neither width nor effect."""
    try:
        data = path.read_bytes()
        if len(data) > FILE_LIMIT:
            return refused(path, "file", f"too large: {len(data)} bytes, {FILE_LIMIT} may be", "Split the file.")
        text = data.decode("utf-8")
    except OSError as fault:
        return refused(path, "file", f"cannot be read ({fault.strerror})", "Check that the file is there and readable.")
    except UnicodeDecodeError:
        return refused(path, "file", "not UTF-8 text", "Save the file as UTF-8.")
    return _parsed(path, without_idle(unicodedata.normalize("NFC", text)))


def _parsed(path: Path, text: str) -> Table | CatalogueFaults:
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > DOTS_LIMIT:
            return refused(path, f"line {number}", f"more than {DOTS_LIMIT} dots in it", "Break the line.")
    try:
        tables = tomllib.loads(shallow_toml(text))
    except tomllib.TOMLDecodeError as fault:
        reason, _, place = str(fault).rpartition(" (at ")
        return refused(path, place.rstrip(")"), f"not TOML: {shown(reason)}", f"Mend it; {FORM}")
    except TooDeep:
        return refused(path, "file", "lists or tables are nested too deeply", f"Write the file anew; {FORM}")
    except ValueError:
        return refused(path, _long_number(text), "a number has too many digits", "Correct it.")
    if found := _beyond(tables, ""):
        return refused(path, *found, f"Correct this entry; {FORM}")
    return tables


def _long_number(text: str) -> str:
    found = _DIGITS.search(text)
    return f"line {text.count(chr(10), 0, found.start()) + 1}" if found else "file"


def _beyond(value: object, place: str, depth: int = 0) -> tuple[str, str] | None:
    """Place and reason of the first value that no entry may have and that others would stumble over."""
    if depth > DEPTH_LIMIT:
        return place, "lists or tables are nested too deeply"
    if isinstance(value, int) and not -NUMBER_LIMIT <= value < NUMBER_LIMIT:
        return place, "the number is too large"
    inside: list[tuple[str, object]] = []
    if isinstance(value, dict):
        inside = [(f"{place}.{key(name)}".lstrip("."), each) for name, each in value.items()]
    elif isinstance(value, list):
        inside = [(f"{place}[{position}]", each) for position, each in enumerate(value)]
    return next((found for here, each in inside if (found := _beyond(each, here, depth + 1))), None)
