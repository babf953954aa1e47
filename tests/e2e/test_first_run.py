"""An empty installation reaches its first called number: set-up pages in Chromium, touch set-up at the terminal."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lobby.display import VirtualDisplay
from lobby.patience import PATIENCE_S
from lobby.touch import Finger
from lobby.trace import Trace
from playwright.sync_api import Page, expect

from tests.browser.conftest import HubProcess, set_up
from tests.browser.shots import chromium

pytestmark = pytest.mark.e2e


@pytest.fixture
def hub(tmp_path: Path, encrypted: bool) -> Iterator[HubProcess]:
    hub = HubProcess(tmp_path / "hub")
    if encrypted:
        init = [sys.executable, "-m", "kiosk.cli", "hub", "init", "--data", str(tmp_path / "hub")]
        subprocess.run(init, check=True, stdout=subprocess.DEVNULL)
    hub.start()
    yield hub
    hub.stop()


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page(locale="de-DE", ignore_https_errors=True)


@pytest.mark.parametrize(("size", "encrypted"), [("1080x1920", False), ("1280x800", True)])
def test_an_empty_installation_reaches_its_first_called_number(
    hub: HubProcess, page: Page, tmp_path: Path, size: str, encrypted: bool
) -> None:
    code = set_up(page, hub, always_open=True)
    assert len(code) == (29 if encrypted else 9)
    width, height = (int(part) for part in size.split("x"))
    display = VirtualDisplay(width, height)
    name = display.start()
    trace = Trace(tmp_path / "trace.jsonl")
    command = [sys.executable, "-m", "kiosk.cli", "terminal", "--config", str(tmp_path / "config.toml")]
    command += ["--data", str(tmp_path / "terminal"), "--trace", str(tmp_path / "trace.jsonl"), "--window", size]
    with (tmp_path / "terminal.log").open("wb") as log:
        terminal = subprocess.Popen(command, env=_env(name), stdout=log, stderr=log)
    try:
        number = set_up_by_touch(trace, Finger(name, trace), hub.url, code, landscape=width > height)
        page.click("a:has-text('Aufrufen') >> nth=0")
        page.click("button.tile >> nth=0")
        expect(page.locator("#rows")).to_contain_text(number)
        expect(page.locator("#live")).to_have_class("chip go")  # the page's script listens and has drawn
        page.click("#act-next")
        expect(page.locator("#own-number")).to_have_text(number)
    except BaseException:
        sys.stderr.write((tmp_path / "terminal.log").read_text("utf-8", "replace")[-3000:])
        display.picture().save(tmp_path / "failed.png")
        raise
    finally:
        terminal.terminate()
        terminal.wait(PATIENCE_S)
        display.stop()


def test_a_folder_that_cannot_be_written_is_said_logged_and_tried_again(tmp_path: Path) -> None:
    """Saving is tried before anybody is asked: no hub is needed to see it fail."""
    size, folder = (1080, 1920), tmp_path / "etc"
    folder.write_text("")  # no folder: nothing can be saved in it, not even by root
    display = VirtualDisplay(*size)
    name = display.start()
    trace = Trace(tmp_path / "trace.jsonl")
    finger = Finger(name, trace)
    command = [sys.executable, "-m", "kiosk.cli", "terminal", "--config", str(folder / "config.toml")]
    command += ["--data", str(tmp_path / "terminal"), "--trace", str(tmp_path / "trace.jsonl"), "--window", "1080x1920"]
    with (tmp_path / "terminal.log").open("wb") as log:
        terminal = subprocess.Popen(command, env=_env(name), stdout=log, stderr=log)
    try:
        trace.wait_for_window()
        finger.tap("pick:this")
        trace.wait_for(lambda now: now.place == "setup:code", what="the code")
        finger.tap("back")
        trace.wait_for(lambda now: now.place == "setup:hub", what="the first question again")
        finger.tap("pick:this")
        trace.wait_for(lambda now: now.place == "setup:code", what="the code")
        type_code(finger, trace, "K7MQ-2XPD")
        finger.tap("proceed")
        trace.wait_for(lambda now: now.place == "setup:panel", what="the panel")
        finger.tap("pick:0")
        trace.wait_for(lambda now: now.place == "setup:height", what="the height")
        finger.tap("proceed")
        trace.wait_for(lambda now: now.place == "setup:rotation", what="the rotation")
        finger.tap("pick:0")
        trace.wait_for(lambda now: now.place == "setup:failed", what="the fault")
        before = len(trace.all())
        finger.tap("again")
        trace.wait_for(lambda now: now.place == "setup:failed" and len(trace.all()) > before, what="the fault again")
    finally:
        terminal.terminate()
        assert terminal.wait(PATIENCE_S) == 0
        display.stop()
    said = [json.loads(line) for line in (tmp_path / "terminal.log").read_text("utf-8").splitlines()]
    failed = [line for line in said if line["event"] == "setup-failed"]
    assert [line["why"] for line in failed] == ["cannot_save", "cannot_save"]
    assert all(str(folder / "config.toml") in line["detail"] for line in failed)


def set_up_by_touch(trace: Trace, finger: Finger, url: str, code: str, *, landscape: bool) -> str:
    """Address, code, panel, rotation; then the first number. Returns it."""
    trace.wait_for_window()
    finger.tap("pick:other")
    trace.wait_for(lambda now: now.place == "setup:address", what="the address")
    type_in(finger, trace, url.partition("://")[2])
    finger.tap("proceed")
    trace.wait_for(lambda now: now.place == "setup:code", what="the code")
    type_code(finger, trace, code)
    finger.tap("proceed")
    trace.wait_for(lambda now: now.place == "setup:panel", what="the panel")
    finger.tap("pick:4" if landscape else "pick:0")
    trace.wait_for(lambda now: now.place == "setup:height", what="the height")
    finger.tap("proceed")
    trace.wait_for(lambda now: now.place == "setup:rotation", what="the rotation")
    finger.tap("pick:0")
    start = trace.wait_for_screen("start")
    finger.tap(next(box for box in start.boxes if box.startswith("featured:")))
    return trace.wait_for_screen("ticket_screen_only").number


def type_code(finger: Finger, trace: Trace, code: str) -> None:
    """Letter by letter, looking at the field as a person does."""
    for end in range(1, len(code) + 1):
        if code[end - 1] != "-":
            finger.tap(f"key:{code[end - 1]}")
            trace.wait_for(lambda now, so_far=code[:end]: now.boxes["code"].spoken == so_far, code[:end])  # type: ignore[misc]


def type_in(finger: Finger, trace: Trace, text: str) -> None:
    """Letters and digits stand on different layers of the keyboard."""
    digits = False
    for char in text:
        wanted = not char.isalpha()
        if wanted is not digits:
            finger.tap("key:digits" if wanted else "key:letters")
            trace.wait_for(lambda now, key=f"key:{char}": key in now.boxes, what=char)  # type: ignore[misc]
            digits = wanted
        finger.type(char)


def _env(display: str) -> dict[str, str]:
    import os

    return os.environ | {"DISPLAY": display}
