"""A panel that is mounted turned: picture and touch are turned with it, on a real display, full screen."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from lobby.display import VirtualDisplay
from lobby.patience import until
from lobby.touch import Finger
from lobby.trace import Trace
from PIL import Image, ImageChops

pytestmark = pytest.mark.pixels

WIDTH, HEIGHT = 800, 1280
"""The visible picture: upright. A display that is turned by 90 degrees is 1280 x 800 to X11."""

CHILD = f"""
import sys, time
from datetime import datetime
from pathlib import Path
from msgspec.structs import replace
from kiosk.config import Panel, Site, Timing
from screens.start import Start, prepare
panel = Panel(width_px={WIDTH}, height_px={HEIGHT}, width_mm=202, height_mm=323, rotation=int(sys.argv[1]))
later = sys.argv[3:] == ["later"]
prepare(Start(replace(panel, rotation=0) if later else panel))
from kiosk.core import Core
from kiosk.eventlog import EventLog
from kiosk.flows.setup.setup_visit import SetupState
from kiosk.i18n.texts import Texts
from kiosk.main.trace import Tracer
from screens.app import KioskApp
core = Core(
    texts=Texts.load("terminal"), site=Site(), terminal="", timing=Timing(), languages=("de", "en"),
    now=lambda: datetime(2026, 3, 2, 10, 0), mono=time.monotonic, make_id=lambda: "id", perform=print, show=print,
    log=EventLog("terminal"), home=SetupState.HUB,
)
tracer = Tracer(Path(sys.argv[2]), panel, time.monotonic)
stands = lambda: tracer.note("first-frame")
def turn():
    app.stage.drawn = tracer.drawn
    app.use(panel, "", rotate=True, first=stands)
app = KioskApp(
    panel,
    lambda intent, _session: print(intent, flush=True),
    first=core.view(),
    on_first_frame=turn if later else stands,
)
app.stage.drawn = None if later else tracer.drawn
app.run()
"""

ON_THE_PANEL: dict[int, Callable[[int, int], tuple[int, int]]] = {
    0: lambda x, y: (x, y),
    90: lambda x, y: (y, WIDTH - x),
    180: lambda x, y: (WIDTH - x, HEIGHT - y),
    270: lambda x, y: (HEIGHT - y, x),
}
"""Where a point of the visible picture lies on the display when the picture is turned counter-clockwise by so much."""


def turned(rotation: int, folder: Path, stands: Callable[[Image.Image], bool], *when: str) -> tuple[Image.Image, str]:
    """What the display shows once it ``stands`` there, and what a touch on the second tile is taken for."""
    folder.mkdir()
    display = VirtualDisplay(*((HEIGHT, WIDTH) if rotation in (90, 270) else (WIDTH, HEIGHT)))
    display.start()
    command = [sys.executable, "-c", CHILD, str(rotation), str(folder / "trace.jsonl"), *when]
    env = {key: value for key, value in os.environ.items() if key != "SDL_VIDEODRIVER"} | {"DISPLAY": display.name}
    trace = Trace(folder / "trace.jsonl")
    try:
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as child:
            try:
                trace.wait_for_window()
                drawn = trace.wait_for(lambda now: "pick:other" in now.boxes)
                picture = until(lambda: _standing(display, stands), "the picture as it should be")
                Finger(display.name, trace).tap_at(*ON_THE_PANEL[rotation](*drawn.boxes["pick:other"].middle))
                assert child.stdout is not None
                return picture, child.stdout.readline().strip()
            finally:
                child.kill()
    finally:
        display.stop()


def _standing(display: VirtualDisplay, stands: Callable[[Image.Image], bool]) -> Image.Image | None:
    picture = display.picture().copy()
    return picture if stands(picture) else None


def something(picture: Image.Image) -> bool:
    return len(picture.getcolors(1_000_000) or ()) > 10


@pytest.fixture(scope="module")
def upright(tmp_path_factory: pytest.TempPathFactory) -> Image.Image:
    return turned(0, tmp_path_factory.mktemp("upright") / "0", something)[0]


@pytest.mark.parametrize(("rotation", "when"), [(90, ()), (180, ()), (270, ()), (90, ("later",))])
def test_picture_and_touch_are_turned_as_the_panel_is(
    rotation: int, when: tuple[str, ...], upright: Image.Image, tmp_path: Path
) -> None:
    """From the start, or later: set-up learns only at its end how the panel is mounted."""

    def the_same_turned_counter_clockwise(picture: Image.Image) -> bool:
        difference = ImageChops.difference(picture.rotate(-rotation, expand=True), upright).convert("L")
        return sum(difference.histogram()[40:]) == 0

    _, intent = turned(rotation, tmp_path / "turned", the_same_turned_counter_clockwise, *when)
    assert intent == "Pick(value='other')"
