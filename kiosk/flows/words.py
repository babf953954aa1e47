"""Texts for one view: the interface's words and the catalogue's, in the visitor's language, with fall-back marks."""

from collections.abc import Mapping

from kiosk.i18n.languages import fallback_mark
from kiosk.i18n.texts import Said, Texts, pick
from kiosk.view import Line


class Words:
    """The message catalogue bound to one language."""

    def __init__(self, texts: Texts, lang: str) -> None:
        self._texts = texts
        self.lang = lang

    def __call__(self, key: str, n: int | None = None, **values: object) -> str:
        """An interface text."""
        return self._texts.say(self.lang, key, n, **values).text

    def pick(self, texts: Mapping[str, str]) -> Said:
        """A catalogue text: chosen language, else English, else German."""
        return pick(texts, self.lang)

    def mark(self, said: Said) -> str:
        """ "nur auf Deutsch" when the text had to fall back, else nothing."""
        return fallback_mark(self.lang, said.lang) if said.fell_back else ""

    def line(self, texts: Mapping[str, str]) -> Line:
        """A catalogue text as a line with its own language and mark."""
        said = self.pick(texts)
        return Line(said.text, said.lang if said.fell_back else "", self.mark(said))
