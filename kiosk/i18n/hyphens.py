"""Where a long word may break: first at the joints of compounds we know, then at syllables (pyphen's patterns).

German office words are compounds; "Personal-ausweis" reads better than "Personalaus-weis". The joints below are found
without any dictionary. The German patterns take a third of a second to load: they are read only when no joint will do,
or ahead of time by ``warm`` (call it off the UI thread, after the first frame).
"""

import re
from functools import lru_cache
from pathlib import Path

from kiosk.i18n.languages import base
from kiosk.i18n.patterns import Patterns

SHORTEST = 3
"""Fewest letters before and after a break."""
SOFT = "\u00ad"
"""A hyphen that shows only where a line breaks at it."""
WHOLE = 9
"""A word of so many letters stays whole in a text with soft hyphens."""

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
    patterns = _patterns(base(lang))
    if patterns is None:
        return []
    fixed = joints(word, lang)
    free = [n for n in patterns.positions(word) if SHORTEST <= n <= len(word) - SHORTEST]
    found = [n for n in free if all(abs(n - joint) > 1 for joint in fixed)]
    return _no_lone_letters(sorted({*found, *fixed}))


@lru_cache(maxsize=256)
def softened(text: str, lang: str) -> str:
    """The text with soft hyphens where its long words may break, for a browser: at joints where that is enough."""
    return " ".join(_softened(word, lang) for word in text.split(" "))


def _softened(word: str, lang: str) -> str:
    if len(word) <= WHOLE:
        return word
    parts = _pieces(word, joints(word, lang))
    if max(map(len, parts)) > WHOLE:
        parts = _pieces(word, syllables(word, lang))
    return SOFT.join(parts)


def _pieces(word: str, places: list[int]) -> list[str]:
    ends = [*places, len(word)]
    return [word[begin:end] for begin, end in zip([0, *places], ends, strict=True)]


def warm(langs: tuple[str, ...]) -> None:
    """Load the patterns of these languages now, so that no screen waits for them."""
    for lang in langs:
        _patterns(base(lang))


def _no_lone_letters(places: list[int]) -> list[int]:
    """Of two places one letter apart the later is the right one ("Persona-l-ausweis")."""
    return [n for n in places if n + 1 not in places]


@lru_cache(maxsize=8)
def _patterns(lang: str) -> Patterns | None:
    import pyphen

    return Patterns(Path(pyphen.LANGUAGES[lang])) if lang in pyphen.LANGUAGES else None
