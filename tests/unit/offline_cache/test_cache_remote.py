import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from kiosk import wire
from kiosk.wire.base import Body
from offline_cache.http.answers import Answer, Away, AwayReason, Refused
from offline_cache.http.hub_client import SMALL, HubClient, Reply, Timeouts
from tests.unit.offline_cache.cache_helpers import slot_answer, ticket_id
from tests.unit.offline_cache.peers import HubRoom, RawPeer, answer, peer, says, trickle
from tests.unit.offline_cache.sync_peer import SyncPeer

QUICK = Timeouts(0.5, 0.5, 1.0)
"""Where the silence itself is what is looked at."""
PATIENT = Timeouts(60.0, 60.0, 60.0)
"""Where an answer comes: a busy machine brings it late."""
REQUEST = wire.TicketRequest(id=ticket_id(1), service="perso")
GOOD = msgspec.json.encode(
    wire.TicketAnswer(
        id=ticket_id(1),
        series="A",
        n=1,
        queue="pass",
        service="perso",
        business_day="2026-11-23",
        issued_at="2026-11-23T09:00:00+01:00",
        ahead=0,
        slip_code="x",
    )
)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubRoom]:
    room = HubRoom(tmp_path_factory.mktemp("hub"))
    yield room
    room.close()


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"", AwayReason.TIMED_OUT),
        (b"HTTP/1.1 200 OK\r\nContent-Len", AwayReason.TIMED_OUT),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", AwayReason.TIMED_OUT),
        (b"\x00\xff\x00garbage\r\n\r\n", AwayReason.CUT_OFF),
        (b"SSH-2.0-OpenSSH_9.2\r\n", AwayReason.CUT_OFF),
        (answer("200 OK", b"<html>captive portal</html>"), AwayReason.GARBLED),
        (answer("200 OK", b""), AwayReason.GARBLED),
        (answer("200 OK", b'{"id": 7}'), AwayReason.GARBLED),
        (answer("200 OK", b"[" * 100_000), AwayReason.GARBLED),
        (answer("200 OK", b"\xff\xfe\x00"), AwayReason.GARBLED),
        (answer("200 OK", GOOD.replace(b'"n":1', b'"n":"1"')), AwayReason.GARBLED),
        (answer("200 OK", b" " * (SMALL + 1)), AwayReason.TOO_BIG),
        (answer("200 OK", GOOD, "Content-Encoding: gzip\r\n"), None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n", AwayReason.TIMED_OUT),
        (answer("204 No Content"), AwayReason.GARBLED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", AwayReason.CUT_OFF),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n", AwayReason.CUT_OFF),
        (answer("302 Found", b"", "Location: http://127.0.0.1:1/elsewhere\r\n"), AwayReason.REDIRECTED),
        (answer("308 Moved", b"", "Location: http://[bad\r\n"), AwayReason.REDIRECTED),
        (answer("500 Oops", b"{}"), AwayReason.HUB_ERROR),
        (answer("503 Later", b"", "Retry-After: 7\r\n"), AwayReason.BUSY),
        (answer("429 Slow", b"", "Retry-After: soon\r\n"), AwayReason.BUSY),
        (answer("102 Hm", b"") + answer("200 OK", GOOD), AwayReason.GARBLED),
    ],
)
def test_hostile_answers_become_values(reply: bytes, reason: AwayReason | None) -> None:
    with peer(says(reply)) as other:
        client = HubClient(other.url, "key", QUICK if reason is AwayReason.TIMED_OUT else PATIENT)
        result = client.ticket(REQUEST)
        client.close()
    if reason is None:
        assert isinstance(result, Answer)
    else:
        assert isinstance(result, Away), result
        assert result.reason is reason, result


def test_retry_after_is_read_and_bounded() -> None:
    for text, seconds in (("7", 7.0), ("99999", 300.0), ("-1", 0.0), ("\u0663", 0.0), ("Wed, 21 Oct", 0.0)):
        with peer(says(answer("503 Later", b"", f"Retry-After: {text}\r\n"))) as other:
            client = HubClient(other.url, "", PATIENT)
            result = client.ticket(REQUEST)
            client.close()
        assert isinstance(result, Away)
        assert result.retry_after_s == seconds


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_peer_that_trickles_meets_the_deadline(part: str) -> None:
    data = b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 9000 if part == "headers" else answer("200 OK", GOOD * 100)
    other = RawPeer(lambda connection, request, number: play(connection, request, number))
    play = trickle(data, 0.02, other.stopping)
    client = HubClient(other.url, "", Timeouts(0.5, 0.5, 0.6))
    start = time.monotonic()
    result = client.ticket(REQUEST)
    assert isinstance(result, Away)
    assert result.reason is AwayReason.TIMED_OUT
    assert time.monotonic() - start < 20.0, "the whole takes over a hundred seconds"
    client.close()
    other.close()


