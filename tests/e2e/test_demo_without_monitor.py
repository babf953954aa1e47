"""``scripts/run`` where there is no monitor: the browser is the way in, and whatever ends it, nothing stays behind.

It is started with a display that is long gone, so it must bring its own.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import psutil
import pytest
from lobby.browser import chromium, page_of
from lobby.patience import PATIENCE_S
from lobby.trace import Trace
from playwright.sync_api import Locator, Page, expect

from kiosk.demo import ENDINGS, PORTRAIT

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo on a virtual display, its addresses printed."""
    env = os.environ | {"DISPLAY": ":9999", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "scripts/demo.py"]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, preexec_fn=_hear_endings
    ) as demo:
        assert demo.stdout is not None
        demo.said = list(takewhile(lambda line: "Ctrl-C" not in line, demo.stdout))  # type: ignore[attr-defined]
        yield demo
        demo.terminate()  # a test that failed leaves it open, with all its programs


def _hear_endings() -> None:
    """These tests may run where nobody is to disturb them (``nohup``, ``&``); the demo keeps what is ignored so."""
    for each in ENDINGS:
        signal.signal(each, signal.SIG_DFL)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGHUP])
def test_everything_is_put_away(opened: subprocess.Popen[str], tmp_path: Path, ending: signal.Signals) -> None:
    check_put_away(opened, tmp_path, ending)


def test_first_number_is_drawn_and_called_in_the_browser(opened: subprocess.Popen[str], tmp_path: Path) -> None:
    """The steps of the start page, with nothing but what it says; every click is one that a person makes."""
    start = next(line.strip() for line in opened.said if line.strip().startswith("http"))  # type: ignore[attr-defined]
    with chromium() as browser:
        page = page_of(browser, 1400, 1000)
        page.goto(start)
        step = page.locator("ol > li")

        terminal = window_of(page, step.nth(0))
        touch_first_tile(terminal, tmp_path)
        expect(terminal.locator("[data-slips]")).to_have_text("1")
        expect(terminal.locator(".printer img")).to_have_attribute("alt", re.compile("Ihre Nummer"))

        number = window_of(page, step.nth(1)).locator("#number").inner_text()

        desk = window_of(page, step.nth(2))
        name, password = step.nth(2).locator("code").all_inner_texts()
        desk.fill("#login", name)
        desk.fill("#password", password)
        desk.click("button[type=submit]")
        desk.locator("button.tile").first.click()

        expect(step.nth(3)).to_contain_text("F2")
        expect(desk.locator("#rows")).to_contain_text(number)
        expect(desk.locator("#live")).to_have_class("chip go")
        desk.keyboard.press("F2")
        expect(desk.locator("#own-number")).to_have_text(number)

        expect(window_of(page, step.nth(4)).locator("#newest .label")).to_have_text(number)
        assert len(page.context.pages) == 5, "start page, terminal, phone, desk, board"
    check_put_away(opened, tmp_path, signal.SIGTERM)


def window_of(page: Page, step: Locator) -> Page:
    """The window that the step's link opens."""
    with page.context.expect_page() as opening:
        step.get_by_role("link").click()
    return opening.value


def touch_first_tile(terminal: Page, folder: Path) -> None:
    """Click on it in the live picture, where the terminal has drawn it."""
    (trace,) = folder.glob("townhall-demo-*/trace.jsonl")
    boxes = Trace(trace).wait_for_screen("start").boxes
    x, y = next(box for name, box in boxes.items() if name.startswith("featured:")).middle
    picture = terminal.locator(".terminal input[type=image]")
    expect(picture).to_have_attribute("src", re.compile("^blob:"))
    shown = picture.bounding_box()
    assert shown is not None
    at = {"x": x / PORTRAIT.width_px * shown["width"], "y": y / PORTRAIT.height_px * shown["height"]}
    picture.click(position=at)


def check_put_away(opened: subprocess.Popen[str], tmp_path: Path, ending: signal.Signals) -> None:
    programs = psutil.Process(opened.pid).children(recursive=True)
    assert len(programs) >= 4, "display, hub, simulators, terminal"
    opened.send_signal(ending)
    opened.send_signal(signal.SIGHUP)  # a window that is closed in the middle of it
    assert opened.wait(PATIENCE_S) == 0
    assert not [program for program in programs if program.is_running()]
    assert not list(tmp_path.glob("townhall-*"))
