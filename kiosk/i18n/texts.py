"""Every word a person reads: gettext catalogues by language, asked by key.

Sources are ``locale/<lang>/<domain>.po``; ``scripts/compile_texts.py`` compiles them to the ``.mo`` files that stand
beside them. A key is a msgid like ``start.title``; its placeholders are named (``{name}``), ``{n}`` is the count.
"""

from collections.abc import Mapping
from gettext import GNUTranslations
from pathlib import Path

import msgspec

from kiosk.i18n.languages import base, chain, fallback_mark, is_rtl

LOCALE_DIR = Path(__file__).resolve().parent / "locale"

FSI, PDI = "\u2068", "\u2069"
"""First strong isolate and its end (UAX #9): keep "A 042" or a German name whole inside an Arabic sentence."""


class Said(msgspec.Struct, frozen=True):
    """A text, the language it is in, and whether that is not the language asked for."""

    text: str
    lang: str
    fell_back: bool = False


class Texts:
    """The message catalogues of one domain. Reads them once; safe to share between threads."""

    def __init__(self, catalogues: Mapping[str, GNUTranslations]) -> None:
        self._catalogues = dict(catalogues)

    @classmethod
    def load(cls, domain: str, folder: Path = LOCALE_DIR) -> "Texts":
        """Read every language of a domain ("terminal", "hub"). Raises FileNotFoundError when there is none."""
        catalogues = {}
        for path in sorted(folder.glob(f"*/{domain}.mo")):
            with path.open("rb") as file:
                catalogues[path.parent.name] = GNUTranslations(file)
        if not catalogues:
            raise FileNotFoundError(f"{folder}: no */{domain}.mo; run scripts/compile_texts.py")
        return cls(catalogues)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have a catalogue."""
        return tuple(self._catalogues)

    def say(self, lang: str, key: str, n: int | None = None, **values: object) -> Said:
        """The text of a key in the chosen language, else English, else German.

        ``n`` chooses the plural form. Raises KeyError for a key no language has: that is a bug, not a missing
        translation.
        """
        for tag in chain(lang):
            if (found := self._find(tag, key, n)) is not None:
                return Said(_fill(found, tag, n, values), tag, _fell_back(lang, tag))
        raise KeyError(key)

    def _find(self, tag: str, key: str, n: int | None) -> str | None:
        catalogue = self._catalogues.get(tag)
        if catalogue is None:
            return None
        found = catalogue.gettext(key) if n is None else catalogue.ngettext(key, key, n)
        if found == key and n is not None:
            found = catalogue.gettext(key)
        return None if found == key else found


def pick(texts: Mapping[str, str], lang: str) -> Said:
    """A text of the service catalogue: chosen -> English -> German -> whatever there is; "" for no text at all."""
    for tag in (*chain(lang), *texts):
        if texts.get(tag):
            return Said(texts[tag], tag, _fell_back(lang, tag))
    return Said("", lang)


def mark(said: Said, lang: str) -> str:
    """ "nur auf Deutsch", in the visitor's language, when the text had to fall back; else nothing."""
    return fallback_mark(lang, said.lang) if said.fell_back else ""


def _fell_back(lang: str, tag: str) -> bool:
    return tag != lang and not (tag == base(lang) and lang != "de-x-ls")


def _fill(template: str, tag: str, n: int | None, values: Mapping[str, object]) -> str:
    """Put the values in. In a right-to-left text each is isolated, so that digits and names keep their order."""
    if is_rtl(tag):
        values = {name: f"{FSI}{value}{PDI}" if isinstance(value, str) else value for name, value in values.items()}
    return template.format(n=n, **values) if n is not None else template.format(**values)
