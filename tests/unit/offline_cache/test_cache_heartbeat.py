"""The heartbeat: measured round trip, hub time and day handed on, reasons told once - whatever the wall clock says."""

import random
import time
from pathlib import Path

import msgspec
import pytest

from kiosk import wire
from kiosk.config import Hub, TerminalConfig
from kiosk.vocabulary.events import HubChanged
from kiosk.vocabulary.hardware.problems import Problem
from offline_cache.http.answers import Answer, Away, AwayReason, Refused
from offline_cache.http.hub_client import HubClient, Timeouts
from offline_cache.sync.enrolment import enrol
from offline_cache.sync.heartbeat import HeartbeatListeners, HeartbeatSender
from tests.unit.offline_cache.cache_helpers import Inbox, Notes, eventually
from tests.unit.offline_cache.peers import answer, peer
from tests.unit.offline_cache.test_cache_orders import NOON, syncing
from tests.unit.offline_cache.test_cache_sync import NO_CATALOGUE, STATES, scripted
from tests.unit.offline_cache.tls_hubs import HubProcess, pair, server_context, tls_peer

BEAT = wire.Heartbeat(version="0.1", catalogue_version=0)


class Client:
    """Answers what is next; each question takes ``takes_s`` on the clock."""

    def __init__(self, *answers: Answer[wire.HeartbeatAnswer] | Refused | Away, takes_s: float = 0.0) -> None:
        self.answers, self.now, self.takes_s = list(answers), 100.0, takes_s

    def heartbeat(self, status: wire.Heartbeat) -> Answer[wire.HeartbeatAnswer] | Refused | Away:
        self.now += self.takes_s
        return self.answers.pop(0)


class Listener:
    def __init__(self, client: Client) -> None:
        self.reached: list[tuple[bool, Problem | None]] = []
        self.clock: list[tuple[int, float]] = []
        self.day: list[tuple[str, str]] = []
        self.help: list[tuple[tuple[wire.HelpTaken, ...]]] = []
        self.trail: list[tuple[str]] = []
        self.notes = Notes()
        self.client = client
        self.beat = HeartbeatSender(
            lambda: BEAT,
            HeartbeatListeners(
                clock=lambda *said: self.clock.append(said),
                day=lambda *said: self.day.append(said),
                help=lambda *said: self.help.append(said),
                trail=lambda *said: self.trail.append(said),
            ),
            reach=lambda *said: self.reached.append(said),
            answered=lambda answer: None,
            note=self.notes,
            clock=lambda: client.now,
        )

    def all(self) -> "Listener":
        while self.client.answers:
            self.beat(self.client)  # type: ignore[arg-type]
        return self


def heard(**said: object) -> Answer[wire.HeartbeatAnswer]:
    return Answer(wire.HeartbeatAnswer(**{"hub_ms": 0} | said))  # type: ignore[arg-type]


def test_the_round_trip_is_measured_and_handed_on_with_the_hubs_time() -> None:
    here = Listener(Client(heard(hub_ms=NOON, business_day="2026-11-24", hub_generation="g"), takes_s=0.25)).all()
    assert here.clock == [(NOON, 0.25)]
    assert here.day == [("2026-11-24", "g")]


def test_who_is_coming_is_handed_on_until_the_call_is_closed() -> None:
    call = wire.HelpTaken(id="0193bbbb-0000-7000-8000-000000000001", name="Anna")
    here = Listener(Client(heard(help=(call,)), heard(help=(call,)), heard())).all()
    assert here.help == [((call,),), ((call,),)]


def test_the_head_of_the_hubs_trail_is_handed_on() -> None:
    head = f"7:{'a' * 64}"
    here = Listener(Client(heard(trail_head=head), heard())).all()
    assert here.trail == [(head,)], "an older hub says none"


def test_an_older_hub_says_neither_time_nor_day() -> None:
    here = Listener(Client(heard())).all()
    assert here.clock == here.day == []
    assert here.reached == [(True, None)]


def test_a_wrong_certificate_is_told_at_once_and_noted_once() -> None:
    wrong = Away(AwayReason.WRONG_CERTIFICATE, "self-signed")
    here = Listener(Client(heard(), wrong, wrong, heard(), wrong)).all()
    away = (False, Problem.WRONG_CERTIFICATE)
    assert here.reached == [(True, None), away, away, (True, None), away]
    assert here.notes.ids == ["hub-wrong-certificate"] * 2


def test_silence_counts_from_the_second_time_or_at_the_start() -> None:
    silent = Away(AwayReason.TIMED_OUT)
    assert Listener(Client(heard(), silent)).all().reached == [(True, None)]
    assert Listener(Client(heard(), silent, silent)).all().reached == [(True, None), (False, None)]
    assert Listener(Client(silent)).all().reached == [(False, None)]


