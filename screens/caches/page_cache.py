"""Which pages are drawn: the one that stands, and the start page.

Every other page is built when it is entered and released when it is left, so that the memory does not grow with the
number of screens. The start page stays, because the next visitor must not wait for it (decision 0305).
"""

from collections.abc import Callable

import msgspec

from kiosk.view import Screen, View
from screens.caches.drawn_page import DrawnPage


class PageKey(msgspec.Struct, frozen=True):
    """What a drawn page shows: a view, and which of its pages, from 0."""

    view: View
    number: int


class PageCache:
    """At most two drawn pages, once ``release_others`` was called; used by the window's thread only."""

    def __init__(self) -> None:
        self._pages: dict[PageKey, DrawnPage] = {}

    def __len__(self) -> int:
        return len(self._pages)

    def enter(self, view: View, number: int, build: Callable[[], DrawnPage]) -> DrawnPage:
        """The kept page, else a new one. A view with fewer pages shows its last."""
        if (known := self._pages.get(PageKey(view, number))) is not None:
            return known
        page = build()
        key = PageKey(view, page.sheet.page)
        if (known := self._pages.get(key)) is not None:
            page.release()
            return known
        self._pages[key] = page
        return page

    def release_others(self, standing: DrawnPage, *, start: bool = False) -> None:
        """Release every page but the one that stands and the newest start page; with ``start`` that one too."""
        starts = [] if start else [key for key in self._pages if key.view.screen is Screen.START]
        for key, page in list(self._pages.items()):
            if page is not standing and key not in starts[-1:]:
                del self._pages[key]
                page.release()
