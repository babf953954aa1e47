"""The live view's half in the window: pictures only while somebody asks, taps on the way of any finger."""

import io
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageChops, ImageStat

from kiosk.live_view import Picture
from kiosk.vocabulary.intents import DrawFeatured
from tests.screens.gallery import PORTRAIT, named

if TYPE_CHECKING:
    from screens.live.finger import LiveFinger
    from screens.live.frames import Frames
    from screens.screenshot import Studio

pytestmark = pytest.mark.pixels
LONG_S = 300.0


@pytest.fixture
def frames(studio: "Studio") -> "Iterator[Frames]":
    from screens.live.frames import Frames

    made = Frames()
    yield made
    made.close()


@pytest.fixture
def finger(studio: "Studio") -> "Iterator[LiveFinger]":
    from screens.live.finger import LiveFinger

    made = LiveFinger()
    yield made
    made.close()


def asked(studio: "Studio", frames: "Frames", after: int = 0) -> Picture:
    """Ask from another thread, as the socket does, while the window goes on."""
    answer: list[Picture | None] = []
    asker = threading.Thread(target=lambda: answer.append(frames.newest(after, LONG_S)))
    asker.start()
    while asker.is_alive():
        studio.frame()
    assert isinstance(answer[0], Picture)
    return answer[0]


def test_picture_is_the_window_half_as_large(studio: "Studio", frames: "Frames") -> None:
    studio.use(PORTRAIT)
    studio.show(named("start"))
    picture = Image.open(io.BytesIO(asked(studio, frames).jpeg))
    assert (picture.format, picture.size) == ("JPEG", (540, 960))
    width, height, rgba = studio.pixels()
    window = Image.frombytes("RGBA", (width, height), rgba).convert("RGB").resize(picture.size, Image.Resampling.BOX)
    assert max(ImageStat.Stat(ImageChops.difference(window, picture)).mean) < 3


def test_nothing_is_read_while_nobody_asks(studio: "Studio", frames: "Frames", monkeypatch: pytest.MonkeyPatch) -> None:
    from kivy.core.window import Window

    from screens.live import frames as module

    read: list[Any] = []
    real = module.glReadPixels
    monkeypatch.setattr(module, "glReadPixels", lambda *args: read.append(args) or real(*args))
    for _ in range(5):
        Window.canvas.ask_update()
        studio.frame()
    assert read == []
    first = asked(studio, frames)
    assert len(read) == 1
    assert frames.newest(first.version, 0.0) is None, "nothing was drawn since"
    assert len(read) == 1
    Window.canvas.ask_update()
    studio.frame()
    assert asked(studio, frames, first.version).version > first.version
    assert len(read) == 2


def test_a_tap_fires_the_control_under_it_as_a_finger_does(studio: "Studio", finger: "LiveFinger") -> None:
    from kivy.base import EventLoop
    from kivy.core.window import Window

    EventLoop.set_window(Window)
    studio.use(PORTRAIT)
    studio.show(named("start"))
    tree = studio.stage.router.tree
    assert tree is not None
    featured = next(node.id for node in tree.nodes if node.id.startswith("featured:"))
    box = tree.target(featured).box
    studio.sent.clear()
    assert finger.tap((box.x + box.w / 2) / PORTRAIT.width_px, (box.y + box.h / 2) / PORTRAIT.height_px)
    while not studio.sent:
        studio.frame()
    assert [type(intent) for intent, _ in studio.sent] == [DrawFeatured]


def test_who_touches_too_fast_is_told(finger: "LiveFinger") -> None:
    from screens.live.finger import MOST_WAITING

    assert [finger.tap(0, 0) for _ in range(MOST_WAITING + 1)] == [True] * MOST_WAITING + [False]
