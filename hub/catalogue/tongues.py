"""Which of our languages a text is in, and which of several regional forms of one language is shown.

A tag that is a language of ours stays whole (``de-x-ls``); any other means its language without region (``de-AT``:
``de``). Of several such forms of one text the first is taken: two forms in one title are no title.
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


class ByLanguage(Generic[T]):
    """Values by language of ours. Those of a second regional form are left out; ``told`` hears of each."""

    def __init__(self, told: Callable[[], None]) -> None:
        self._told = told
        self._forms: dict[str, str] = {}
        self.values: dict[str, list[T]] = {}

    def add(self, code: str, value: T) -> bool:
        """Take a value in; False when its tag is no language."""
        lang = ours(code)
        if not lang:
            return False
        if self._forms.setdefault(lang, written(code)) == written(code):
            self.values.setdefault(lang, []).append(value)
        else:
            self._told()
        return True
