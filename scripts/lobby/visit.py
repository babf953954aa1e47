"""``scripts/run --visit ticket``: one whole visit by real touches, with a picture of every step.

The programs are the real ones: hub, simulated devices on sockets, a terminal on a virtual display, Chromium on desk and
board. Nothing is drawn, printed or called except by them.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests
from PIL import Image
from playwright.sync_api import Browser, Page

from drivers.receipt_printer import raster
from drivers.receipt_printer.layout import Figures, lay_out
from drivers.receipt_printer.models import MODELS
from drivers.receipt_printer.paper_bytes import PaperBytes
from kiosk.config import Timing
from kiosk.demo import LANDSCAPE, PORTRAIT, Demo
from kiosk.demo import MODELS as DEMO_MODELS
from kiosk.paper import Big, Document, Kind
from kiosk.paper.ticket import NUMBER_MM
from lobby.browser import chromium, page_of
from lobby.display import VirtualDisplay
from lobby.patience import PATIENCE_S, until
from lobby.touch import Finger
from lobby.trace import Trace

ROUTE = ("tile:all", "category:*", "service:*", "draw")


class Lobby:
    """Everything of one hall, started and stopped together."""

    def __init__(self, folder: Path, *, landscape: bool = False, timing: Timing | None = None) -> None:
        self.demo = Demo(folder, LANDSCAPE if landscape else PORTRAIT, fixed_ports=False)
        self.display = VirtualDisplay(self.demo.panel.width_px, self.demo.panel.height_px)
        self._timing = timing
        self.trace = Trace(self.demo.trace)
        self.finger = Finger("", self.trace)

    def open(self, *, sign: str = "", pole: str = "") -> None:
        """Start display, hub, simulators and terminal; returns when the start screen is drawn."""
        import os

        name = self.display.start()
        os.environ["DISPLAY"] = name
        self.finger = Finger(name, self.trace)
        self.demo.start_hub()
        self.demo.start_simulators(sign=sign, pole=pole)
        self.demo.write_config(self._timing)
        self.demo.start_terminal()
        self.trace.wait_for_window()
        self.trace.wait_for_screen("start", "closed")

    def close(self) -> None:
        """Stop everything."""
        self.demo.stop()
        self.display.stop()

    def picture(self) -> Image.Image:
        """The terminal's display now, once it has come to rest."""
        before = self.display.picture()
        for _ in range(40):
            time.sleep(0.1)
            now = self.display.picture()
            if now.tobytes() == before.tobytes():
                return now
            before = now
        return before

    def sim(self, path: str) -> requests.Response:
        """Ask the simulators' panel."""
        answer = requests.get(self.demo.panel_url + path, timeout=PATIENCE_S)
        answer.raise_for_status()
        return answer

    def fault(self, device: str, name: str, *, on: bool = True) -> None:
        """Switch a fault of a simulated device."""
        body = {"device": device, "fault": name, "on": on}
        requests.post(self.demo.panel_url + "/fault", json=body, timeout=PATIENCE_S).raise_for_status()


@contextmanager
def lobby(*, landscape: bool = False) -> Iterator[Lobby]:
    """An open lobby, closed at the end whatever happens."""
    with tempfile.TemporaryDirectory(prefix="townhall-visit-") as folder:
        hall = Lobby(Path(folder), landscape=landscape)
        try:
            hall.open()
            yield hall
        except KeyboardInterrupt:
            raise
        except BaseException:
            for log in sorted((Path(folder) / "log").glob("*.log")):
                sys.stderr.write(f"--- {log.name}\n{log.read_text('utf-8', 'replace')[-3000:]}\n")
            raise
        finally:
            hall.close()