def test_a_stranger_at_the_hubs_address_is_told_to_the_terminal(tmp_path: Path) -> None:
    ours, _ = pair()
    _, strange = pair()
    inbox, notes = Inbox(), Notes()
    with tls_peer(scripted({}), server_context(strange, tmp_path)) as other:
        link = Hub(url=other.url, key="k" * 40, ca=ours.certificate.decode())
        with syncing(link, HeartbeatListeners(), inbox, notes):
            inbox.wait(HubChanged(False, Problem.WRONG_CERTIFICATE))
        assert other.requests == []
    assert notes.ids.count("hub-wrong-certificate") == 1


def test_a_plain_hub_elsewhere_is_told_to_the_terminal() -> None:
    inbox, notes = Inbox(), Notes()
    with syncing(Hub(url="http://192.0.2.1:8080"), HeartbeatListeners(), inbox, notes):
        inbox.wait(HubChanged(False, Problem.PLAIN_HUB))
    assert notes.ids.count("hub-plain-refused") == 1


def test_a_wall_clock_that_jumps_by_years_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal's clock goes to 1970, to 2090 and back between any two looks; the hub's process has its own."""
    seed = random.randrange(2**32)
    print("seed", seed)
    draw = random.Random(seed)
    hub = HubProcess(tmp_path / "hub", codes=1)
    real_ns = time.time_ns
    try:
        done = enrol(tmp_path / "c.toml", hub.url, hub.code())
        assert isinstance(done, TerminalConfig), done
        monkeypatch.setattr(time, "time_ns", lambda: draw.choice((0, 1, real_ns(), 3_800_000_000 * 10**9)))
        monkeypatch.setattr(time, "time", lambda: time.time_ns() / 1e9)
        inbox, notes, said = Inbox(), Notes(), list[tuple[int, int, float]]()

        def clock(hub_ms: int, round_trip_s: float) -> None:
            said.append((real_ns() // 1_000_000, hub_ms, round_trip_s))

        with syncing(done.hub, HeartbeatListeners(clock=clock), inbox, notes):
            eventually(lambda: len(said) >= 20)
        assert [event for event in inbox.events if isinstance(event, HubChanged)] == [HubChanged(True)]
        assert notes.lines == []
        assert all(trip_s > 0 and hub_ms <= now_ms + 5 for now_ms, hub_ms, trip_s in said)
        # A thread may stand still between the answer and its telling; of twenty at least one goes through.
        assert any(now_ms - trip_s * 1000 - 5 <= hub_ms for now_ms, hub_ms, trip_s in said), "within the round trip"
    finally:
        hub.stop()


DEEP = b"[" * 60_000 + b"]" * 60_000


@pytest.mark.parametrize("body", [DEEP, b'{"a":' * 40_000 + b"1" + b"}" * 40_000, b'{"orders": ' + DEEP + b"}"])
def test_deep_nesting_is_garbled_and_no_crash(body: bytes) -> None:
    script = {b"heartbeat": answer("200 OK", body), b"help": answer("200 OK", body), b"queues": answer("404 No", body)}
    with peer(scripted(script)) as other:
        client = HubClient(other.url, "", Timeouts(1.0, 2.0, 3.0))
        help_call = wire.HelpRequest(id="0193bbbb-0000-7000-8000-000000000001")
        for result in (client.heartbeat(BEAT), client.help(help_call)):
            assert isinstance(result, Away)
            assert result.reason is AwayReason.GARBLED
        refused = client.queues()
        assert isinstance(refused, Refused)
        assert refused.fault.code == "http_404"
        client.close()


@pytest.mark.parametrize(
    "wrong",
    [{"hub_ms": 2**53}, {"hub_ms": wire.LAST_MS + 1}, {"hub_ms": -1}, {"manifest_seq": 2**63}, {"manifest_seq": -1}],
)
def test_an_answer_with_a_number_that_nothing_can_hold_is_garbled(wrong: dict[str, object]) -> None:
    for body, kind in (({"hub_ms": wire.LAST_MS}, Answer), ({"hub_ms": 0} | wrong, Away)):
        with peer(scripted({b"heartbeat": answer("200 OK", msgspec.json.encode(body))})) as other:
            client = HubClient(other.url, "", Timeouts(1.0, 2.0, 3.0))
            assert isinstance(client.heartbeat(BEAT), kind)
            client.close()


def test_orders_beyond_their_limits_are_garbled_as_a_whole() -> None:
    good = msgspec.to_builtins(
        wire.Order(id="0193bbbb-0000-7000-8000-000000000001", kind="close", expires_ms=1, role="x")
    )
    for wrong in (
        {"id": "x"},
        {"kind": "x" * 201},
        {"expires_ms": -1},
        {"expires_ms": wire.LAST_MS + 1},
        {"expires_ms": 1e400},
        {"args": {"message": 1}},
    ):
        body = msgspec.json.encode({"hub_ms": 0, "orders": [good | wrong]})
        with peer(scripted({b"heartbeat": answer("200 OK", body), b"queues": STATES, b"cat": NO_CATALOGUE})) as other:
            client = HubClient(other.url, "", Timeouts(1.0, 2.0, 3.0))
            result = client.heartbeat(BEAT)
            client.close()
        assert isinstance(result, Away)
        assert result.reason is AwayReason.GARBLED
