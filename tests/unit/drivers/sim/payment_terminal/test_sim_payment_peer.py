"""The simulated payment terminal on a real socket, on a pty, and on the panel."""

import argparse
import io
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from PIL import Image

from drivers.sim.bench import SimDesk
from drivers.sim.panel.server import Panel
from drivers.sim.payment_terminal.apdu import Apdu
from drivers.sim.payment_terminal.cards import CARDS
from drivers.sim.payment_terminal.framing import Framing, PlainFraming, SerialFraming
from drivers.sim.payment_terminal.machine import PaymentScript
from drivers.sim.payment_terminal.peer import PaymentTerminalPeer
from drivers.sim.payment_terminal.switches import MessageFault, Mishap, PaymentFaults
from drivers.sim.run import BadLine, desk_of
from drivers.transport import transport_for
from drivers.transport.base import LinkFault, Transport
from kiosk.i18n.texts import Texts
from kiosk.vocabulary.hardware.problems import Problem
from tests.unit.drivers.sim.payment_terminal.cash_desk import OK, REGISTER, payment

SILENT_REGISTER = "06 00 06 12 34 56 B6 09 78"
PATIENCE_S = 300.0


class Desk:
    """The other side on a real link."""

    def __init__(self, peer: PaymentTerminalPeer) -> None:
        self.peer = peer
        self.link: Transport = transport_for(peer.url)
        self.link.open()
        serial = peer.terminal.link.is_serial
        self.framing: Framing = SerialFraming(lambda _: True) if serial else PlainFraming(lambda _: True)

        self.early: list[Apdu] = []

    def say(self, message: bytes) -> None:
        """Send, when the frame before has arrived."""
        while isinstance(self.framing, SerialFraming) and self.framing.sending:
            self.early += self.read()
        self.framing.send(message, time.monotonic())
        self.link.write(self.framing.take(), PATIENCE_S)

    def read(self) -> list[Apdu]:
        data = self.link.read(4096, PATIENCE_S)
        assert data
        found = self.framing.receive(data, time.monotonic())
        if acknowledged := self.framing.take():
            self.link.write(acknowledged, PATIENCE_S)
        return found

    def hear(self, *, until: int) -> list[Apdu]:
        """Everything, acknowledged, until this message came."""
        heard: list[Apdu] = []
        while until not in [one.command for one in heard]:
            found, self.early = self.early or self.read(), []
            for message in found:
                heard.append(message)
                if not message.is_answer:
                    self.say(OK.encode())
        return heard

    def read_to_the_end(self) -> bytes:
        """What still comes until the other side hangs up."""
        got = b""
        problem = None
        while problem is None:
            try:
                got += self.link.read(99, PATIENCE_S)
            except LinkFault as fault:
                problem = fault.problem
        self.link.close()
        assert problem is Problem.LINK_LOST
        return got


@pytest.fixture(params=["tcp", "pty"])
def peer(request: pytest.FixtureRequest) -> Iterator[PaymentTerminalPeer]:
    made = PaymentTerminalPeer(request.param)
    made.start()
    yield made
    made.stop()


def test_payment_over_a_real_line(peer: PaymentTerminalPeer) -> None:
    peer.switch(pays_by_itself=True)
    desk = Desk(peer)
    desk.say(bytes.fromhex(REGISTER))
    desk.hear(until=0x060F)
    desk.say(payment(4600))
    heard = desk.hear(until=0x060F)
    assert 0x040F in [one.command for one in heard]
    assert peer.rest()
    assert peer.wait_for(lambda: peer.terminal.machine.book.balance == 4600)
    desk.link.close()


