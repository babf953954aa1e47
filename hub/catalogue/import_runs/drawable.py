"""What of an import our type cannot draw: it is left in, and counted for the editor."""

from collections.abc import Iterator
from itertools import chain

import msgspec

from hub.catalogue.importers.draft import Draft
from kiosk.assets.glyphs import lacking
from kiosk.catalogue.model import Catalogue
from kiosk.catalogue.records import LISTS, Thing, pieces

SHOWN = 10
"""Characters of a language that the report names."""


def report(draft: Draft) -> str:
    """A line for each language with characters that our type lacks; "" = everything can be drawn."""
    entries: dict[str, int] = {}
    signs: dict[str, dict[str, None]] = {}
    for lang, found in _lacking(draft):
        entries[lang] = entries.get(lang, 0) + 1
        signs.setdefault(lang, {}).update(dict.fromkeys(found))
    return "\n".join(
        f"{number} entries{f' in {lang}' if lang else ''} hold characters that our type lacks: {_some(signs[lang])}"
        for lang, number in sorted(entries.items())
    )


def _lacking(draft: Draft) -> Iterator[tuple[str, str]]:
    """Language and characters of each record that holds some."""
    things = chain(_things(draft.shell), (("service", service) for service in draft.services()))
    for kind, thing in things:
        if lacking(msgspec.json.encode(thing).decode()):
            found = ((key.lang, lacking(body.decode())) for key, body in pieces(kind, thing, 0))
            yield from ((lang, signs) for lang, signs in found if signs)


def _things(shell: Catalogue) -> Iterator[tuple[str, Thing]]:
    for kind, field in LISTS.items():
        yield from ((kind, thing) for thing in getattr(shell, field))


def _some(signs: dict[str, None]) -> str:
    more = f" and {len(signs) - SHOWN} more" if len(signs) > SHOWN else ""
    return " ".join(f"{sign if sign.isprintable() else ''}(U+{ord(sign):04X})" for sign in list(signs)[:SHOWN]) + more
