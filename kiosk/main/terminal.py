"""The terminal: window and core first, then - after the first frame - store, devices and network."""

import ctypes
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kiosk.catalogue.accent import accent_fault
from kiosk.config import Panel, TerminalConfig
from kiosk.core import Configured, Core
from kiosk.eventlog import EventLog
from kiosk.flows.setup.setup_visit import LANGUAGES, SetupState
from kiosk.i18n import hyphens
from kiosk.i18n.texts import Texts
from kiosk.main.setup import SetUp
from kiosk.owner_thread import LOOK_S, OwnerThread, ThreadWatch
from kiosk.payments.machine import machine as payment_machine
from kiosk.vocabulary.effects import Effect, Enrol, Restart, SessionOver, TakeConfiguration
from kiosk.vocabulary.events import Failure, Touched
from kiosk.vocabulary.ids import IdMaker, SessionId
from kiosk.vocabulary.intents import Intent

if TYPE_CHECKING:  # Kivy is imported as late as possible
    from kiosk.main.live import LiveView
    from kiosk.main.trace import Tracer
    from screens.app import KioskApp

RESTART = 75
"""Exit code that asks the supervisor to start the program anew (deploy/townhall-kiosk-terminal.service)."""
FAILED = 1
"""Exit code of a terminal that could not start its store, devices or network; the supervisor tries again."""
M_ARENA_MAX = -8
"""mallopt(3): how many heaps a program's threads have. With one each they keep some MiB that nobody uses."""
SWITCH_S = 0.001
"""How long a thread may keep Python to itself: a number on its way must not wait for a drawing (default 5 ms)."""

_log = logging.getLogger(__name__)


