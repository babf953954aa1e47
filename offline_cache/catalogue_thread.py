"""The catalogue thread: search on every key, and what the hub publishes put in force."""

import queue
import threading
from collections.abc import Callable

import apsw

from kiosk.catalogue.model import Catalogue
from kiosk.vocabulary.effects import Search
from kiosk.vocabulary.events import CatalogueChanged, Event, SearchFound
from offline_cache.catalogue_store import CatalogueStore
from offline_cache.notes import Note, ignore
from offline_cache.search import SearchIndex

Changed = Callable[[Catalogue], None]


class CatalogueThread:
    """Answers ``Search`` with ``SearchFound``; only the newest of the searches that wait is done.

    ``changed`` gets a snapshot that came into force, before ``CatalogueChanged`` is posted. ``take`` is called by the
    sync thread and builds there, so that no key waits for a new index.
    """

    def __init__(
        self, store: CatalogueStore, post: Callable[[Event], None], *, changed: Changed, note: Note = ignore
    ) -> None:
        self._store, self._post, self._changed, self._note = store, post, changed, note
        self._inbox: queue.SimpleQueue[Search | None] = queue.SimpleQueue()
        self._index: SearchIndex | None = None
        self._generation = -1
        self._thread = threading.Thread(target=self._run, name="catalogue", daemon=True)

    def start(self) -> None:
        """Open the index in its own thread."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End the thread."""
        self._inbox.put(None)
        self._thread.join(timeout_s)

    def submit(self, effect: Search) -> None:
        """Search; never blocks."""
        self._inbox.put(effect)

    def forget(self) -> None:
        """A visit is over: drop the words it searched for."""
        if (index := self._index) is not None:
            index.forget()

    @property
    def version(self) -> int:
        """Version of the snapshot in force; 0 = none."""
        return self._store.version

    @property
    def etag(self) -> str:
        """The hub's tag of it."""
        return self._store.etag

    def take(self, body: bytes, etag: str) -> bool:
        """A snapshot from the hub: True when it is in force now."""
        catalogue = self._store.offer(body, etag)
        if not isinstance(catalogue, Catalogue):
            return False
        self._tell(catalogue)
        return True

    def _run(self) -> None:
        self._check()
        while (effect := self._newest()) is not None:
            self._post(SearchFound(effect.token, self._search(effect)))
        self._close()

    def _newest(self) -> Search | None:
        effect = self._inbox.get()
        while effect is not None and not self._inbox.empty():
            effect = self._inbox.get()
        return effect

    def _search(self, effect: Search) -> tuple[str, ...]:
        try:
            index = self._current()
            return index.search(effect.text, effect.lang) if index is not None else ()
        except apsw.Error as error:
            self._fall_back(error)
        except Exception as error:  # noqa: BLE001 - the edge: a bug ends this search, not the thread
            self._note("catalogue-bug", {"detail": type(error).__name__})
        return ()

    def _check(self) -> None:
        """At start: a file damaged since the last time is found now, not by a visitor."""
        try:
            index = self._current()
            if index is not None:
                index.check()
        except apsw.Error as error:
            self._fall_back(error)

    def _current(self) -> SearchIndex | None:
        if self._generation != self._store.generation or self._index is None:
            self._close()
            self._generation = self._store.generation
            self._index = self._store.index()
        return self._index

    def _fall_back(self, error: apsw.Error) -> None:
        self._close()
        catalogue = self._store.damaged(error)
        if catalogue is not None:
            self._tell(catalogue)

    def _tell(self, catalogue: Catalogue) -> None:
        self._changed(catalogue)
        self._post(CatalogueChanged(catalogue.version))

    def _close(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None
