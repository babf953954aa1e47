#!/usr/bin/env python3
"""Compile every ``kiosk/i18n/locale/<lang>/<domain>.po`` to the ``.mo`` beside it (what the programs read).

Run it after every change of a text and commit both files; a test compares them. Needs Babel, which is installed.
``--check`` writes nothing and fails when a ``.mo`` is not what its ``.po`` says.
"""

import struct
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LOCALE_DIR = Path(__file__).resolve().parent.parent / "kiosk/i18n/locale"
MAGIC = 0x950412DE


def compiled(source: Path) -> bytes:
    """The ``.mo`` bytes of a ``.po`` file. Untranslated and fuzzy entries are left out: they fall back."""
    with source.open("rb") as file:
        catalogue = read_po(file)
    header = f"Content-Type: text/plain; charset=UTF-8\nPlural-Forms: {catalogue.plural_forms}\n"
    return pack({b"": header.encode(), **entries(catalogue)})


def entries(catalogue: Catalog) -> dict[bytes, bytes]:
    """Key -> text; plural forms are joined by NUL (gettext manual, "The Format of GNU MO Files")."""
    found: dict[bytes, bytes] = {}
    for message in catalogue:
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and not message.fuzzy and all(texts):
            ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
            found["\0".join(ids).encode()] = "\0".join(texts).encode()
    return found


def pack(table: dict[bytes, bytes]) -> bytes:
    """Lay out a MO file. Babel's own writer puts today's date in; ours gives the same bytes on every run."""
    keys = sorted(table)
    count, start = len(keys), 28 + 16 * len(table)
    index, heap = [], b""
    for strings in (keys, [table[key] for key in keys]):
        for text in strings:
            index.append(struct.pack("<II", len(text), start + len(heap)))
            heap += text + b"\0"
    head = struct.pack("<7I", MAGIC, 0, count, 28, 28 + 8 * count, 0, start)
    return head + b"".join(index) + heap


def main(check: bool) -> int:
    """Compile or check; the number of stale files is the exit code."""
    stale = 0
    for source in sorted(LOCALE_DIR.glob("*/*.po")):
        target, want = source.with_suffix(".mo"), compiled(source)
        if target.exists() and target.read_bytes() == want:
            continue
        if check:
            stale += 1
            print(f"{target} is not what {source.name} says: run scripts/compile_texts.py")
        else:
            target.write_bytes(want)
            print(f"wrote {target.relative_to(LOCALE_DIR)}")
    return stale


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
