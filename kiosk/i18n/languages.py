"""The languages we know: their own name, their direction, and how each says "only in German".

Which of them a terminal offers stands in its configuration; tags are BCP 47. Leichte Sprache is ``de-x-ls``.
"""

from typing import NamedTuple

FALLBACKS = ("en", "de")
"""Where a text is looked for when the chosen language lacks it, in this order."""


class Language(NamedTuple):
    """One language. ``only_de`` and ``only_en`` mark a text that had to fall back, in this language."""

    name: str
    only_de: str
    only_en: str
    rtl: bool = False


LANGUAGES: dict[str, Language] = {
    "de": Language("Deutsch", "nur auf Deutsch", "nur auf Englisch"),
    "de-x-ls": Language("Leichte Sprache", "nicht in Leichter Sprache", "nur auf Englisch"),
    "en": Language("English", "only in German", "only in English"),
    "ar": Language("العربية", "بالألمانية فقط", "بالإنجليزية فقط", rtl=True),
    "uk": Language("Українська", "лише німецькою", "лише англійською"),
    "ru": Language("Русский", "только на немецком", "только на английском"),
    "tr": Language("Türkçe", "yalnızca Almanca", "yalnızca İngilizce"),
    "fa": Language("فارسی", "فقط به آلمانی", "فقط به انگلیسی", rtl=True),
    "vi": Language("Tiếng Việt", "chỉ có tiếng Đức", "chỉ có tiếng Anh"),
    "ro": Language("Română", "doar în germană", "doar în engleză"),
    "pl": Language("Polski", "tylko po niemiecku", "tylko po angielsku"),
    "cs": Language("Čeština", "pouze německy", "pouze anglicky"),
    "fr": Language("Français", "uniquement en allemand", "uniquement en anglais"),
    "he": Language("עברית", "בגרמנית בלבד", "באנגלית בלבד", rtl=True),
}


def chain(lang: str) -> tuple[str, ...]:
    """Where to look for a text: the tag itself, its language without subtags, then English, then German."""
    return tuple(dict.fromkeys((lang, base(lang), *FALLBACKS)))


def base(lang: str) -> str:
    """The language of a tag: "de" of "de-x-ls"."""
    return lang.partition("-")[0]


def is_rtl(lang: str) -> bool:
    """Whether the language is written from right to left."""
    known = _known(lang)
    return known is not None and known.rtl


def own_name(lang: str) -> str:
    """How the language calls itself; the tag where we do not know it."""
    known = _known(lang)
    return lang if known is None else known.name


def fallback_mark(lang: str, said: str) -> str:
    """ "nur auf Deutsch", in the visitor's language, for a text that is in ``said``; "" when it is in theirs."""
    if base(said) == base(lang) and said != "de":
        return ""
    known = _known(lang) or LANGUAGES["en"]
    if base(said) == "de":
        return "" if lang == "de" else known.only_de
    return known.only_en if base(said) == "en" else own_name(said)


def _known(lang: str) -> Language | None:
    return LANGUAGES.get(lang) or LANGUAGES.get(base(lang))
