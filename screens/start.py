"""The hard start: call ``prepare`` before anything imports Kivy.

Kivy reads its configuration from config.ini, ``KIVY_*`` and ``KCFG_*`` variables and the command line, opens settings
on F1, quits on Esc and takes input from whatever is plugged in. None of that may happen in a lobby. The exceptions:
SDL's own choice of video driver (``SDL_VIDEODRIVER``) and our window size.
"""

import atexit
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

import msgspec

from kiosk.config import Panel

_ENVIRONMENT = {
    "KIVY_NO_ARGS": "1",
    "KIVY_NO_CONFIG": "1",
    "KIVY_NO_ENV_CONFIG": "1",
    "KIVY_NO_FILELOG": "1",
    "KIVY_NO_CONSOLELOG": "1",
    "KIVY_LOG_MODE": "PYTHON",
    "KIVY_WINDOW": "sdl2",
    "KIVY_TEXT": "sdl2",
    "KIVY_IMAGE": "sdl2",
    "KIVY_CLIPBOARD": "dummy",
    "KIVY_METRICS_DENSITY": "1",
    "KIVY_DPI": "96",
}

MOUSE = "mouse,disable_multitouch"
"""The one input provider: X11's pointer, which a touch panel moves too."""


class Start(msgspec.Struct, frozen=True):
    """How the window opens. ``window`` (pixels) instead of full screen."""

    panel: Panel
    window: tuple[int, int] | None = None
    home: Path | None = None


def prepare(start: Start) -> None:
    """Switch off every way to configure Kivy from outside, then set what we want. RuntimeError when Kivy was imported
    before (a bug)."""
    if any(name == "kivy" or name.startswith("kivy.") for name in sys.modules):
        raise RuntimeError("screens.start.prepare must run before Kivy is imported")
    for name in [name for name in os.environ if name.startswith(("KIVY_", "KCFG_"))]:
        del os.environ[name]
    home = start.home or _passing_home()
    home.mkdir(parents=True, exist_ok=True)
    os.environ.update(_ENVIRONMENT, KIVY_HOME=str(home))
    logging.getLogger("kivy").setLevel(logging.WARNING)
    _configure(start)


def _passing_home() -> Path:
    """A folder for Kivy's own files that goes with the process."""
    home = Path(tempfile.mkdtemp(prefix="townhall-kivy-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


def _configure(start: Start) -> None:
    from kivy.config import Config

    for section in ("input", "modules"):
        for option in list(Config.options(section)):
            Config.remove_option(section, option)
    width, height = start.window or (start.panel.width_px, start.panel.height_px)
    if start.window is None and start.panel.rotation in (90, 270):
        width, height = height, width
    for section, option, value in (
        ("input", "only", MOUSE),
        ("kivy", "exit_on_escape", "0"),
        ("kivy", "pause_on_minimize", "0"),
        ("kivy", "keyboard_mode", "system"),
        ("kivy", "desktop", "0"),
        ("kivy", "log_level", "warning"),
        ("graphics", "width", str(width)),
        ("graphics", "height", str(height)),
        ("graphics", "rotation", "0" if start.window else str(start.panel.rotation)),
        ("graphics", "fullscreen", "0" if start.window else "auto"),
        ("graphics", "borderless", "1"),
        ("graphics", "resizable", "0"),
        ("graphics", "show_cursor", "0"),
        ("graphics", "allow_screensaver", "0"),
        ("graphics", "multisamples", "0"),
        ("graphics", "maxfps", "30"),
    ):
        Config.set(section, option, value)


def open_window() -> None:
    """Open the window and take out the second input provider that Kivy's SDL window adds by itself.

    With two providers one finger counts twice. Kivy adds its own when the window is made.
    """
    from kivy.base import EventLoop
    from kivy.core.window import Window

    for provider in [p for p in EventLoop.input_providers if type(p).__name__ == "SDL2MotionEventProvider"]:
        EventLoop.remove_input_provider(provider)
    Window.bind(
        on_request_close=_swallow,
        on_drop_file=_swallow,
        on_drop_text=_swallow,
        on_keyboard=_swallow,
        on_key_down=_swallow,
        on_key_up=_swallow,
    )
    Window.softinput_mode = ""


def turn_window(rotation: int) -> None:
    """Turn the picture and the touches of the full screen that stands.

    Without a window manager SDL believes that the window fills the display although it has the size and place it was
    opened with: it is given those of the display.
    """
    from kivy.core.window import Window

    window, display = Window._win, Window.system_size  # noqa: SLF001 - Kivy would do it a frame too late
    window.set_fullscreen_mode(False)
    window.resize_window(*display)
    window.set_window_pos(0, 0)
    window.set_fullscreen_mode("auto")
    Window.rotation = rotation
    Window.update_viewport()


def _swallow(*_event: object, **_more: object) -> bool:
    return True