def test_person_at_the_panel_pays_step_by_step(peer: PaymentTerminalPeer) -> None:
    desk = Desk(peer)
    desk.say(bytes.fromhex(SILENT_REGISTER))
    desk.hear(until=0x060F)
    desk.say(payment(6000))
    assert peer.wait_for(lambda: bool(peer.terminal.awaited))
    assert peer.rest(), "a wait for a person is rest"
    assert set(peer.possible_acts()) == {"insert", "tap", "stop", "reboot"}
    assert peer.seen().text.startswith("EUR 60,00")
    asks_card = peer.png()
    peer.act({"act": "tap", "card": "visa"})
    assert "Geheimzahl" in peer.seen().text
    assert peer.png() != asks_card
    with pytest.raises(ValueError, match=r"does not wait for remove; it waits for: abort, pin, stop, wrong_pin"):
        peer.act({"act": "remove"})
    peer.act({"act": "pin", "card": "girocard"})
    desk.hear(until=0x060F)
    assert peer.report()["balance"] == 6000
    desk.link.close()


def test_dropped_connection_is_seen_by_the_other_side() -> None:
    peer = PaymentTerminalPeer("tcp")
    peer.start()
    try:
        peer.act({"act": "message_faults", "faults": [{"at": 2, "what": "cut", "count": 3, "command": "0600"}]})
        assert peer.terminal.link.counter.faults == [MessageFault(2, Mishap.CUT, 3, "0600")]
        desk = Desk(peer)
        desk.say(bytes.fromhex(REGISTER))
        assert desk.read_to_the_end().hex(" ") == "80 00 00 06 0f 0a"
        again = Desk(peer)
        again.say(bytes.fromhex(REGISTER))
        again.hear(until=0x060F)
        peer.act({"act": "reboot", "seconds": 0.0})
        assert again.read_to_the_end() == b""
    finally:
        peer.stop()


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ({}, "act"),
        ({"act": "kick"}, "kick"),
        ({"act": "insert", "card": "library"}, "there are: girocard"),
        ({"act": "scripts", "scripts": [{"card": "library"}]}, "there are: girocard"),
        ({"act": "scripts", "scripts": [{"colour": "red"}]}, "colour"),
        ({"act": "settings", "changes": {"no_answer": "perhaps"}}, "no_answer"),
        ({"act": "message_faults", "faults": [{"at": 1, "what": "explode"}]}, "explode"),
        ({"act": "reverse", "receipt": 9}, "B5"),
        ({"act": "pin"}, "waits for: nothing"),
    ],
)
def test_act_that_cannot_be_done_is_refused_with_a_reason(act: dict[str, Any], reason: str) -> None:
    peer = PaymentTerminalPeer()
    with pytest.raises(ValueError, match=reason):
        peer.act(act)
    assert peer.report()["entries"] == []


def test_scripts_settings_and_unasked_payments_are_set_by_json() -> None:
    peer = PaymentTerminalPeer()
    peer.act({"act": "scripts", "scripts": [{"card": "visa", "taps": True, "host_code": 5}]})
    peer.act({"act": "settings", "changes": {"no_answer": "keep", "limit_cents": 100}})
    machine = peer.terminal.machine
    assert machine.scripts[0] == PaymentScript(card="visa", taps=True, host_code=5)
    assert (machine.settings.no_answer, machine.settings.limit_cents, machine.settings.columns) == ("keep", 100, 24)
    peer.act({"act": "unasked", "cents": 1200})
    peer.act({"act": "heal"})
    (entry,) = peer.report()["entries"]
    assert (entry["cents"], entry["card"], entry["stands"]) == (1200, "girocard", True)
    peer.act({"act": "reverse", "receipt": 1})
    assert [row["by"] for row in peer.report()["entries"]] == ["", "by hand"]
    assert peer.report()["balance"] == 0


def options(**words: str) -> argparse.Namespace:
    given = dict.fromkeys(("printer", "sign", "pole", "scanner", "payment_framing"), "")
    given |= {"payment": "tcp:0", "payment_vendor": "feig"} | words
    return argparse.Namespace(**given, paper=80, pole_set="epson", device=())


@pytest.fixture(scope="module")
def panel() -> Iterator[tuple[SimDesk, str]]:
    desk = desk_of(options())
    desk.start()
    served = Panel(desk, Texts.load("terminal"))
    yield desk, served.start()
    served.stop()
    desk.stop()


