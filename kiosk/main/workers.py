"""Store, devices and network of a terminal: started after the first frame, each effect handed to its worker."""

import time
from pathlib import Path
from zoneinfo import ZoneInfo

from drivers import registry
from drivers.host.host import HostCallbacks
from drivers.host.hosts import Hosts
from drivers.host.port import DeviceSaid, JobEnded
from drivers.queue_display.frame import ShowFrame
from drivers.receipt_printer.job import PrintJob
from kiosk import __version__, wire
from kiosk.calls import CallDisplay
from kiosk.catalogue.index import index_of
from kiosk.catalogue.model import Catalogue
from kiosk.config import TerminalConfig
from kiosk.core import CatalogueAge, Core, WorldChanged
from kiosk.eventlog import EventLog
from kiosk.health import printer_of
from kiosk.i18n.texts import Texts
from kiosk.main.device_facts import DeviceFacts, in_doubt
from kiosk.main.device_routes import (
    DeviceRoutes,
    KindRoute,
    PrintLedger,
    frame_ended,
    no_commands,
    no_events,
    printer_said,
)
from kiosk.main.misses import MissesOnTheWay
from kiosk.main.payments import PaymentWorker, payment_terminal_of, settings_of
from kiosk.main.slips import Slips
from kiosk.owner_thread import ThreadWatch
from kiosk.payments.events import AskTerminal, CancelJob, NumbersSure, SettingsTaken
from kiosk.scans import UnknownCode, read_code
from kiosk.vocabulary.effects import (
    AskNumber,
    CancelHelp,
    Effect,
    LookUp,
    PrintTicket,
    Search,
    SendHelp,
    StoreEffect,
    TellMisses,
    UseCatalogue,
)
from kiosk.vocabulary.events import DeviceChanged, HelpTaken, PrintFinished, Scanned
from kiosk.vocabulary.hardware.device_events import CodeRead, PrintInDoubt
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.hardware.display_frame import Frame
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import HelpId, IdMaker, JobId, OpId, TicketId
from kiosk.vocabulary.outcomes import NotPrinted, PrintOutcome
from kiosk.vocabulary.slips import Forged
from kiosk.vocabulary.tickets import Numbered, TicketIntent
from kiosk.wire import Heartbeat, QueueStates
from offline_cache.catalogue.catalogue_sync import CatalogueSync
from offline_cache.catalogue.search_thread import CatalogueThread
from offline_cache.catalogue.store import CatalogueStore
from offline_cache.http.clients import client_maker
from offline_cache.store import outbox
from offline_cache.store.context import StoreContext
from offline_cache.store.database import DatabaseFault, damaged_files
from offline_cache.store.hub_clock import HubClock
from offline_cache.store.notes import deaths
from offline_cache.store.own_numbers import SlotStatus
from offline_cache.store.queries import StoreQueries
from offline_cache.store.storage import Listener, StorageThread, StoreReady
from offline_cache.store.tickets import TicketsAtStart
from offline_cache.sync.calls import CallsThread
from offline_cache.sync.heartbeat import HeartbeatListeners
from offline_cache.sync.machine import machine_id
from offline_cache.sync.numbers import DEADLINE_S, NumbersThread
from offline_cache.sync.orders import Orders
from offline_cache.sync.slip_status import StandingThread
from offline_cache.sync.sync_thread import SyncThread
from offline_cache.sync.trail_heads import TrailHeads

OPEN_S = 30.0