def test_a_closed_port_and_bad_addresses_are_not_connected() -> None:
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    for url in (
        f"http://127.0.0.1:{port}",
        "",
        "no scheme",
        "ftp://127.0.0.1",
        "http://",
        "http://[::1",
        "http://a b/",
    ):
        client = HubClient(url, "key", PATIENT)
        result = client.ticket(REQUEST)
        client.close()
        assert isinstance(result, Away), url
        refused = AwayReason.PLAIN_REFUSED if " " in url else AwayReason.NOT_CONNECTED
        assert result.reason in (refused, AwayReason.NOT_CONNECTED, AwayReason.GARBLED), (url, result)


def test_a_refusal_carries_the_hubs_words() -> None:
    fault = msgspec.json.encode(wire.Fault(code="unknown_service", message="No such service."))
    for body, code in ((fault, "unknown_service"), (b"<html>", "http_404"), (b"", "http_404")):
        with peer(says(answer("404 Not Found", body))) as other:
            client = HubClient(other.url, "", PATIENT)
            result = client.ticket(REQUEST)
            client.close()
        assert isinstance(result, Refused)
        assert (result.status, result.fault.code) == (404, code)


def test_the_connection_is_kept_and_a_stale_one_is_tried_once_more() -> None:
    def play(connection: socket.socket, request: bytes, number: int) -> None:
        if number == 2:
            connection.shutdown(socket.SHUT_RDWR)
        else:
            connection.sendall(answer("200 OK", GOOD))

    with peer(play) as other:
        client = HubClient(other.url, "", PATIENT)
        assert isinstance(client.ticket(REQUEST), Answer)
        assert isinstance(client.ticket(REQUEST), Answer)
        assert isinstance(client.ticket(REQUEST), Answer)
        client.close()
    assert other.connections == 2
    assert len(other.requests) == 4
    assert other.requests[1].partition(b"\r\n\r\n")[2] == other.requests[2].partition(b"\r\n\r\n")[2], "the same id"


def test_the_surroundings_are_not_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with peer(says(answer("200 OK", GOOD, "Set-Cookie: a=b\r\n"))) as other:
        client = HubClient(other.url, "", PATIENT)
        for _ in range(2):
            assert isinstance(client.ticket(REQUEST), Answer)
        client.close()
    assert b"cookie" not in other.requests[1].lower()
    assert b"authorization" not in other.requests[1].lower()


def test_abandoning_from_another_thread_wakes_the_reader() -> None:
    import threading

    with peer(lambda connection, request, number: None) as other:
        client = HubClient(other.url, "", Timeouts(1.0, 30.0, 30.0))
        results: list[object] = []
        asking = threading.Thread(target=lambda: results.append(client.ticket(REQUEST)))
        asking.start()
        while not other.requests:
            asking.join(0.01)
        client.abandon()
        asking.join(20)
        assert not asking.is_alive()
        client.close()
    assert isinstance(results[0], Away)


def test_everything_against_the_real_hub(hub: HubRoom) -> None:
    link = hub.enrolled()
    client = HubClient(link.url, link.key)
    first = client.ticket(REQUEST)
    assert isinstance(first, Answer), first
    assert (first.value.series, first.value.id) == ("A", ticket_id(1))
    assert client.ticket(REQUEST) == first, "the same id, the same number"
    states = client.queues()
    assert isinstance(states, Answer)
    assert [(queue.id, queue.waiting) for queue in states.value.queues] == [("pass", 1)]
    beat = client.heartbeat(wire.Heartbeat(version="0.1", catalogue_version=0))
    assert isinstance(beat, Answer)
    manifest = client.get(wire.MANIFEST, {}, SMALL, 200, 404)
    assert isinstance(manifest, Reply)
    assert isinstance(client.help(wire.HelpRequest(id=ticket_id(50))), Answer)
    calls = client.calls(0)
    assert isinstance(calls, Answer)
    refused = client.ticket(wire.TicketRequest(id=ticket_id(2), service="nothing"))
    assert isinstance(refused, Refused)
    assert refused.status == 404
    client.close()


