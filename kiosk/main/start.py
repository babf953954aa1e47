"""``kiosk terminal``: read the configuration, then run the terminal - with touch set-up when there is none yet."""

import logging
import signal
import sys
from pathlib import Path

from kiosk import config, private
from kiosk.config import ConfigFault, Loaded, TerminalConfig
from kiosk.eventlog import EventLog, JsonLines
from kiosk.private import NotOurs, keep_private

OK, WRONG = 0, 2


def run_terminal(path: Path, data: Path, window: str | None, trace: Path | None, live: Path | None = None) -> int:
    """Run until the window ends. Exit code 2 when the configuration cannot be read and no good one is kept.

    ``live``: the socket of the live view, for simulations only, which have a window of their own.
    """
    _log_to_stderr()
    signal.signal(signal.SIGTERM, _leave)
    try:
        closed = keep_private(data)
    except OSError as fault:
        return _wrong(
            f"The folder {data} cannot be used ({fault.strerror}). Make room, or choose another one (--data)."
        )
    if isinstance(closed, NotOurs):
        return _wrong(closed.sentence)
    private.close(path)
    size = _size(window)
    if window and size is None:
        return _wrong(f"--window {window}: not a size like 1080x1920")
    if live is not None and size is None:
        return _wrong("--live shows a simulated terminal in a browser: it goes with --window, never with a full screen")
    loaded = config.load(path) if path.exists() else Loaded(TerminalConfig())
    if isinstance(loaded, ConfigFault):
        return _wrong(str(loaded))
    log = EventLog("terminal")
    if closed.paths:
        log.write("data-folder-closed", {"path": str(data), "count": str(len(closed.paths))})
    if loaded.fault is not None:
        log.write("config-refused", {"path": loaded.fault.path, "place": loaded.fault.place, "why": str(loaded.fault)})
    if loaded.not_kept:
        log.write("config-not-kept", {"why": loaded.not_kept})
    from kiosk.main.terminal import Terminal

    return Terminal(loaded.config, data, size, trace, log, None if loaded.config.hub.key else path, live).run()


def _size(window: str | None) -> tuple[int, int] | None:
    width, _, height = (window or "").partition("x")
    sides = width.isdecimal() and height.isdecimal() and (width + height).isascii()
    return (int(width), int(height)) if sides else None


def _leave(_signal: int, _frame: object) -> None:
    """Told to end before the window stands: what lies there is put away (the window takes over later)."""
    raise SystemExit(OK)


def _log_to_stderr() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def _wrong(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return WRONG
