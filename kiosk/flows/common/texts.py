"""Texts for one view: the interface's words and the catalogue's, in the visitor's language, with fall-back marks."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from kiosk.i18n.texts import Texts, mark, pick
from kiosk.view import Line

SIGNS = "de"
"""The language of the signs in the building."""


class Words:
    """The message catalogue bound to one language."""

    def __init__(self, texts: Texts, lang: str) -> None:
        self._texts = texts
        self.lang = lang

    def __call__(self, key: str, n: int | None = None, **values: object) -> str:
        """An interface text."""
        return self._texts.say(self.lang, key, n, **values).text

    def speaking(self, lang: str) -> "Words":
        """The same words in another language."""
        return Words(self._texts, lang)

    def line(self, texts: Mapping[str, str]) -> Line:
        """A catalogue text; in English or German where the chosen language lacks it, then with that and its mark."""
        said = pick(texts, self.lang)
        return Line(said.text, said.lang if said.fell_back else "", mark(said, self.lang))

    def signs(self, places: Mapping[str, str]) -> tuple[Line, ...]:
        """A place in the visitor's language, then in German as on the signs in the building, where that differs."""
        said, german = self.line(places), places.get(SIGNS, "")
        same = not german or said.lang == SIGNS or self.lang == SIGNS or german == said.text
        return (said,) if same else (said, Line(german, SIGNS))


def marks_of(*lines: Line) -> tuple[str, ...]:
    """The marks of these lines, each once."""
    return tuple(dict.fromkeys(line.note for line in lines if line.note))


def marked_once(lines: Iterable[Line], said: Iterable[str]) -> tuple[Line, ...]:
    """The lines, each mark only where it is read first; ``said`` was read before them."""
    seen = set(said)
    kept = []
    for line in lines:
        kept.append(replace(line, note="") if line.note in seen else line)
        seen.add(line.note)
    return tuple(kept)
