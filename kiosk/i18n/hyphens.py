"""Where a long word may break: first at the joints of compounds we know, then at syllables (pyphen).

German office words are compounds; "Personal-ausweis" reads better than "Personalaus-weis". The joints below are found
without any dictionary. pyphen's German patterns take most of a second and 18 MB to load: they are read only when no
joint will do, or ahead of time by ``warm`` (call it off the UI thread, after the first frame).
"""

import re
from functools import lru_cache
from typing import Protocol, cast

from kiosk.i18n.languages import base

SHORTEST = 3
"""Fewest letters before and after a break."""

_JOINTS = re.compile(
    r"(?<=[a-zäöüß]{3})(?="
    r"abmeld|adress|anerkenn|angehörig|angelegenheit|anmeld|antrag|anzeig|arbeit|aufenthalt|auskunft|auskünft"
    r"|ausländer|ausstell|ausweis|auszug|auszüg|beantrag|befrei|beförder|beglaubig|behinder|behörd|beihilf"
    r"|beitrag|beiträg|bekanntmach|berat|berechtig|bescheid|bescheinig|beschäftig|besteuer|bestätig|betreu"
    r"|betrieb|bewerb|bewillig|bürger|dienst|eigentum|einbürger|einricht|einwohner|erfass|erklär|erlaubnis"
    r"|ermäßig|erstatt|erteil|fahrzeug|feststell|förder|führer|führung|fürsorge|geber|gebühr|gemeinschaft"
    r"|genehmig|gesetz|gewerb|grundstück|haltung|karte|kenn|kosten|leistung|meldung|nachweis|nehmer|nummer"
    r"|nutzung|ordnung|park(?=aus)|parkpl|partnerschaft|pass(?!t)|pfleg|pflicht|plakett|platz|prüfung|recht|regist"
    r"|schein|schutz|sondernutz|stadt|stell|steuer|straß|tausch|umschreib|umwelt|unterhalt|unterlag|unterstütz"
    r"|untersuch|urkund|veranstalt|verfahr|verkehr|verlust|verlänger|vermess|vermittl|verordnung|versicher"
    r"|verwalt|verzeichnis|vorschuss|wechsel|werbung|wohnung|zentral|zeugnis|zulag|zulass|zuschuss|zuständig"
    r"|änderung|übermittl|übertrag"
    r")"
)


class _Dictionary(Protocol):
    """What we use of pyphen."""

    def positions(self, word: str) -> list[int]:
        """Indexes before which the word may break."""
        ...


def joints(word: str, lang: str) -> list[int]:
    """Joints of a German compound (and soft hyphens in any language): the best places to break.

    A joint right behind another one only parts a prefix from its word ("-be-scheinigung") and is left out.
    """
    soft = [match.end() for match in re.finditer("\u00ad", word)]
    if soft or base(lang) != "de":
        return soft
    found = {match.start() for match in _JOINTS.finditer(word.lower())}
    return sorted(n for n in found if n <= len(word) - SHORTEST and not {n - 2, n - 3} & found)


def syllables(word: str, lang: str) -> list[int]:
    """Places between syllables; [] for a language without patterns. May load patterns: see ``warm``."""
    dictionary = _dictionary(base(lang))
    if dictionary is None:
        return []
    fixed = joints(word, lang)
    found = [n for n in dictionary.positions(word) if all(abs(n - joint) > 1 for joint in fixed)]
    return _no_lone_letters(sorted({*found, *fixed}))


def warm(langs: tuple[str, ...]) -> None:
    """Load the patterns of these languages now, so that no screen waits for them."""
    for lang in langs:
        _dictionary(base(lang))


def _no_lone_letters(places: list[int]) -> list[int]:
    """Of two places one letter apart the later is the right one ("Persona-l-ausweis")."""
    return [n for n in places if n + 1 not in places]


@lru_cache(maxsize=8)
def _dictionary(lang: str) -> _Dictionary | None:
    import pyphen

    if lang not in pyphen.LANGUAGES:
        return None
    return cast("_Dictionary", pyphen.Pyphen(lang=lang, left=SHORTEST, right=SHORTEST))
