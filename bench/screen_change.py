"""Next screen: a view drawn by our router beside a bare Kivy screen change with as many labels and buttons.

    python bench/screen_change.py [--rounds 20] [--json FILE]

Both run in the same window (1080x1920, off screen unless SDL_VIDEODRIVER says otherwise) in the same run, taking turns.
A change counts from the call that makes it until its pixels are there (one pixel is read back). Bare Kivy's screens are
made when they are shown, as ours are; the last row compares with screens that stand ready and only change places.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from figures import Figure, report, spread

NAMES = ("start", "categories", "services", "service", "asking_number", "ticket")


def main() -> int:
    arguments = argparse.ArgumentParser(description="screen change beside bare Kivy")
    arguments.add_argument("--rounds", type=int, default=20)
    arguments.add_argument("--json", type=Path)
    chosen = arguments.parse_args()
    ours, built, kept = (spread(taken) for taken in measure(chosen.rounds))
    figures = [
        Figure("next screen, p50", ours.p50, "ms", built.p50, times=1.5),
        Figure("next screen, p95", ours.p95, "ms", built.p95, times=1.5),
        Figure("beside screens kept ready, p50", ours.p50, "ms", kept.p50),
    ]
    return report("Next screen", "bare Kivy", figures, chosen.json)


def measure(rounds: int) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of every change: ours, bare Kivy built when shown, bare Kivy kept ready; rounds take turns."""
    from screens.screenshot import Studio
    from tests.screens.gallery import gallery

    studio = Studio()
    from kivy.clock import Clock  # only after the studio: Kivy must not be imported before the hard start

    Clock._max_fps = 0  # noqa: SLF001 - or the loop would sleep until the next frame is due, and so would both figures
    views = {name: view for name, view in gallery() if name in NAMES}
    sizes = []
    for name in NAMES:
        studio.show(views[name])
        sheet = studio.stage.router.sheet
        sizes.append((_lines(sheet.marks), len(sheet.targets)))
    manager, built, kept = _bare(sizes)
    ours = [lambda name=name: studio.stage.show(views[name]) for name in NAMES]
    taken: tuple[list[float], list[float], list[float]] = ([], [], [])
    for turn in range(rounds + 2):
        for widget, changes, times in (
            (studio.stage, ours, taken[0]),
            (manager, built, taken[1]),
            (manager, kept, taken[2]),
        ):
            _stand(widget)
            found = [_timed(change) for change in changes]
            times.extend(found if turn >= 2 else [])
    return taken


def _stand(widget: Any) -> None:
    """Make this the only widget of the window."""
    from kivy.core.window import Window

    for child in list(Window.children):
        Window.remove_widget(child)
    Window.add_widget(widget)


def _lines(marks: Any) -> int:
    from screens.display_list import Ink

    return sum(isinstance(mark, Ink) for mark in marks)


def _bare(sizes: list[tuple[int, int]]) -> tuple[Any, list[Callable[[], None]], list[Callable[[], None]]]:
    """A screen manager without transition, and the changes to time: screens made anew, screens standing ready."""
    from kivy.uix.screenmanager import NoTransition, ScreenManager

    manager = ScreenManager(transition=NoTransition())
    ready = [_screen(f"kept{index}", *size) for index, size in enumerate(sizes)]
    for screen in ready:
        manager.add_widget(screen)
    built = [
        lambda index=index: manager.switch_to(_screen(f"built{index}", *sizes[index])) for index in range(len(sizes))
    ]
    kept = [lambda screen=screen: manager.switch_to(screen) for screen in ready]
    return manager, built, kept


def _screen(name: str, labels: int, buttons: int) -> Any:
    from kivy.uix.boxlayout import BoxLayout
    from kivy.uix.button import Button
    from kivy.uix.label import Label
    from kivy.uix.screenmanager import Screen

    box = BoxLayout(orientation="vertical")
    for number in range(labels):
        box.add_widget(Label(text=f"Zeile {number} von {name}", font_size=28))
    for number in range(buttons):
        box.add_widget(Button(text=f"Knopf {number} von {name}", font_size=28))
    screen = Screen(name=name)
    screen.add_widget(box)
    return screen


def _timed(change: Callable[[], None]) -> float:
    """Milliseconds from the change to its pixels."""
    from kivy.base import EventLoop
    from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glReadPixels

    began = time.perf_counter()
    change()
    EventLoop.idle()
    glReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    raise SystemExit(main())