def test_panel_shows_the_terminal_and_takes_acts(panel: tuple[SimDesk, str]) -> None:
    desk, url = panel
    (shown,) = requests.get(url + "/state", timeout=300).json()["devices"]
    assert (shown["name"], shown["title"], shown["picture"]) == ("payment", "", "/payment.png")
    assert shown["possible_acts"] == ["reboot"]
    assert "nak_frames" not in shown["switches"]
    picture = Image.open(io.BytesIO(requests.get(url + "/payment.png", timeout=300).content))
    assert picture.size == (420, 660)
    script = {"device": "payment", "act": "scripts", "scripts": [{}]}
    assert requests.post(url + "/act", json=script, timeout=300).status_code == 200
    peer = desk.peers["payment"]
    assert isinstance(peer, PaymentTerminalPeer)
    assert list(peer.terminal.machine.scripts) == [PaymentScript()]
    assert requests.get(url + "/payment.json", timeout=300).json()["display"] == "Bereit"
    assert requests.get(url + "/payment.txt", timeout=300).text == "Bereit"


@pytest.mark.parametrize(
    "body", [{"device": "toaster", "act": "pin"}, {"device": "payment", "act": "kick"}, {"act": "pin"}]
)
def test_panel_refuses_a_wrong_act_with_a_reason(panel: tuple[SimDesk, str], body: dict[str, str]) -> None:
    answer = requests.post(panel[1] + "/act", json=body, timeout=300)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_forms_of_the_panel_work_without_scripts(panel: tuple[SimDesk, str]) -> None:
    form = {"device": "payment", "act": "message_fault", "at": "8", "what": "cut", "count": "3"}
    requests.post(panel[1] + "/act", data=form, timeout=300, allow_redirects=False)
    peer = panel[0].peers["payment"]
    assert isinstance(peer, PaymentTerminalPeer)
    assert peer.terminal.link.counter.faults == [MessageFault(8, Mishap.CUT, 3)]
    form = {"device": "payment", "act": "reboot", "card": "girocard"}
    answer = requests.post(panel[1] + "/act", data=form, timeout=300, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert requests.get(panel[1] + "/payment.txt", timeout=300).text == "Startet neu..."


@pytest.mark.parametrize("lang", ["de", "en"])
def test_panel_has_a_label_for_everything_in_both_languages(panel: tuple[SimDesk, str], lang: str) -> None:
    page = requests.get(f"{panel[1]}/?lang={lang}", timeout=300).text
    texts = Texts.load("terminal")
    keys = [
        "sim.payment",
        *(f"sim.act.{act}" for act in PaymentTerminalPeer.acts),
        *(f"sim.card.{one}" for one in CARDS),
    ]
    keys += [f"sim.mishap.{one}" for one in Mishap]
    keys += [f"sim.fault.{one}" for one in PaymentFaults.__struct_fields__ if not one.endswith("_frames")]
    for key in keys:
        said = texts.say(lang, key)
        assert said.lang == lang
        assert said.text in page, key


def test_vendor_that_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadLine, match="card_complete"):
        desk_of(options(payment_vendor="acme"))


def test_all_well_ends_silence_and_mishaps_to_come(panel: tuple[SimDesk, str]) -> None:
    desk, url = panel
    peer = desk.peers["payment"]
    assert isinstance(peer, PaymentTerminalPeer)
    peer.act({"act": "message_faults", "faults": [{"at": 1, "what": "lost"}]})
    peer.switch(busy=True)
    assert requests.post(url + "/well", json={}, timeout=300).status_code == 200
    assert peer.terminal.link.counter.faults == []
    assert peer.terminal.faults == PaymentFaults()


def test_framing_is_independent_of_the_line() -> None:
    (peer,) = desk_of(options(payment_framing="serial")).peers.values()
    assert isinstance(peer, PaymentTerminalPeer)
    assert peer.terminal.link.is_serial
    (usual,) = desk_of(options(payment="pty")).peers.values()
    assert isinstance(usual, PaymentTerminalPeer)
    assert usual.terminal.link.is_serial
