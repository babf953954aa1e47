"""Set-up's worker: enrols the terminal on a thread of its own and says what came of it."""

import threading
from collections.abc import Callable
from pathlib import Path

from kiosk import config as settings
from kiosk.config import Loaded, Panel, TerminalConfig
from kiosk.vocabulary.effects import Enrol
from kiosk.vocabulary.events import EnrolFailed, Enrolled, Event


class SetUp:
    """Saves the configuration at ``path``. ``post`` takes the answers; it is called on the enrolling thread."""

    def __init__(self, path: Path, post: Callable[[Event], None]) -> None:
        self._path, self._post = path, post

    def enrol(self, effect: Enrol) -> None:
        """Ask the hub; returns at once."""
        threading.Thread(target=self._enrol, args=(effect,), name="enrol", daemon=True).start()

    def configuration(self) -> TerminalConfig | None:
        """What was saved; None, and the answer that says so, when it cannot be read."""
        loaded = settings.load(self._path)
        if isinstance(loaded, Loaded) and loaded.config.hub.key:
            return loaded.config
        self._post(EnrolFailed("cannot_save", str(loaded), str(self._path)))
        return None

    def _enrol(self, effect: Enrol) -> None:
        from offline_cache.sync.enrolment import EnrolFault, enrol

        answer = enrol(self._path, effect.url, effect.code, _panel(effect))
        if isinstance(answer, EnrolFault):
            self._post(EnrolFailed(answer.trouble.value, answer.detail, str(self._path)))
        else:
            self._post(Enrolled())


def _panel(effect: Enrol) -> Panel:
    chosen = effect.panel
    return Panel(
        width_px=chosen.width_px,
        height_px=chosen.height_px,
        width_mm=chosen.width_mm,
        height_mm=chosen.height_mm,
        rotation=effect.rotation,
        bottom_mm=effect.bottom_cm * 10.0,
    )
