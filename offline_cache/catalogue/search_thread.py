"""The catalogue thread: search on every key, in the generation that the core shows."""

import queue
import threading
from collections.abc import Callable, Iterable
from functools import partial

from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue
from kiosk.owner_thread import OwnerThread
from kiosk.vocabulary.effects import Search, UseCatalogue
from kiosk.vocabulary.events import CatalogueChanged, Event, SearchFound
from kiosk.wire import Change
from offline_cache.catalogue.build import Mismatch
from offline_cache.catalogue.file import Head
from offline_cache.catalogue.search import Hits, SearchIndex
from offline_cache.catalogue.store import CatalogueStore, NotStored
from offline_cache.store.database import FILE_ERRORS
from offline_cache.store.notes import Note, deaths, ignore

Changed = Callable[[Catalogue, int], None]
"""Gets a catalogue that was stored, and its generation."""
Taken = Catalogue | CatalogueFaults | Mismatch | NotStored
"""The catalogue when it was switched to, else why the one before stays in force."""


class CatalogueThread:
    """Answers ``Search`` with ``SearchFound``; only the newest of the searches that wait is done.

    ``changed`` gets a catalogue that was stored, before ``CatalogueChanged`` is posted. Search goes on in the
    generation before, whose file stays open, until the core says ``UseCatalogue``. ``take`` is called by the
    thread that fetches and builds there, so that no key waits for a new index.
    """

    def __init__(
        self, store: CatalogueStore, post: Callable[[Event], None], *, changed: Changed, note: Note = ignore
    ) -> None:
        self.store = store
        self._post, self._changed, self._note = post, changed, note
        self._inbox: queue.SimpleQueue[Search | UseCatalogue | None] = queue.SimpleQueue()
        self._index: SearchIndex | None = None
        self._generation = -1
        self._at_hand: Search | None = None
        """Not answered yet."""
        self._ready: dict[int, SearchIndex] = {}
        self._lock = threading.Lock()
        self.thread = OwnerThread("catalogue", self._run, deaths(note))

    def start(self) -> None:
        """Open the index in its own thread."""
        self.thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End the thread."""
        self._inbox.put(None)
        self.thread.join(timeout_s)

    def submit(self, effect: Search | UseCatalogue) -> None:
        """Search, or switch; never blocks."""
        self._inbox.put(effect)

    def forget(self) -> None:
        """A visit is over: drop the words it searched for."""
        if (index := self._index) is not None:
            index.forget()

    @property
    def version(self) -> int:
        """Version of the catalogue in force; 0 = none."""
        return self.store.version

    def take(self, changes: Iterable[Change], head: Head, *, onto: bool) -> Taken:
        """Store the state ``head``; the catalogue when it was switched to, else why not."""
        answer = self.store.take(changes, head, onto=onto)
        if isinstance(answer, Catalogue):
            generation = self.store.generation
            self._open_ahead(generation)
            self._tell(answer, generation)
        return answer

    def _open_ahead(self, generation: int) -> None:
        """Open the new file while it stands there: the next switch may come before the core takes this one."""
        try:
            index = self.store.index()
        except FILE_ERRORS:
            return  # the first search finds the damage
        with self._lock:
            if index is not None:
                self._ready[generation] = index
            for old in sorted(self._ready)[:-2]:
                self._ready.pop(old).close()

    def _run(self) -> None:
        if (left := self._at_hand) is not None:  # this thread ended before, over it
            self._answer(left, Hits())
        self._guarded(self._check)
        while (effect := self._newest()) is not None:
            self._at_hand = effect
            self._answer(effect, self._search(effect))
        self._close()
        with self._lock:
            for index in self._ready.values():
                index.close()

    def _answer(self, effect: Search, hits: Hits) -> None:
        self._at_hand = None
        self._post(SearchFound(effect.token, hits.sure, hits.unsure))

    def _newest(self) -> Search | None:
        waiting: Search | None = None
        while True:
            effect = self._inbox.get()
            match effect:
                case UseCatalogue(generation=generation):
                    self._guarded(partial(self._use, generation))
                case Search():
                    waiting = effect
                case None:
                    return None
            if waiting is not None and self._inbox.empty():
                return waiting

    def _use(self, generation: int) -> None:
        """Switch to this generation, or the next newer one that is there; close the older ones."""
        if generation <= self._generation:
            return
        with self._lock:
            newer = sorted(each for each in self._ready if each >= generation)
            if not newer:
                return
            index = self._ready.pop(newer[0])
            for old in [each for each in self._ready if each < newer[0]]:
                self._ready.pop(old).close()
        self._close()
        self._index, self._generation = index, newer[0]

    def _search(self, effect: Search) -> Hits:
        try:
            index = self._current()
            return index.search(effect.text, effect.lang) if index is not None else Hits()
        except FILE_ERRORS as error:
            self._guarded(partial(self._fall_back, error))
        except Exception as error:  # noqa: BLE001 - the edge: a bug ends this search, not the thread
            self._note("catalogue-bug", {"detail": type(error).__name__})
        return Hits()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the edge: a bug ends this work, not the thread
            self._note("catalogue-bug", {"detail": type(error).__name__})

    def _check(self) -> None:
        """At start: a file damaged since the last time is found now, not by a visitor."""
        try:
            index = self._current()
            if index is not None:
                index.check()
        except FILE_ERRORS as error:
            self._fall_back(error)

    def _current(self) -> SearchIndex | None:
        if self._index is None:
            self._generation = self.store.generation
            self._index = self.store.index()
        return self._index

    def _fall_back(self, error: Exception) -> None:
        """The file in use is damaged: what is found from now on comes from the one before it."""
        self._close()
        if self._generation != self.store.generation:
            return  # it was an older file, kept open for a visit: the next search opens the present one
        catalogue = self.store.damaged(error)
        if catalogue is not None:
            self._tell(catalogue, self.store.generation)

    def _tell(self, catalogue: Catalogue, generation: int) -> None:
        self._changed(catalogue, generation)
        self._post(CatalogueChanged(catalogue.version))

    def _close(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None
