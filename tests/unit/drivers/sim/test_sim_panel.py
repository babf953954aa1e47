"""The panel over HTTP, and ``kiosk sim`` as a process."""

import argparse
import io
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from PIL import Image

from drivers.registry import rows
from drivers.sim.bench import SimDesk
from drivers.sim.led_sign import SignPeer
from drivers.sim.panel.server import Panel
from drivers.sim.pole import PolePeer
from drivers.sim.printer import PrinterPeer
from drivers.sim.run import BadLine, desk_of
from kiosk.i18n.texts import Texts
from kiosk.live_view import NotThere, Picture

JOB = b"\x1b@A 143\n\x1dV\x42\x00"


class Hall:
    def __init__(self) -> None:
        self.desk = SimDesk(PrinterPeer(), SignPeer(), PolePeer())
        self.desk.start()
        self.panel = Panel(self.desk, Texts.load("terminal"))
        self.url = self.panel.start()

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(self.url + path, headers=headers, timeout=300)

    def post(self, path: str, body: object) -> requests.Response:
        return requests.post(self.url + path, json=body, timeout=300)

    def send(self, device: str, data: bytes) -> None:
        host, _, port = self.desk.peers[device].url.removeprefix("tcp://").partition(":")
        with socket.create_connection((host, int(port)), 2) as link:
            link.sendall(data)

    def switches(self, device: str) -> dict[str, object]:
        devices = self.get("/state").json()["devices"]
        return next(one["switches"] for one in devices if one["name"] == device)


@pytest.fixture
def hall() -> Iterator[Hall]:
    made = Hall()
    yield made
    made.panel.stop()
    made.desk.stop()


def test_paper_as_picture_bytes_and_text(hall: Hall) -> None:
    printer = hall.desk.printer
    assert printer is not None
    assert hall.get("/paper.bin").content == b""
    hall.send("printer", JOB)
    assert printer.wait_for_slips(1)
    assert hall.get("/paper.bin").content == JOB
    assert hall.get("/paper.txt").text == "A 143"
    assert Image.open(io.BytesIO(hall.get("/paper.png").content)).width > 576


class Terminal:
    """Stands for a terminal with a live view."""

    def __init__(self) -> None:
        out = io.BytesIO()
        Image.new("RGB", (540, 960)).save(out, "JPEG")
        self.answer: Picture | NotThere | None = Picture(1_700_000_000_000_000_001, out.getvalue())
        self.after = 0
        self.taps: list[tuple[float, float]] = []
        self.taken: bool | NotThere = True

    def look(self, after: int) -> Picture | NotThere | None:
        self.after = after
        return self.answer

    def tap(self, x: float, y: float) -> bool | NotThere:
        self.taps.append((x, y))
        return self.taken


@pytest.fixture
def terminal(hall: Hall) -> Iterator[Terminal]:
    hall.panel.stop()
    made = Terminal()
    hall.panel = Panel(hall.desk, Texts.load("terminal"), terminal=made)
    hall.url = hall.panel.start()
    return made


def test_terminal_is_shown_as_long_as_there_is_one(hall: Hall, terminal: Terminal) -> None:
    answer = hall.get("/terminal.jpg")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Picture"] == str(terminal.answer.version)
    assert answer.content == terminal.answer.jpeg
    terminal.answer = None
    assert hall.get(f"/terminal.jpg?after={answer.headers['X-Picture']}").status_code == 204
    assert terminal.after == int(answer.headers["X-Picture"])
    terminal.answer = NotThere()
    for after in ("", "x", "9" * 30):
        assert hall.get(f"/terminal.jpg?after={after}").status_code == 503
    assert terminal.after == 0


def test_clicks_on_the_picture_are_touches(hall: Hall, terminal: Terminal) -> None:
    assert hall.post("/tap", {"x": 0.5, "y": 0.25}).status_code == 200
    form = requests.post(hall.url + "/tap", data={"at.x": "135", "at.y": "480"}, timeout=300, allow_redirects=False)
    assert form.status_code == 303
    assert terminal.taps == [(0.5, 0.25), (0.25, 0.5)]


BESIDE = [{}, {"x": 2, "y": 0}, {"x": "0", "y": 0}, {"at.x": "541", "at.y": "0"}, {"at.x": "1"}]


@pytest.mark.parametrize("body", BESIDE)
def test_a_touch_beside_the_picture_is_refused(hall: Hall, terminal: Terminal, body: dict[str, object]) -> None:
    assert hall.post("/tap", body).status_code == 400
    assert terminal.taps == []


