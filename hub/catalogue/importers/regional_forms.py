"""Which of our languages a text is in, and which of several regional forms of one language is shown.

A tag that is a language of ours stays whole (``de-x-ls``); any other means its language without region (``de-AT``:
``de``). Of several such forms of one text the plain tag is taken, else the first: two forms in one title are no title.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Generic, TypeVar

from kiosk.i18n.languages import LANGUAGES

_TAG = re.compile(r"([a-z]{2})(-[a-z0-9-]{1,30})?\Z")
T = TypeVar("T")


@lru_cache(maxsize=256)
def written(code: str) -> str:
    """A tag as it was written, in one spelling: small letters, hyphens."""
    return code.strip().lower().replace("_", "-")


@lru_cache(maxsize=256)
def ours(code: str) -> str:
    """The language of ours that a tag means; "" for what is no language."""
    tag = written(code)
    if tag in LANGUAGES:
        return tag
    found = _TAG.match(tag)
    return found[1] if found else ""


def is_plain(code: str) -> bool:
    """Whether a tag is that of a language itself, not of a region's form of it."""
    return written(code) == ours(code)


class ByLanguage(Generic[T]):
    """Values by language of ours, of one form of it; ``told`` hears of each value of another form."""

    def __init__(self, told: Callable[[], None]) -> None:
        self._told = told
        self._forms: dict[str, str] = {}
        self.values: dict[str, list[T]] = {}

    def add(self, code: str, value: T) -> bool:
        """Take a value in; False when its tag is no language."""
        lang = ours(code)
        if not lang:
            return False
        form = self._forms.setdefault(lang, written(code))
        if form == written(code):
            self.values.setdefault(lang, []).append(value)
        elif is_plain(code):
            for _ in self.values[lang]:
                self._told()
            self._forms[lang], self.values[lang] = lang, [value]
        else:
            self._told()
        return True

    def first(self) -> dict[str, T]:
        """One value in each language."""
        return {lang: values[0] for lang, values in self.values.items()}
