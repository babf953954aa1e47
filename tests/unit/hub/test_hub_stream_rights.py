"""Streams end when the right to them ends, whatever took it away."""

import http.client
import threading
from collections.abc import Callable

import pytest

from hub.auth import people, sessions
from hub.auth.rights import Right
from hub.auth.sessions import ABSOLUTE_MS, IDLE_MS
from hub.fleet import terminals
from hub.fleet.terminals import secret_hash
from hub.live import stream_rights
from hub.live.stream_rights import ByKey, BySession
from hub.store.enums import Role

HASH = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$YWJj"


@pytest.fixture
def anna(hall) -> str:
    """The token of somebody who calls people."""
    hall.do(people.add, hall.site, "anna", "anna", "Anna", Role.CLERK, HASH, hall.clock())
    return hall.do(sessions.begin, hall.site, "anna", hall.clock())


def _me(hall, token: str):
    return hall.see(sessions.find, token, hall.clock())


WAYS: dict[str, Callable[..., None]] = {
    "signed out": lambda hall, token: hall.do(sessions.end, _me(hall, token)),
    "new password": lambda hall, token: hall.do(people.change_password, hall.site, "anna", HASH),
    "disabled": lambda hall, token: hall.do(people.disable, hall.site, "anna", hall.clock()),
    "a role that calls nobody": lambda hall, token: hall.do(people.change_role, hall.site, "anna", Role.EDITOR),
    "idle for too long": lambda hall, token: hall.clock.forward(IDLE_MS),
    "the end of the day": lambda hall, token: hall.clock.forward(ABSOLUTE_MS),
}


def test_who_may_go_on_goes_on(hall, anna: str) -> None:
    holders = {BySession(secret_hash(anna), Right.CALL), ByKey(secret_hash("k"))}
    hall.do(terminals.add_code, hall.site, "t1", "ABCDEFGH", hall.clock())
    hall.do(terminals.enrol, "ABCDEFGH", secret_hash("k"), "m", hall.clock())
    assert hall.see(stream_rights.ended, holders, hall.clock()) == set()
    hall.do(people.change_role, hall.site, "anna", Role.SUPERVISOR)
    assert hall.see(stream_rights.ended, holders, hall.clock()) == set(), "another role that calls people"


@pytest.mark.parametrize("way", WAYS)
def test_who_lost_the_right_is_found(hall, anna: str, way: str) -> None:
    holder = BySession(secret_hash(anna), Right.CALL)
    WAYS[way](hall, anna)
    assert hall.see(stream_rights.ended, {holder}, hall.clock()) == {holder}


@pytest.mark.parametrize("way", ["revoked", "enrolled again"])
def test_key_that_is_worthless_is_found(hall, way: str) -> None:
    hall.do(terminals.add_code, hall.site, "t1", "ABCDEFGH", hall.clock())
    hall.do(terminals.enrol, "ABCDEFGH", secret_hash("k"), "m", hall.clock())
    if way == "revoked":
        hall.do(terminals.revoke, hall.site, "t1", hall.clock())
    else:
        hall.do(terminals.add_code, hall.site, "t1", "ABCDEFGI", hall.clock())
        hall.do(terminals.enrol, "ABCDEFGI", secret_hash("k2"), "m", hall.clock())
    assert hall.see(stream_rights.ended, {ByKey(secret_hash("k"))}, hall.clock()) == {ByKey(secret_hash("k"))}


class Opened:
    """A stream over a socket; ``end`` is set when the hub has closed it."""

    def __init__(self, live, path: str, headers: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection(live.url.removeprefix("http://"), timeout=300)
        self._connection.request("GET", path, headers=headers)
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200
        assert self._answer.readline().startswith(b"retry")
        self.end = threading.Event()
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        while self._answer.readline():
            pass
        self.end.set()

    def close(self) -> None:
        self._reading.join(300)
        self._connection.close()


def test_open_streams_end_and_others_do_not(live, anna: str) -> None:
    """Nothing was revoked by the hub's own pages: another process at the machine did it."""
    hall = live.hall
    board = Opened(live, f"/board/{hall.site}/stream", {})
    desk = Opened(live, "/desk/changes", {"cookie": f"hub_session={anna}"})
    terminal = Opened(live, "/api/v1/calls/stream", {"authorization": f"Bearer {live.key}"})
    hall.do(people.disable, hall.site, "anna", hall.clock())
    assert desk.end.wait(300)
    assert not terminal.end.is_set()
    hall.do(terminals.revoke, hall.site, "t1", hall.clock())
    assert terminal.end.wait(300)
    assert not board.end.is_set()
    live.stop()
    for each in (board, desk, terminal):
        each.close()
