"""``scripts/run --visit ticket --offline``: a visit while the hub is away, and how the hub hears of it afterwards.

Three visitors: one before, one while the hub is stopped, one after. The second has a number of the terminal's own slot
on paper and screen; five seconds after the hub is back it must stand in the waiting list, between the other two.
"""

import time
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Page

from kiosk.vocabulary.labels import parse_label
from lobby.browser import chromium
from lobby.visit import Album, Lobby, draw_number, lobby, paper, sign_in

BACK_WITHIN_S = 5.0


def offline_visit(shots: Path, *, landscape: bool = False) -> int:
    """0 when every step showed what it must; raises otherwise."""
    began = time.monotonic()
    print(f"A visit without the hub, by real touches; pictures go to {shots}", flush=True)
    with ExitStack() as stack:
        hall = stack.enter_context(lobby(landscape=landscape))
        browser = stack.enter_context(chromium())
        album = Album(shots)
        desk = sign_in(browser, hall)
        before = draw_featured(hall)
        hall.demo.stop_one("hub")
        print("  the hub is stopped", flush=True)
        number = draw_number(hall, album)
        label = parse_label(number)
        assert label is not None, number
        assert label.slot > 0, f"{number} is not a number of the terminal's own"
        paper(hall, shots, number)
        hall.demo.run_hub()
        seconds = wait_in_list(hall, desk, number)
        after = draw_featured(hall)
        check_place(hall, desk, before, number, after)
        desk.screenshot(path=str(shots / "desk.png"))
        print("  desk.png", flush=True)
    print(f"done: {number} stood in the list {seconds:.1f} s after the hub was back, between {before} and {after}")
    print(f"took {time.monotonic() - began:.0f} s", flush=True)
    return 0


def draw_featured(hall: Lobby) -> str:
    """One tap on the first tile of the start screen, and back to the start. Returns the number."""
    start = hall.trace.wait_for_screen("start", "closed")
    hall.finger.tap(next(box for box in start.boxes if box.startswith("featured:")))
    number = hall.trace.wait_for_screen("ticket").number
    hall.finger.tap("finish")
    hall.trace.wait_for_screen("goodbye")
    hall.trace.wait_for_screen("start", "closed")
    return number


def wait_in_list(hall: Lobby, desk: Page, number: str) -> float:
    """Seconds from the hub's return until the desk shows the number. Raises when it takes too long."""
    back = time.monotonic()
    desk.goto(hall.demo.hub_url + "/desk")
    desk.wait_for_selector(f"#rows >> text={number}", timeout=BACK_WITHIN_S * 1000)
    return time.monotonic() - back


def check_place(hall: Lobby, desk: Page, *numbers: str) -> None:
    """The numbers stand in the waiting list in this order."""
    desk.wait_for_selector(f"#rows >> text={numbers[-1]}", timeout=15_000)
    shown = desk.locator("#rows").inner_text()
    places = [shown.index(number) for number in numbers]
    assert places == sorted(places), f"not in the order of arrival: {shown!r}"
