"""The touch set-up of an unconfigured terminal: its own window, its own small machine, one enrolment at the end."""

import signal
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from kiosk.config import Panel
from kiosk.eventlog import EventLog
from kiosk.flows import setup
from kiosk.flows.setup import Enrol, Question, Setup
from kiosk.i18n.texts import Texts
from kiosk.main.terminal import panel_for
from kiosk.view import View
from kiosk.vocabulary.intents import Intent

if TYPE_CHECKING:
    from kiosk.main.trace import Tracer

DONE_S = 2.0
"""How long the good news stands before the terminal begins."""


def run_setup(path: Path, window: tuple[int, int] | None, trace: Path | None, log: EventLog) -> bool:
    """Ask until enrolled. True when the configuration stands at ``path``; False when the window was ended before."""
    panel = panel_for(Panel(), window)
    return _SetupWindow(path, panel, window, trace, log).run()


class _SetupWindow:
    def __init__(
        self, path: Path, panel: Panel, window: tuple[int, int] | None, trace: Path | None, log: EventLog
    ) -> None:
        from screens.start import Start, prepare

        prepare(Start(panel, window=window))
        from screens.app import KioskApp

        self._path, self._log, self._texts = path, log, Texts.load("terminal")
        self._state, self._lock, self._done = Setup(path=str(path)), threading.Lock(), False
        self._app = KioskApp(panel, self._touched, first=self._view(self._state), on_first_frame=self._stands)
        self._tracer: Tracer | None = None
        if trace is not None:
            from kiosk.main.trace import Tracer as TracerNow

            self._tracer = TracerNow(trace, panel, time.monotonic)
            self._app.stage.drawn = self._tracer.drawn

    def run(self) -> bool:
        for each in (signal.SIGTERM, signal.SIGINT):  # SDL takes them for a close request, which we swallow
            signal.signal(each, lambda *_: self._app.close())
        self._app.run()
        return self._done

    def _stands(self) -> None:
        if self._tracer is not None:
            self._tracer.note("first-frame")

    def _touched(self, intent: Intent, _session: str) -> None:
        if self._tracer is not None:
            self._tracer.note("fired", type(intent).__name__)
        with self._lock:
            self._state, order = setup.answer(self._state, intent)
            state = self._state
        self._app.show(self._view(state))
        if order is not None:
            threading.Thread(target=self._enrol, args=(order,), name="enrol", daemon=True).start()

    def _enrol(self, order: Enrol) -> None:
        from offline_cache.enrolment import EnrolFault, enrol

        answer = enrol(self._path, order.url, order.code, order.panel)
        self._done = not isinstance(answer, EnrolFault)
        fault = answer.trouble.value if isinstance(answer, EnrolFault) else ""
        if isinstance(answer, EnrolFault):
            self._log.write("setup-failed", {"why": fault, "detail": answer.detail})
        with self._lock:
            self._state = replace(self._state, question=Question.FAILED if fault else Question.DONE, fault=fault)
            state = self._state
        self._app.show(self._view(state))
        if self._done:
            time.sleep(DONE_S)
            self._app.close()

    def _view(self, state: Setup) -> View:
        return setup.view(state, self._texts, datetime.now().astimezone())
