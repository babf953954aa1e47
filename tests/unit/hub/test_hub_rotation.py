"""The key that signs the catalogue is changed: who hears of it, who was away meanwhile, who would be left behind."""

import base64
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.catalogue.content import state
from hub.catalogue.publication import signing
from hub.catalogue.publication.rotation import Behind, Rotated, rotate, run_rotate
from hub.fleet import terminals
from kiosk.catalogue.faults import Fault
from kiosk.config import Hub
from offline_cache.catalogue.follow import InStep
from offline_cache.http.hub_client import HubClient, Timeouts
from tests.unit.hub.conftest import NOON, SITE
from tests.unit.hub.test_hub_catalogue_feed import put, service
from tests.unit.offline_cache.test_catalogue_follow import Terminal

WEEK_MS = 7 * 24 * 3600 * 1000


class Enrolled:
    """Terminal ``t1`` with its catalogue on disk; ``begin_anew`` is another start of its program."""

    def __init__(self, live: Any, folder: Path) -> None:
        self.live, self.folder = live, folder
        keys = live.hall.see(signing.public_keys, SITE)
        self.hub = Hub(url=live.url, site=SITE, signers={key.kid: key.x for key in keys})
        folder.mkdir()
        self.begin_anew()

    def begin_anew(self) -> None:
        self.terminal = Terminal(self.folder, self.hub)
        self.terminal.client = HubClient(self.live.url, self.live.key, Timeouts(3.0, 5.0, 10.0))

    def follow(self) -> object:
        """Come into step once the hub shows what is in force; what came of it."""
        until, wanted = time.monotonic() + 30, self.live.hall.see(state.read, SITE).seq
        while self.shown() != wanted:
            assert time.monotonic() < until, "the hub shows no newer manifest"
            time.sleep(0.05)
        return self.terminal.follow()

    def shown(self) -> int:
        """Number of the manifest that is served, read without looking at its signature."""
        answer = self.live.get("/manifest")
        if answer.status_code == 404:
            return 0
        payload = answer.text.split(".")[1]
        return int(msgspec.json.decode(base64.urlsafe_b64decode(payload + "=="))["seq"])

    def beat(self) -> None:
        told = {"version": "1", "catalogue_version": 1, "manifest_seq": self.terminal.follower.seen.seq}
        assert self.live.post("/heartbeat", told).ok


@pytest.fixture
def there(live: Any, tmp_path: Path) -> Enrolled:
    """A terminal that was enrolled when the hall was founded, a week ago, and follows its catalogue."""
    put(live.hall, service("pass"))
    live.hall.clock.forward(1000)
    live.hall.do(lambda c: c.exec_driver_sql(f"UPDATE terminal SET enrolled_ms = {NOON - WEEK_MS}"))
    there = Enrolled(live, tmp_path / "terminal")
    assert there.follow() == InStep()
    there.beat()
    return there


def turn(live: Any, **how: bool) -> Rotated | Behind:
    done = live.hall.do(rotate, SITE, live.hall.clock.forward(60_000), **how)
    assert isinstance(done, Rotated | Behind)
    return done


def test_terminal_learns_new_keys_from_a_manifest_of_a_known_one(there: Enrolled, live: Any) -> None:
    for n in range(4):
        before = dict(there.terminal.follower.seen.signers)
        done = turn(live)
        assert isinstance(done, Rotated)
        assert done.signs in before
        put(live.hall, service("pass"), service(f"neu{n}"))
        assert there.follow() == InStep()
        assert done.retired not in there.terminal.follower.seen.signers
        there.beat()
        there.begin_anew()  # what it knows, it knows from the disk
    assert "neu3" in [each.id for each in there.terminal.loaded.services]  # type: ignore[union-attr]


def test_a_terminal_that_was_away_during_the_rotation_needs_nobody(there: Enrolled, live: Any) -> None:
    assert isinstance(turn(live), Rotated)
    live.hall.clock.forward(WEEK_MS)
    there.begin_anew()
    put(live.hall, service("pass"), service("neu"))
    assert there.follow() == InStep()


def test_nobody_is_left_behind_unnoticed(there: Enrolled, live: Any) -> None:
    assert isinstance(turn(live), Rotated)
    signs = live.hall.see(signing.signer, SITE)
    assert turn(live) == Behind(("Terminal 1",)), "it does not know the key of the first rotation's manifest yet"
    assert live.hall.see(signing.signer, SITE) == signs, "and nothing was changed"
    assert there.follow() == InStep()
    there.beat()
    assert isinstance(turn(live), Rotated)


def test_who_was_enrolled_since_or_signed_off_is_not_waited_for(there: Enrolled, live: Any) -> None:
    hall = live.hall
    assert isinstance(turn(live), Rotated)
    assert hall.do(terminals.add_terminal, SITE, "t2", "Terminal 2", hall.clock()) is None
    hall.clock.forward(1000)
    live.enrol("t2", "HGFEDCBA")
    assert turn(live) == Behind(("Terminal 1",)), "Terminal 2 was given the keys of today"
    hall.do(terminals.revoke, SITE, "t1", hall.clock())
    assert isinstance(turn(live), Rotated)


def test_a_terminal_left_behind_on_purpose_keeps_its_catalogue_and_says_so(there: Enrolled, live: Any) -> None:
    turn(live)
    assert isinstance(turn(live, accept=True), Rotated)
    put(live.hall, service("pass"), service("neu"))
    fault = there.follow()
    assert isinstance(fault, Fault)
    assert "unknown key" in fault.reason
    assert [each.id for each in there.terminal.catalogue.services] == ["pass"]  # type: ignore[union-attr]


def test_hub_restored_from_before_a_rotation_is_trusted_after_the_next(there: Enrolled, live: Any) -> None:
    """The copy signs with a key that terminals have dropped; the one that comes next in the copy is one they know."""
    keys = live.hall.see(lambda c: c.exec_driver_sql("SELECT * FROM signing_key").all())
    turn(live)
    assert there.follow() == InStep()
    there.beat()
    put_back = "INSERT INTO signing_key VALUES (?, ?, ?, ?, ?, ?)"
    live.hall.do(lambda c: c.exec_driver_sql("DELETE FROM signing_key"))
    live.hall.do(lambda c: [c.exec_driver_sql(put_back, tuple(row)) for row in keys])
    live.hall.do(state.reissue, SITE, live.hall.clock.forward(60_000))
    assert isinstance(there.follow(), Fault)
    assert isinstance(turn(live), Rotated)
    assert there.follow() == InStep()


def test_a_start_in_the_middle_of_a_switch_forgets_no_key(there: Enrolled, live: Any) -> None:
    """The catalogue was switched, the note of the manifest was not written any more: its keys are still known."""
    note = there.folder / "catalogue.seen.json"
    turn(live)
    assert there.follow() == InStep()
    there.beat()
    before = note.read_bytes()
    turn(live)
    put(live.hall, service("pass"), service("neu"))
    assert there.follow() == InStep()
    note.write_bytes(before)
    there.begin_anew()
    put(live.hall, service("pass"), service("neuer"))
    assert there.follow() == InStep()


def test_the_command_works_beside_a_running_hub(
    there: Enrolled, live: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_rotate(tmp_path) == 0
    assert "signs the catalogue from now on" in capsys.readouterr().out
    assert run_rotate(tmp_path) == 3
    assert "  Terminal 1\n" in capsys.readouterr().err
    assert there.follow() == InStep()
    there.beat()
    assert run_rotate(tmp_path) == 0
    assert run_rotate(tmp_path, accept=True) == 0
    assert run_rotate(tmp_path / "nowhere") == 2