def test_a_touch_that_was_not_taken_is_told(hall: Hall, terminal: Terminal) -> None:
    for taken in (False, NotThere()):
        terminal.taken = taken
        assert hall.post("/tap", {"x": 0.5, "y": 0.5}).status_code == 400


def test_no_other_site_sees_or_touches_the_terminal(hall: Hall, terminal: Terminal) -> None:
    elsewhere = {"Origin": "http://elsewhere.example"}
    assert hall.get("/terminal.jpg", **elsewhere).status_code == 403
    assert hall.get("/terminal.jpg", Host="elsewhere.example").status_code == 403
    tap = requests.post(hall.url + "/tap", json={"x": 0, "y": 0}, headers=elsewhere, timeout=300)
    assert tap.status_code == 403
    assert terminal.taps == []


def test_without_a_terminal_there_is_none_on_the_panel(hall: Hall) -> None:
    assert hall.get("/terminal.jpg").status_code == 404
    assert hall.post("/tap", {"x": 0, "y": 0}).status_code == 400
    assert "/terminal.jpg" not in hall.get("/").text


def test_phone_leads_to_the_page_of_the_newest_slip(hall: Hall) -> None:
    none = hall.get("/phone")
    assert none.status_code == 404
    assert "Ziehen Sie zuerst eine Nummer" in none.text
    url = b"http://127.0.0.1:8080/t/abc"
    size = (len(url) + 3).to_bytes(2, "little")
    hall.send("printer", b"\x1b@\x1d(k" + size + b"1P0" + url + b"\x1d(k\x03\x001Q0\x1dV\x42\x00")
    assert hall.desk.printer is not None
    assert hall.desk.printer.wait_for_slips(1)
    answer = requests.get(hall.url + "/phone", timeout=300, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, url.decode())


def test_sign_and_pole_as_text_and_picture(hall: Hall) -> None:
    assert hall.desk.sign is not None
    assert hall.desk.pole is not None
    hall.send("sign", b"\0\0\0\0\0\x01Z00\x02AA\x1b bA 143\x04")
    hall.send("pole", b"\x0cB 027")
    assert hall.desk.sign.wait_for_text("A 143")
    assert hall.desk.pole.wait_for_text("B 027")
    assert hall.get("/sign.txt").text == "A 143"
    assert hall.get("/pole.txt").text.startswith("B 027")
    for path in ("/sign.png", "/pole.png"):
        assert Image.open(io.BytesIO(hall.get(path).content)).format == "PNG"


def test_every_switch_of_the_state_can_be_turned_and_all_put_back(hall: Hall) -> None:
    before = {device: hall.switches(device) for device in ("printer", "sign", "pole")}
    for device, switches in before.items():
        for name, value in switches.items():
            body = {"device": device, "fault": name} | ({"value": 900} if value is None else {"on": True})
            assert hall.post("/fault", body).status_code == 200
        assert all(value in (True, 900) for value in hall.switches(device).values())
    assert hall.post("/well", {}).status_code == 200
    assert {device: hall.switches(device) for device in before} == before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/fault", {"device": "printer", "fault": "paper_oot", "on": True}),
        ("/fault", {"device": "toaster", "fault": "silent", "on": True}),
        ("/fault", {"device": "printer", "fault": "paper_out", "on": "yes"}),
        ("/fault", {"device": "printer", "fault": "late_ms", "value": -5}),
        ("/fault", {"device": "printer", "fault": "paper_out", "value": 3}),
        ("/fault", {"device": "printer"}),
        ("/fault", []),
        ("/elsewhere", {}),
    ],
)
def test_a_wrong_order_is_refused_with_a_reason(hall: Hall, path: str, body: object) -> None:
    answer = hall.post(path, body)
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert not any(hall.switches("printer").values())


def test_bodies_are_bounded_and_no_json_is_refused(hall: Hall) -> None:
    assert hall.post("/fault", {"device": "x" * 10_000, "fault": ""}).status_code == 400
    head = {"Content-Type": "application/json"}
    assert requests.post(hall.url + "/fault", data="{", headers=head, timeout=300).status_code == 400