def wall_ms() -> int:
    """The wall clock as the wire may carry it, Unix ms: a clock that stands before 1970 says 0."""
    return max(0, time.time_ns() // 1_000_000)


class Workers:
    """Every thread of a terminal but the window and the core."""

    def __init__(
        self,
        config: TerminalConfig,
        data: Path,
        core: Core,
        texts: Texts,
        ids: IdMaker,
        log: EventLog,
        watch: ThreadWatch | None = None,
    ) -> None:
        self._config, self._core, self._ids, self._log = config, core, ids, log
        self.watch = watch or ThreadWatch()
        """Over all threads from here; who built us calls its ``look``."""
        self._full, self._stored, self._store = False, True, data / "terminal.db"
        self._wrong_keyboards: set[str] = set()
        """Scanners whose last code was read only as that of another keyboard."""
        self._prints = PrintLedger()
        self._catalogues = CatalogueStore(data / "catalogue.db", self._note, config.languages)
        self._catalogue = CatalogueThread(self._catalogues, core.post, changed=self._new_catalogue, note=self._note)
        self._clock = HubClock()
        self._storage = StorageThread(
            self._store,
            core.post,
            note=self._note,
            facts=registry.facts(),
            listeners=(Listener(SlotStatus, self._stands), Listener(outbox.Newest, lambda _newest: self._sync.owing())),
            outside=StoreContext(
                new_id=lambda: OpId(ids()), clock=self._clock, machine=machine_id(), outbox_limit=config.outbox_limit
            ),
        )
        self._questions = StoreQueries(self._storage)
        self._orders = Orders(self._questions, core.post, self._note)
        self._payments = PaymentWorker(payment_terminal_of(config.devices), core.post)
        self._hosts = self._payments.hosts = Hosts(config.devices, self._ends(), on_death=deaths(self._note))
        self._wall = CallDisplay(self._show, texts, config.languages[0])
        self._follower = CatalogueSync(
            config.hub,
            self._catalogue,
            told=lambda day: core.post(WorldChanged(catalogue=CatalogueAge(day))),
            zone=ZoneInfo(config.site.timezone),
            note=self._note,
        )
        self._misses = MissesOnTheWay()
        self._slips = Slips(texts, config.site)
        self._numbers = NumbersThread(config.hub, core.post, fallback=self._own_number, note=self._note)
        self._sync = self._make_sync(data)
        self._standings = StandingThread(client_maker(config.hub, 1.0, 1.5, 2.0), core.post, note=self._note)
        self._calls = CallsThread(config.hub, self._show_calls, note=self._note)
        self.watch.add(self._storage.thread, self._catalogue.thread, self._hosts.thread, self._numbers.thread)
        self.watch.add(*self._sync.threads, self._follower.thread, self._standings.thread, self._calls.thread)

    def _make_sync(self, data: Path) -> SyncThread:
        """The thread that exchanges state with the hub; over the workers that stand already."""
        return SyncThread(
            self._config.hub,
            self._core.post,
            debts=self._questions,
            catalogue=self._follower,
            status=self._heartbeat,
            queues=self._queues,
            hearers=HeartbeatListeners(
                clock=self._clock.learn,
                day=self._questions.heard,
                closed=self._questions.closed,
                probe=self._probed,
                orders=self._orders.hear,
                help=self._help_taken,
                ledger=self._ledger_heard,
                taken=self._misses.taken,
                trail=TrailHeads(data / "hub-trail-heads.txt", time.time, self._note).hear,
            ),
            note=self._note,
        )

    def start(self) -> None:
        """In order: store, catalogue, then devices and network; the start screen comes when the first two are open."""
        self._storage.start()
        loaded = self._catalogues.load()
        if loaded is not None:
            self._new_catalogue(loaded, self._catalogues.generation)
        ready = self._opened()
        if isinstance(ready, StoreReady):
            before = ready.of(TicketsAtStart)
            self._ids.not_before(before.newest_ms)
            self._ask_for_slips(before)
            for fact in in_doubt(ready.settled, self._config.devices):
                self._hosts.recover(fact.device, fact)
        self._orders.restore()
        self._core.post(SettingsTaken(settings_of(self._config.payment)))
        self._core.post(WorldChanged(stored=isinstance(ready, StoreReady), ready=True))
        network = (self._numbers, self._sync, self._follower, self._standings, self._calls)
        for each in (self._catalogue, self._hosts, *network):
            each.start()

    def stop(self) -> None:
        """In reverse."""
        for each in (
            self._calls,
            self._standings,
            self._follower,
            self._sync,
            self._numbers,
            self._hosts,
            self._catalogue,
            self._storage,
        ):
            each.stop()

    def perform(self, effect: Effect) -> None:
        """Hand an effect to its worker; never blocks."""
        match effect:
            case StoreEffect():
                self._storage.submit(effect)
            case AskTerminal() | CancelJob():
                self._payments.perform(effect)
            case AskNumber():
                self._numbers.submit(effect)
            case PrintTicket():
                self._print(effect)
            case LookUp():
                self._standings.submit(effect)
            case SendHelp() | CancelHelp():
                self._sync.submit(effect)
            case Search() | UseCatalogue():
                self._catalogue.submit(effect)
            case TellMisses():
                self._misses.add(effect)
            case _:
                raise RuntimeError(f"no worker for {type(effect).__name__}")

    def forget(self) -> None:
        """A visit is over: keep nothing of it."""
        self._catalogue.forget()

    def _opened(self) -> StoreReady | DatabaseFault:
        try:
            return self._storage.ready.result(OPEN_S)
        except TimeoutError:
            raise TimeoutError(f"terminal.db was not open after {OPEN_S:g} s") from None

    def _print(self, effect: PrintTicket) -> None:
        printer = printer_of(self._hosts.statuses())
        if printer is None:
            self._core.post(PrintFinished(effect.job, NotPrinted(Problem.NOT_FOUND)))
            return
        document = self._slips.ticket(effect, self._core.index)
        self._prints.begins(effect.job, effect.ticket.id)
        self._hosts.submit(printer.device, effect.job, PrintJob(effect.job, document, self._prints.in_doubt))

    def _ends(self) -> HostCallbacks:
        kinds = {
            DeviceKind.RECEIPT_PRINTER: KindRoute(
                ended=self._printed, late=self._printed_late, recovered=self._slip_recovered, said=printer_said
            ),
            DeviceKind.QUEUE_DISPLAY: KindRoute(
                ended=frame_ended, late=frame_ended, recovered=no_commands, said=no_events
            ),
            DeviceKind.SCANNER: KindRoute(
                ended=no_commands, late=no_commands, recovered=no_commands, said=self._scanner_said
            ),
            DeviceKind.PAYMENT_TERMINAL: self._payments.route,
        }
        routes = DeviceRoutes(kinds)
        facts = DeviceFacts(self._storage.keep, self._core.post)
        return HostCallbacks(
            emit=self._device_changed,
            finished=routes.finished,
            late=lambda ended: self._late(ended, routes),
            recovered=routes.recovered,
            progress=routes.said,
            unsolicited=routes.said,
            persist=facts.persist,
        )

    def _ask_for_slips(self, ready: TicketsAtStart) -> None:
        """Ask each printer for the slips of which nobody knows what became of them when the program ended."""
        self._prints.in_doubt = ready.paper_in_doubt
        tickets = ready.unfinished.unconfirmed or ((TicketId(""),) if ready.paper_in_doubt else ())
        for name, device in self._config.devices.items():
            if device.kind is DeviceKind.RECEIPT_PRINTER:
                for ticket in tickets:
                    self._hosts.recover(name, PrintInDoubt(ticket))

    def _show(self, device: str, job: JobId, frame: Frame) -> None:
        self._hosts.submit(device, job, ShowFrame(frame))

    def _device_changed(self, event: DeviceChanged) -> None:
        self._core.post(event)
        self._wall.device_changed(event.status)
        self._payments.device_changed(event.status)

    def _scanner_said(self, said: DeviceSaid) -> None:
        match said.event:
            case CodeRead(text=text):
                self._code_read(said.device, text)
            case _:
                no_events(said)

    def _code_read(self, device: str, text: str) -> None:
        now = self._questions.standing
        read = read_code(text, now.slip_key if now else b"", self._config.site.base_url)
        if read.wrong_keyboard and device not in self._wrong_keyboards:
            self._log.write("scanner-keyboard", {"device": device})
        if read.wrong_keyboard:
            self._wrong_keyboards.add(device)
        elif not isinstance(read.scan, Forged | UnknownCode):
            self._wrong_keyboards.discard(device)
        self._core.post(Scanned(text))

    def _printed(self, job: JobId, outcome: PrintOutcome) -> None:
        self._prints.ended(outcome)
        self._core.post(PrintFinished(job, outcome))

    def _printed_late(self, job: JobId, outcome: PrintOutcome) -> None:
        if (paper := self._prints.late_paper(job, outcome)) is not None:
            self._storage.submit(paper)

    def _slip_recovered(self, fact: PrintInDoubt, outcome: PrintOutcome) -> None:
        if (paper := self._prints.recovered_paper(fact, outcome)) is not None:
            self._storage.submit(paper)

    def _late(self, ended: JobEnded, routes: DeviceRoutes) -> None:
        """Evidence: into the event log, and to who keeps the outcomes of this kind."""
        outcome = type(ended.outcome).__name__
        self._log.write("device-late-outcome", {"device": ended.device, "job": ended.job, "outcome": outcome})
        routes.late(ended)

    def _new_catalogue(self, catalogue: Catalogue, generation: int) -> None:
        self._core.post(WorldChanged(index=index_of(catalogue, generation)))

    def _own_number(self, intent: TicketIntent) -> Numbered | None:
        service = self._core.index.services.get(intent.service)
        queue = self._core.index.queue_of(service) if service else None
        return self._questions.draw_own(intent, queue.series, queue.id) if queue else None

    def _probed(self, answered: bool, round_trip_s: float) -> None:
        self._numbers.probed(answered and round_trip_s <= DEADLINE_S)

    def _stands(self, now: SlotStatus) -> None:
        if now.full != self._full:
            self._full = now.full
            self._log.write("outbox-full" if now.full else "outbox-open")
        self._core.post(
            WorldChanged(
                own_numbers=now.own_numbers,
                outbox_full=now.full,
                slip_key=now.slip_key,
                business_day=now.business_day,
            )
        )

    def _ledger_heard(self, told: wire.LedgerStanding) -> None:
        if self._questions.hear_ledger(told):
            self._core.post(NumbersSure())

    def _help_taken(self, taken: tuple[wire.HelpTaken, ...]) -> None:
        for each in taken:
            self._core.post(HelpTaken(HelpId(each.id), each.name))

    def _queues(self, states: QueueStates | None) -> None:
        if states is not None and (now := self._questions.standing) and states.business_day > now.business_day:
            self._questions.heard(states.business_day)
        people = -1 if states is None else sum(each.waiting for each in states.queues)
        self._core.post(WorldChanged(waiting={} if states is None else states.people_before(), people=people))

    def _show_calls(self, calls: wire.Calls, *, whole: bool) -> None:
        self._wall.show(calls, whole=whole)
        self._core.post(WorldChanged(last_called=self._wall.last_called))

    def _heartbeat(self) -> Heartbeat:
        now = self._questions.standing
        return Heartbeat(
            version=__version__,
            catalogue_version=self._catalogue.version,
            devices=tuple(self._hosts.statuses().values()),
            generation=now.generation if now else "",
            slot=now.slot if now else 0,
            clock_ms=wall_ms(),
            notes=self._notes(),
            manifest_seq=self._follower.seq,
            outbox=self._questions.outbox_state(),
            catalogue_fault=self._follower.reason,
            missed=self._misses.told(),
        )

    def _notes(self) -> tuple[str, ...]:
        """What staff should know, as codes."""
        closed, failed, damaged = self._core.house.closed, not self._stored, bool(damaged_files(self._store))
        facts = {
            "closed": closed,
            "store_failed": failed,
            "store_damaged": damaged,
            "scanner_keyboard": bool(self._wrong_keyboards),
            "thread_died": bool(self.watch.deaths()),
        }
        return (*(code for code, is_so in facts.items() if is_so), *self._follower.codes)

    def _note(self, event: str, fields: dict[str, str]) -> None:
        if event == "thread-died":
            self.watch.died(fields["thread"], fields["detail"])
        self._log.write(event, fields)
        if event in ("store-opened", "store-failed"):
            self._stored = event == "store-opened"
            self._core.post(WorldChanged(stored=self._stored))