class Album:
    """Pictures of the steps: NN-name.png."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("[0-9][0-9]-*.png"):
            old.unlink()
        self.folder, self._n = folder, 0

    def keep(self, name: str, picture: Image.Image) -> None:
        """File the next picture."""
        self._n += 1
        picture.save(self.folder / f"{self._n:02d}-{name}.png")
        print(f"  {self._n:02d}-{name}.png", flush=True)


def ticket_visit(shots: Path, *, landscape: bool = False) -> int:
    """From the start screen to the called number. 0 when every step showed what it must."""
    began = time.monotonic()
    print(f"A visit by real touches; pictures go to {shots}", flush=True)
    with ExitStack() as stack:
        hall = stack.enter_context(lobby(landscape=landscape))
        browser = stack.enter_context(chromium())
        album = Album(shots)
        number = draw_number(hall, album)
        paper(hall, shots, number)
        desk = sign_in(browser, hall)
        board = open_board(browser, hall)
        call_next(desk, number)
        show_call(hall, shots, desk, board, number)
        hall.trace.wait_for_screen("start", "closed")
        album.keep("start-again", hall.picture())
    print(f"done: number {number}, {time.monotonic() - began:.0f} s", flush=True)
    return 0


def draw_number(hall: Lobby, album: Album) -> str:
    """The long way: categories, service, number. Returns the number that stands on the screen."""
    album.keep("start", hall.picture())
    for wanted, screen in zip(ROUTE, ("categories", "services", "service", ""), strict=True):
        drawn = hall.trace.newest()
        assert drawn is not None
        control = wanted if "*" not in wanted else _first(drawn.boxes, wanted.rstrip("*"))
        hall.finger.tap(control)
        if screen:
            hall.trace.wait_for_screen(screen)
            album.keep(screen, hall.picture())
    shown = hall.trace.wait_for_screen("ticket")
    album.keep("ticket", hall.picture())
    hall.finger.tap("finish")
    hall.trace.wait_for_screen("goodbye")
    album.keep("goodbye", hall.picture())
    return shown.number


def _first(boxes: dict[str, object], prefix: str) -> str:
    return next(box for box in boxes if box.startswith(prefix))


def paper(hall: Lobby, shots: Path, number: str) -> None:
    """The slip as the simulator drew it from the bytes, and the bytes."""
    (shots / "ticket.png").write_bytes(hall.sim("/paper.png").content)
    raw = hall.sim("/paper.bin").content
    (shots / "ticket.bin").write_bytes(raw)
    assert _figures(number) in raw, f"{number} is not in the bytes sent to the printer"
    print("  ticket.png, ticket.bin", flush=True)


def _figures(number: str) -> bytes:
    """The number as the demo's printer gets it: a picture."""
    model = next(model for model in MODELS if model.name == DEMO_MODELS["printer"][1])
    slip = Document(kind=Kind.TICKET, lang="de", blocks=(Big(number, NUMBER_MM),))
    (row,) = lay_out(slip, model, raster.measure).rows
    assert isinstance(row, Figures)
    out = PaperBytes(model)
    out.image(raster.figures(row, model.width_dots))
    return out.output()


def sign_in(browser: Browser, hall: Lobby) -> Page:
    """The clerk's desk page, at a counter."""
    clerk = next(account for account in hall.demo.accounts if account.role == "clerk")
    page = page_of(browser, 1366, 800)
    page.goto(hall.demo.hub_url + "/desk")
    page.fill("#login", clerk.name)
    page.fill("#password", clerk.password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/signin" not in url)
    page.goto(hall.demo.hub_url + "/desk/choose")
    page.locator("button.tile").first.click()
    return page


def open_board(browser: Browser, hall: Lobby) -> Page:
    """The hall's board."""
    page = page_of(browser, 1920, 1080)
    page.goto(hall.demo.addresses().board)
    return page


def call_next(desk: Page, number: str) -> None:
    """Press the key of "call next" once the number waits."""
    desk.wait_for_selector(f"#rows >> text={number}")
    desk.keyboard.press("F2")
    desk.wait_for_selector(f"#own-number >> text={number}")


def show_call(hall: Lobby, shots: Path, desk: Page, board: Page, number: str) -> None:
    """Desk, board and sign show the called number."""
    board.wait_for_selector(f"text={number}")
    desk.wait_for_timeout(600)
    desk.screenshot(path=str(shots / "desk.png"))
    board.wait_for_timeout(1500)
    board.screenshot(path=str(shots / "board.png"))

    def sign() -> str:
        return hall.sim("/sign.txt").text

    until(lambda: number in sign(), lambda: f"{number} on the sign, which shows {sign()!r}")
    (shots / "sign.txt").write_text(sign(), "utf-8")
    print("  desk.png, board.png, sign.txt", flush=True)