def test_forms_work_without_scripts(hall: Hall) -> None:
    form = {"device": "printer", "fault": "cut_after", "on": "1", "count": "9"}
    answer = requests.post(hall.url + "/fault", data=form, timeout=300, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert hall.switches("printer")["cut_after"] == 9
    requests.post(hall.url + "/fault", data=form | {"on": "0"}, timeout=300)
    assert hall.switches("printer")["cut_after"] is None


def test_paper_can_be_torn_off(hall: Hall) -> None:
    printer = hall.desk.printer
    assert printer is not None
    hall.send("printer", b"\x1b@loose\n")
    assert printer.wait_for(lambda: printer.printer.hanging().height > 0)
    assert hall.post("/tear", {}).json()["devices"][0]["slips"] == 1


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_page_has_a_label_for_everything_in_both_languages(hall: Hall, lang: str) -> None:
    page = hall.get(f"/?lang={lang}").text
    texts = Texts.load("terminal")
    assert f'<html lang="{lang}">' in page
    for device in ("printer", "sign", "pole"):
        for fault in hall.switches(device):
            said = texts.say(lang, f"sim.fault.{fault}")
            assert said.lang == lang
            assert said.text in page
    assert hall.get("/", Cookie=f"sim_lang={lang}").text == page


@pytest.mark.parametrize(("headers"), [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_other_sites_in_the_same_browser_cannot_switch(hall: Hall, headers: dict[str, str]) -> None:
    body = {"device": "printer", "fault": "paper_out", "on": True}
    assert requests.post(hall.url + "/fault", json=body, headers=headers, timeout=300).status_code == 403
    assert requests.get(hall.url + "/state", headers={"Host": "evil.example"}, timeout=300).status_code == 403
    assert not hall.switches("printer")["paper_out"]


def test_nothing_of_the_file_system_is_served(hall: Hall) -> None:
    assert hall.get("/panel.css").headers["Content-Type"].startswith("text/css")
    for path in ("/../run.py", "/panel_files/panel.css", "/paper.gif", "/sign.bin", "/x"):
        assert hall.get(path).status_code == 404


def test_device_of_any_row_stands_on_the_panel_with_picture_and_faults() -> None:
    """Nothing in the panel names it: title, simulator, picture and switches come with its row."""
    row = next(row for row in rows() if row.model == "pole_cd5220")
    desk = desk_of(options("pole_cd5220", "keyboard=pty"))
    panel = Panel(desk, Texts.load("terminal"))
    try:
        desk.start()
        url = panel.start()
        peer = desk.peers["pole_cd5220"]
        assert isinstance(peer, PolePeer)
        host, _, port = peer.url.removeprefix("tcp://").partition(":")
        with socket.create_connection((host, int(port)), 2) as link:
            link.sendall(b"\x0cB 027")
            assert peer.wait_for_text("B 027")
        pole, keyboard = requests.get(url + "/state", timeout=300).json()["devices"]
        assert (pole["title"], pole["picture"], keyboard["picture"]) == (row.title, "/pole_cd5220.png", "")
        assert pole["text"].startswith("B 027")
        picture = requests.get(url + pole["picture"], timeout=300).content
        assert Image.open(io.BytesIO(picture)).format == "PNG"
        turned = {"device": "pole_cd5220", "fault": "silent", "on": True}
        assert requests.post(url + "/fault", json=turned, timeout=300).json()["devices"][0]["switches"]["silent"]
        page = requests.get(url + "/", timeout=300).text
        assert row.title in page
        assert 'data-device="keyboard"' in page
    finally:
        panel.stop()
        desk.stop()


@pytest.mark.parametrize("option", ["toaster", "pole_epson=udp"])
def test_device_without_a_row_or_a_line_is_refused(option: str) -> None:
    with pytest.raises(BadLine, match="pole_cd5220"):
        desk_of(options(option))


def options(*devices: str) -> argparse.Namespace:
    absent = dict.fromkeys(("printer", "sign", "pole", "scanner", "payment", "payment_framing"), "")
    return argparse.Namespace(**absent, paper=80, pole_set="epson", payment_vendor="standard", device=devices)


def run(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "kiosk.cli", "sim", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_the_command_tells_its_addresses_and_ends_on_sigterm() -> None:
    words = ("--printer", "tcp:0", "--sign", "pty", "--pole", "pty", "--payment", "pty", "--panel", "0")
    with run(*words, "--print-urls-json") as process:
        assert process.stdout is not None
        urls = json.loads(process.stdout.readline())
        assert set(urls) == {"printer", "sign", "pole", "payment", "panel"}
        assert requests.get(urls["panel"] + "/state", timeout=300).status_code == 200
        name = urls["sign"].removeprefix("serial://")
        assert os.path.realpath(name).startswith("/dev/pts/")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert not Path(name).is_symlink()


def test_a_taken_port_or_a_wrong_line_is_refused_with_a_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for line in (f"tcp:{port}", "udp:5", "tcp:99999"):
            with run("--printer", line, "--sign", "", "--panel", "0") as process:
                _, said = process.communicate(timeout=300)
                assert process.returncode == 2
                assert "tcp:PORT" in said