def test_slot_and_sync_as_the_wire_says() -> None:
    hub = SyncPeer()
    with peer(hub.play) as other:
        client = HubClient(other.url, "key", PATIENT)
        slot = client.slot(wire.SlotRequest("ab" * 16, "m1"))
        assert slot == Answer(slot_answer())
        op = wire.Op(ticket_id(1), ticket_id(2), "cancel", msgspec.Raw(b"{}"))
        told = client.sync(wire.SyncRequest("ab" * 16, (op,)))
        assert isinstance(told, Answer)
        assert [(each.op, each.status) for each in told.value.answers] == [(op.op, 200)]
        client.close()
    assert hub.slots == [wire.SlotRequest("ab" * 16, "m1")]


@pytest.mark.parametrize("body", [{"slot": 0}, {"slot": 100}, {"slip_key": "zz"}, {"hub_generation": "x"}, {"slot": 3}])
def test_an_unsound_slot_is_no_slot(body: dict[str, object]) -> None:
    with peer(says(answer("200 OK", msgspec.json.encode({**msgspec.to_builtins(slot_answer()), **body})))) as other:
        client = HubClient(other.url, "", PATIENT)
        found = client.slot(wire.SlotRequest("ab" * 16, "m1"))
        client.close()
    assert isinstance(found, Answer if body == {"slot": 3} else Away)


BODIES = [each for each in vars(wire).values() if isinstance(each, type) and issubclass(each, Body)]


@pytest.mark.parametrize("kind", BODIES)
def test_every_whole_number_on_the_wire_is_one_that_a_column_holds(kind: type[Body]) -> None:
    for field in msgspec.structs.fields(kind):
        told = inspect.type_info(field.type)
        if isinstance(told, inspect.IntType):
            assert told.ge is not None, field.name
            assert told.le is not None, field.name
            assert -1 <= told.ge < told.le <= 2**53, field.name


@pytest.mark.parametrize(
    ("path", "good", "place"),
    [
        (wire.QUEUES, wire.QueueStates("", "", (wire.QueueState("q", "A", 999_999),)), ("queues", 0, "waiting")),
        (wire.CALLS, wire.Calls(2**53, ""), ("seq",)),
        (wire.CALLS, wire.Calls(1, "", (wire.Call(2**53, wire.CallKind.CALL, "A 1", "1", ""),)), ("calls", 0, "seq")),
        (wire.SYNC, wire.SyncAnswer((wire.OpAnswer(ticket_id(1), 599),)), ("answers", 0, "status")),
    ],
)
def test_a_count_that_nothing_can_hold_is_no_answer(path: str, good: object, place: tuple[str | int, ...]) -> None:
    asked: dict[str, Callable[[HubClient], object]] = {
        wire.QUEUES: lambda client: client.queues(),
        wire.CALLS: lambda client: client.calls(0),
        wire.SYNC: lambda client: client.sync(wire.SyncRequest("ab" * 16, ())),
    }
    bodies = [msgspec.to_builtins(good) for _ in range(3)]
    for body, add in zip(bodies, (0, 1, 2**63), strict=True):
        part: Any = body
        for step in place[:-1]:
            part = part[step]
        part[place[-1]] += add
        with peer(says(answer("200 OK", msgspec.json.encode(body)))) as other:
            client = HubClient(other.url, "", PATIENT)
            found = asked[path](client)
            client.close()
        assert isinstance(found, Away if add else Answer), found


@pytest.mark.parametrize(
    "ask", [lambda client: client.queues(), lambda client: client.get(wire.MANIFEST, {}, SMALL, 200)]
)
def test_a_wrong_key_is_refused(hub: HubRoom, ask: Callable[[HubClient], object]) -> None:
    for key in ("", "wrong", "kaputt\r\nX: y", "ключ"):
        client = HubClient(hub.url, key)
        result = ask(client)
        client.close()
        assert isinstance(result, Refused), result
        assert result.status == 401
