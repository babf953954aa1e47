"""Texts of the hub's pages, and which language a browser gets."""

from collections.abc import Callable
from functools import cache
from typing import Any

from litestar import Request

from kiosk.i18n.texts import Texts

STAFF_LANGUAGES = ("de", "en")
COOKIE = "hub_lang"

Say = Callable[..., str]
"""``say(key, n=None, **values)``: the text in the page's language."""


@cache
def texts() -> Texts:
    """The hub's message catalogues."""
    return Texts.load("hub")


def sayer(lang: str) -> Say:
    """The texts in one language, as templates ask for them."""

    def say(key: str, n: int | None = None, **values: object) -> str:
        return texts().say(lang, key, n, **values).text

    return say


def language_of(request: Request[Any, Any, Any], offered: tuple[str, ...] = STAFF_LANGUAGES) -> str:
    """What was chosen on a page before, else what the browser prefers, else German."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in offered:
        return chosen
    for part in request.headers.get("accept-language", "").split(","):
        tag = part.partition(";")[0].strip().lower()
        if tag.partition("-")[0] in offered:
            return tag.partition("-")[0]
    return offered[0]