class Terminal:
    """Builds everything, starts it in order, stops it in reverse."""

    def __init__(
        self,
        config: TerminalConfig,
        data: Path,
        window: tuple[int, int] | None,
        trace: Path | None,
        log: EventLog,
        path: Path | None = None,
        live: Path | None = None,
    ) -> None:
        """``path``: where set-up saves a configuration, for a terminal that has none yet. ``live``: the socket at which
        the simulators' panel sees and touches it."""
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)  # before there is a second thread
        self._config, self._data, self._window, self._trace, self._log = config, data, window, trace, log
        self._live_at = live
        self._live: LiveView | None = None
        self.panel = panel_for(config.panel, window)
        self._texts = Texts.load("terminal")
        self._ids = IdMaker(lambda: time.time_ns() // 1_000_000, _random_bits)
        self._zone = ZoneInfo(config.site.timezone)
        self._watch = ThreadWatch()
        self._workers: object | None = None
        self._exit = 0
        self._tracer: Tracer | None = None
        self._perform_now = self._not_yet
        self._forget: Callable[[], None] = lambda: None
        self.core = Core(
            texts=self._texts,
            site=config.site,
            terminal=config.hub.name,
            timing=config.timing,
            languages=LANGUAGES if path else config.languages,
            now=lambda: datetime.now(self._zone),
            mono=time.monotonic,
            make_id=self._ids,
            perform=self._perform,
            show=lambda view: self.app.show(view),
            log=log,
            home=SetupState.HUB if path else None,
            lasting=(payment_machine(),),
        )
        self._set_up = SetUp(path, self.core.post) if path else None
        self.app = self._make_app()

    def run(self) -> int:
        """Until the window ends; RESTART when an order wants it."""
        sys.setswitchinterval(SWITCH_S)
        core = OwnerThread("core", self.core.run, self._thread_died)
        core.start()
        self._watch_over(core)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: self.app.close())
        self._log.write("terminal-started", {"name": self._config.hub.name})
        try:
            self.app.run()
        finally:
            if self._live is not None:
                self._live.close()
            self.core.stop()
            core.join(5)
            self._stop_workers()
            self._log.write("terminal-stopped")
        return self._exit

    def _watch_over(self, core: OwnerThread) -> None:
        """Look after all threads from the window's: its end is the end of the program."""
        from kivy.clock import Clock

        self._watch.add(core)
        Clock.schedule_interval(lambda _dt: self._watch.look(), LOOK_S)

    def _thread_died(self, thread: str, detail: str) -> None:
        self._watch.died(thread, detail)
        self._log.write("thread-died", {"thread": thread, "detail": detail})

    def _make_app(self) -> "KioskApp":
        from screens.start import Start, prepare

        panel = self.panel
        prepare(Start(panel, window=self._window))
        from screens.app import KioskApp

        app = KioskApp(
            panel,
            self._send,
            first=self.core.view(),
            on_crash=self._crashed,
            on_first_frame=self._open_workers,
            accent=self._config.look.accent,
        )
        self._check_accent()
        if self._trace is not None:
            from kivy.clock import Clock

            from kiosk.main.trace import PULSE_S, Tracer

            self._tracer = Tracer(self._trace, panel, time.monotonic)
            app.stage.drawn = self._tracer.drawn
            Clock.schedule_interval(self._tracer.pulse, PULSE_S)
        return app

    def _check_accent(self) -> None:
        """A town's colour that cannot be read is not used; staff learn why."""
        accent = self._config.look.accent
        if accent and (fault := accent_fault(accent)) is not None:
            self._log.write("config-refused", {"place": "look.accent", "why": str(fault)})

    def _perform(self, effect: Effect) -> None:
        if isinstance(effect, SessionOver):
            self.app.rest()
            self._forget()
        elif isinstance(effect, Restart):
            self._end(RESTART)
        elif isinstance(effect, Enrol | TakeConfiguration):
            self._perform_set_up(effect)
        else:
            self._perform_now(effect)

    def _perform_set_up(self, effect: Enrol | TakeConfiguration) -> None:
        assert self._set_up is not None
        match effect:
            case Enrol():
                self._set_up.enrol(effect)
            case TakeConfiguration():
                self._begin()

    def _send(self, intent: Intent, session: SessionId) -> None:
        at = time.monotonic()
        self.core.post(Touched(intent, session))
        if self._tracer is not None:
            self._tracer.note("fired", type(intent).__name__, at)

    def _crashed(self, fault: Exception) -> None:
        self._log.write("screen-failed", {"kind": type(fault).__name__})
        self.core.post(Failure("screens"))

    def _not_yet(self, effect: Effect) -> None:
        raise RuntimeError(f"no worker yet for {type(effect).__name__}")

    def _open_workers(self) -> None:
        if self._tracer is not None:
            self._tracer.note("first-frame")
        if self._live_at is not None:
            self._live = self._open_live(self._live_at)
        if self._set_up is None:
            self._begin()

    def _open_live(self, path: Path) -> "LiveView | None":
        """A simulation goes on without its picture."""
        from kiosk.main.live import LiveView
        from screens.live.finger import LiveFinger
        from screens.live.frames import Frames

        try:
            opened = LiveView(path, Frames(), LiveFinger(), self._thread_died)
        except OSError as fault:
            self._log.write("live-view-refused", {"path": str(path), "why": str(fault)})
            return None
        self._log.write("live-view-open", {"path": str(path)})
        return opened

    def _begin(self) -> None:
        threading.Thread(target=self._start, name="starter", daemon=True).start()

    def _start(self) -> None:
        """The edge: what does not start must not stand behind "the terminal is starting" for ever."""
        try:
            if self._set_up is None or self._take_configuration(self._set_up):
                self._start_workers()
        except BaseException as fault:  # noqa: BLE001 - whatever it was, a new start is the only remedy
            _log.exception("the terminal did not start")
            self._log.write("start-failed", {"kind": type(fault).__name__, "detail": str(fault)})
            self._end(FAILED)

    def _take_configuration(self, set_up: SetUp) -> bool:
        """Go on with what set-up saved: the same core, the window turned as the panel is. False: nothing to read."""
        config = set_up.configuration()
        if config is None:
            return False
        self._config, self._zone = config, ZoneInfo(config.site.timezone)
        self.panel = panel_for(config.panel, self._window)
        self.core.post(Configured(config))
        self.app.use(self.panel, config.look.accent, rotate=self._window is None, first=self._measure)
        self._check_accent()
        return True

    def _measure(self) -> None:
        if self._tracer is not None:
            self._tracer.use(self.panel)

    def _end(self, code: int) -> None:
        self._exit = code
        self.app.close()

    def _start_workers(self) -> None:
        from kiosk.main.workers import Workers

        workers = Workers(self._config, self._data, self.core, self._texts, self._ids, self._log, self._watch)
        self._perform_now, self._forget = workers.perform, workers.forget
        workers.start()
        self._workers = workers  # from now on there is something to stop
        hyphens.warm(self._config.languages)
        self.app.rest()  # what opening took is given back
        gc.collect()
        gc.freeze()  # what stays for ever is looked through no more, so that the garbage of each screen is found soon

    def _stop_workers(self) -> None:
        from kiosk.main.workers import Workers

        if isinstance(self._workers, Workers):
            self._workers.stop()


def panel_for(panel: Panel, window: tuple[int, int] | None) -> Panel:
    """The panel as drawn: with ``--window`` the same picture in other pixels, else turned as it is mounted."""
    from msgspec.structs import replace

    if window is not None and window != (panel.width_px, panel.height_px):
        scale = panel.px_per_mm
        return replace(
            panel, width_px=window[0], height_px=window[1], width_mm=window[0] / scale, height_mm=window[1] / scale
        )
    return panel


def _random_bits(count: int) -> int:
    size = (count + 7) // 8
    return int.from_bytes(os.urandom(size), "big") >> (size * 8 - count)
