"""Store, devices and network of a terminal: started after the first frame, each effect handed to its worker."""

import time
from pathlib import Path

from drivers.host import Ends
from drivers.hosts import Hosts
from drivers.queue_display.wall import CallWall
from drivers.receipt_printer.job import PrintJob
from kiosk import __version__
from kiosk.catalogue.index import index_of
from kiosk.catalogue.model import Catalogue
from kiosk.config import TerminalConfig
from kiosk.core import Core, News
from kiosk.eventlog import EventLog
from kiosk.i18n.texts import Texts
from kiosk.main.slips import Slips
from kiosk.vocabulary.devices import DeviceKind
from kiosk.vocabulary.effects import (
    AskNumber,
    CommitCancel,
    CommitIntent,
    CommitNumber,
    CommitPaper,
    Effect,
    PrintTicket,
    Search,
    SendHelp,
)
from kiosk.vocabulary.events import DeviceChanged, PrintFinished
from kiosk.vocabulary.ids import IdMaker
from kiosk.vocabulary.outcomes import NotPrinted, Printed, Unconfirmed
from kiosk.vocabulary.problems import Problem
from kiosk.wire import Heartbeat, QueueStates
from offline_cache.calls import CallsThread
from offline_cache.catalogue_store import CatalogueStore
from offline_cache.catalogue_thread import CatalogueThread
from offline_cache.numbers import NumbersThread
from offline_cache.storage import StorageThread, StoreReady
from offline_cache.sync import SyncThread

OPEN_S = 30.0


def wall_ms() -> int:
    """The wall clock as the wire may carry it, Unix ms: a clock that stands before 1970 says 0."""
    return max(0, time.time_ns() // 1_000_000)


class Workers:
    """Every thread of a terminal but the window and the core."""

    def __init__(
        self, config: TerminalConfig, data: Path, core: Core, texts: Texts, ids: IdMaker, log: EventLog
    ) -> None:
        self._config, self._core, self._ids, self._log = config, core, ids, log
        self._catalogues = CatalogueStore(data / "catalogue.db", self._note)
        self._catalogue = CatalogueThread(self._catalogues, core.post, changed=self._new_catalogue, note=self._note)
        self._storage = StorageThread(
            data / "terminal.db", core.post, note=self._note, owing=lambda: self._sync.owing()
        )
        ends = Ends(emit=self._device_changed, finished=self._finished, persist=lambda fact: None)
        self._hosts = Hosts(config.devices, ends)
        self._wall = CallWall(self._hosts.submit, texts, config.languages[0])
        self._printer = next((n for n, d in config.devices.items() if d.kind is DeviceKind.RECEIPT_PRINTER), "")
        self._slips = Slips(texts, config.site)
        self._numbers = NumbersThread(config.hub, core.post, note=self._note)
        self._sync = SyncThread(
            config.hub,
            core.post,
            debts=self._storage,
            catalogue=self._catalogue,
            status=self._heartbeat,
            queues=self._queues,
            note=self._note,
        )
        self._calls = CallsThread(config.hub, self._wall.show, note=self._note)

    def start(self) -> None:
        """In order: store, catalogue, then devices and network; the start screen comes when the first two are open."""
        self._storage.start()
        loaded = self._catalogues.load()
        if loaded is not None:
            self._new_catalogue(loaded)
        ready = self._storage.ready.result(OPEN_S)
        if isinstance(ready, StoreReady):
            self._ids.not_before(ready.newest_ms)
        self._core.post(News(stored=isinstance(ready, StoreReady), ready=True))
        for each in (self._catalogue, self._hosts, self._numbers, self._sync, self._calls):
            each.start()

    def stop(self) -> None:
        """In reverse."""
        for each in (self._calls, self._sync, self._numbers, self._hosts, self._catalogue, self._storage):
            each.stop()

    def perform(self, effect: Effect) -> None:
        """Hand an effect to its worker; never blocks."""
        match effect:
            case CommitIntent() | CommitNumber() | CommitPaper() | CommitCancel():
                self._storage.submit(effect)
            case AskNumber():
                self._numbers.submit(effect)
            case PrintTicket():
                self._print(effect)
            case SendHelp():
                self._sync.submit(effect)
            case Search():
                self._catalogue.submit(effect)
            case _:
                raise RuntimeError(f"no worker for {type(effect).__name__}")

    def forget(self) -> None:
        """A visit is over: keep nothing of it."""
        self._catalogue.forget()

    def _print(self, effect: PrintTicket) -> None:
        if not self._printer:
            self._core.post(PrintFinished(effect.job, NotPrinted(Problem.NOT_FOUND)))
            return
        document = self._slips.ticket(effect, self._core.index)
        self._hosts.submit(self._printer, effect.job, PrintJob(effect.job, document))

    def _device_changed(self, event: DeviceChanged) -> None:
        self._core.post(event)
        self._wall.device_changed(event.status)

    def _finished(self, job: str, outcome: object) -> None:
        if isinstance(outcome, Printed | NotPrinted | Unconfirmed):
            self._core.post(PrintFinished(job, outcome))

    def _new_catalogue(self, catalogue: Catalogue) -> None:
        self._core.post(News(index=index_of(catalogue)))

    def _queues(self, states: QueueStates | None) -> None:
        self._core.post(News(waiting={} if states is None else {each.id: each.waiting for each in states.queues}))

    def _heartbeat(self) -> Heartbeat:
        devices = tuple(self._hosts.statuses().values())
        return Heartbeat(
            version=__version__,
            catalogue_version=self._catalogue.version,
            devices=devices,
            notes=("closed",) if self._core.house.closed else (),
            clock_ms=wall_ms(),
        )

    def _note(self, event: str, fields: dict[str, str]) -> None:
        self._log.write(event, fields)
        if event in ("store-opened", "store-failed"):
            self._core.post(News(stored=event == "store-opened"))
