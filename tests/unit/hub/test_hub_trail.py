"""Rules of the trail: nothing in it can be changed, whole days go off its beginning, the chain shows what was done."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from hub.store.engine import Store
from hub.trail import calls, checking, entries, retention, sign_ins
from hub.trail.checking import Intact, check_now
from hub.trail.cli import run_verify
from hub.trail.entries import Details, Note, Who
from hub.trail.housekeeping import cut_all, look_at_all
from hub.trail.retention import Settings
from hub.trail.words import What
from kiosk.hash_chain import Broken, Flaw
from tests.unit.hub.conftest import DAY_MS, House

SITE = "rathaus"
FRIDA = Who("u1", "frida", "administrator", "10.0.0.7")


class Trail:
    """A founded hall and the entries of its trail."""

    def __init__(self, hall: House) -> None:
        self.hall, self.store = hall, hall.store

    def add(self, what: What = What.PERSON_ADDED, subject: str = "anna", after: Details | None = None) -> None:
        note = Note(site=SITE, who=FRIDA, what=what, now_ms=self.hall.clock())
        self.hall.do(entries.append, note, subject, after={"role": "clerk"} if after is None else after)

    def rows(self, columns: str = "seq") -> list[Any]:
        rows = self.run(f"SELECT {columns} FROM trail_entry ORDER BY seq")
        return [row[0] if len(row) == 1 else tuple(row) for row in rows]

    def run(self, sql: str) -> list[Any]:
        def do(connection: Any) -> list[Any]:
            found = connection.exec_driver_sql(sql)
            return list(found.all()) if found.returns_rows else []

        return self.store.write_now(do)

    def checked(self, heads: dict[int, bytes] | None = None) -> checking.Checked:
        return check_now(self.store, SITE, heads or {}, self.hall.clock)

    def cut(self) -> int:
        rounds = 1
        while self.hall.do(retention.cut, SITE, "Europe/Berlin", self.hall.clock()):
            rounds += 1
        return rounds

    def without_guards(self) -> None:
        for (name,) in self.run("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
            self.run(f"DROP TRIGGER {name}")


@pytest.fixture
def trail(hall: Any) -> Trail:
    return Trail(hall)


def test_an_entry_says_who_when_from_where_and_what(trail: Trail) -> None:
    trail.add()
    who = ("u1", "frida", "administrator", "10.0.0.7")
    row = (1, trail.hall.clock(), *who, "person.added", "anna", "{}", '{"role":"clerk"}')
    assert trail.rows(entries.COLUMNS.removesuffix(", hash")) == [row]
    assert isinstance(trail.checked(), Intact)


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE trail_entry SET subject = 'berta'", "never changed"),
        ("DELETE FROM trail_entry WHERE seq = 1", "at its beginning only"),
        ("INSERT OR REPLACE INTO trail_entry SELECT * FROM trail_entry WHERE seq = 2", "at its beginning only"),
    ],
)
def test_our_own_program_cannot_change_an_entry(trail: Trail, sql: str, why: str) -> None:
    trail.add()
    trail.add()
    with pytest.raises(IntegrityError, match=why):
        trail.run(sql)
    assert isinstance(trail.checked(), Intact)


def test_what_was_cut_off_does_not_come_back(trail: Trail) -> None:
    trail.add()
    trail.hall.clock.forward(400 * DAY_MS)
    trail.add()
    trail.cut()
    with pytest.raises(IntegrityError, match="does not come back"):
        trail.run("UPDATE trail SET cut_seq = 0")


@pytest.mark.parametrize("column", entries.COLUMNS.removesuffix(", hash").split(", "))
def test_whoever_changes_a_column_by_hand_is_found(trail: Trail, column: str) -> None:
    for _ in range(3):
        trail.add()
    trail.without_guards()
    value = {"seq": "7", "at_ms": "at_ms + 1", "before": "'{\"a\":1}'", "after": "'{}'"}.get(column, "'other'")
    trail.run(f"UPDATE trail_entry SET {column} = {value} WHERE seq = 2")
    flaw = Flaw.MISSING if column == "seq" else Flaw.CHANGED
    assert trail.checked() == Broken(2, flaw)


def test_a_trail_computed_anew_does_not_fit_a_head_that_was_kept(trail: Trail, capsys: Any) -> None:
    for _ in range(3):
        trail.add()
    kept = trail.hall.see(entries.head, SITE)
    trail.without_guards()
    trail.run("DELETE FROM trail_entry")
    for name in ("berta", "berta", "berta", "berta"):
        trail.add(subject=name)
    folder = trail.store.path.parent
    assert run_verify(folder, []) == 0, "by itself it looks whole"
    assert run_verify(folder, [str(kept)]) == 1
    assert "computed anew" in capsys.readouterr().out
    trail.run("DELETE FROM trail_entry WHERE seq > 1")
    assert run_verify(folder, [str(kept)]) == 1
    assert "ends before entry 2" in capsys.readouterr().out


def test_verifying_says_what_it_compared(trail: Trail, capsys: Any) -> None:
    trail.add()
    head = str(trail.hall.see(entries.head, SITE))
    assert run_verify(trail.store.path.parent, [head]) == 0
    assert f"whole from entry 1 to its head {head}, and it fits 1 of 1 heads" in capsys.readouterr().out
    assert run_verify(trail.store.path.parent, [f"1:{'0' * 64}", head]) == 1, "two heads of one entry cannot both fit"
    assert run_verify(trail.store.path.parent, ["17"]) == 2
    assert run_verify(trail.store.path.parent / "nowhere", []) == 2


def test_whole_days_go_when_their_time_is_over(trail: Trail) -> None:
    """Noon of a day; it goes at midnight after 365 days, the next day's entry a day later."""
    trail.add()
    trail.hall.clock.forward(DAY_MS)
    trail.add()
    before = trail.hall.see(entries.head, SITE)
    trail.hall.clock.forward(364 * DAY_MS + 11 * 3_600_000)
    trail.cut()
    assert trail.rows() == [1, 2]
    trail.hall.clock.forward(2 * 3_600_000)
    trail.cut()
    assert trail.rows() == [2]
    trail.add()
    assert trail.checked({before.seq: before.digest}) == Intact(
        trail.hall.see(entries.anchor, SITE), trail.hall.see(entries.head, SITE)
    )
    assert trail.hall.see(entries.anchor, SITE).seq == 1


def test_a_trail_of_which_everything_was_cut_goes_on(trail: Trail) -> None:
    trail.add()
    head = trail.hall.see(entries.head, SITE)
    trail.hall.clock.forward(400 * DAY_MS)
    trail.cut()
    assert trail.rows() == []
    assert trail.hall.see(entries.head, SITE) == head
    trail.add()
    assert trail.rows() == [2]
    assert isinstance(trail.checked({head.seq: head.digest}), Intact)


def test_the_site_says_how_long(trail: Trail) -> None:
    trail.add()
    trail.hall.do(retention.change_settings, SITE, Settings(kept_days=30))
    trail.hall.clock.forward(31 * DAY_MS)
    trail.add()
    trail.cut()
    assert trail.rows() == [2]
    assert trail.hall.see(retention.settings, SITE) == Settings(kept_days=30), "a cut changes no setting"


def test_a_lot_goes_in_portions(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    monkeypatch.setattr(checking, "PORTION", 3)
    for _ in range(8):
        trail.add()
    assert isinstance(trail.checked(), Intact)
    trail.hall.clock.forward(400 * DAY_MS)
    trail.add()
    assert trail.cut() == 3
    assert trail.rows() == [9]
    assert isinstance(trail.checked(), Intact)


@pytest.mark.parametrize(("wrong_ms", "left"), [(10 * 365 * DAY_MS, [4]), (-10 * 365 * DAY_MS, [4])])
def test_trail_entry_of_a_wrong_clock_leaves_its_neighbours_alone(trail: Trail, wrong_ms: int, left: list[int]) -> None:
    trail.add()
    trail.hall.clock.forward(wrong_ms)
    trail.add()
    trail.hall.clock.forward(-wrong_ms)
    trail.add()
    trail.cut()
    assert trail.rows()[-1] == 3
    trail.hall.clock.forward(400 * DAY_MS)
    trail.add()
    trail.cut()
    assert trail.rows() == left


def test_a_young_entry_before_one_that_looks_old_stays(trail: Trail) -> None:
    trail.add()
    trail.hall.clock.forward(-500 * DAY_MS)
    trail.add()
    trail.hall.clock.forward(500 * DAY_MS)
    trail.cut()
    assert trail.rows() == [1, 2]


def test_a_break_in_what_is_cut_is_written_down(trail: Trail) -> None:
    for _ in range(3):
        trail.add()
    trail.run("DROP TRIGGER trail_entry_stays")
    trail.run("UPDATE trail_entry SET subject = 'berta' WHERE seq = 2")
    trail.hall.clock.forward(400 * DAY_MS)
    trail.add()
    trail.cut()
    assert trail.rows("seq, what, subject, after")[1:] == [(5, "trail.cut_broken", "2", '{"flaw":"changed"}')]
    assert isinstance(trail.checked(), Intact)


def test_a_cut_while_the_chain_is_being_checked_is_no_break(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "PORTION", 2)
    for _ in range(5):
        trail.add()
    walk = trail.hall.see(checking._step, SITE, None)
    assert isinstance(walk, checking.Walk)
    trail.hall.clock.forward(400 * DAY_MS)
    trail.cut()
    trail.add()
    assert isinstance(trail.hall.see(checking._step, SITE, walk), Intact)


def test_the_hub_itself_finds_a_break_and_writes_it_to_its_log(trail: Trail, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        trail.add()
    asyncio.run(look_at_all(trail.store, checking.Checker(trail.store, trail.hall.clock)))
    assert caplog.records == []
    trail.without_guards()
    trail.run("DELETE FROM trail_entry WHERE seq = 2")
    asyncio.run(look_at_all(trail.store, checking.Checker(trail.store, trail.hall.clock)))
    (record,) = caplog.records
    assert (record.levelname, vars(record)["event"]) == ("ERROR", "trail.broken")
    assert "rathaus is broken at entry 2: missing" in record.getMessage()


def test_every_sites_trail_is_cut(trail: Trail) -> None:
    trail.add()
    trail.hall.clock.forward(400 * DAY_MS)
    assert not trail.hall.do(cut_all, trail.hall.clock())
    assert trail.rows() == []


def test_long_texts_are_cut(trail: Trail) -> None:
    trail.add(subject="x" * 5000, after={"name": "y" * 5000, "names": {"de": "z" * 5000}, "tiles": ["t" * 5000]})
    ((subject, after),) = trail.rows("subject, after")
    assert len(subject) == entries.LONGEST
    assert len(after) < 4 * entries.LONGEST
    assert isinstance(trail.checked(), Intact)


def test_a_stranger_cannot_fill_the_disk_with_wrong_passwords(trail: Trail) -> None:
    for n in range(sign_ins.SINGLY + 50):
        trail.hall.do(sign_ins.wrong, SITE, "frida", f"10.1.0.{n}", trail.hall.clock.forward(1000))
    counted = dict(trail.rows("what, seq"))
    assert counted["sign_in.wrong"] == sign_ins.SINGLY
    assert trail.rows("what")[sign_ins.SINGLY :] == ["sign_in.wrong_more"]
    trail.hall.do(sign_ins.wrong, SITE, "frida", "10.1.0.1", trail.hall.clock.forward(3_600_000))
    assert trail.rows("what")[-1] == "sign_in.wrong", "after an hour they are written singly again"


def test_a_call_has_the_counter_only_unless_the_site_wants_the_person(trail: Trail) -> None:
    hall = trail.hall
    for _ in range(2):
        hall.ticket()

    def call(op: str) -> None:
        note = calls.CallNote(site=SITE, counter="p1", op=op, what=What.CALL_NEXT, who=FRIDA, now_ms=hall.clock())
        trail.store.write_now(lambda c: calls.noted_call(c, note, lambda: _next(c, hall, op), type(None)))

    call("operation-1")
    call("operation-1")
    hall.do(retention.change_settings, SITE, Settings(names_callers=True))
    call("operation-2")
    assert trail.rows("user_id, login, role, address, what, subject, before, after") == [
        ("", "", "", "", "call.next", "Platz 1", "{}", "{}"),
        ("u1", "frida", "administrator", "10.0.0.7", "call.next", "Platz 1", "{}", "{}"),
    ]


def _next(connection: Any, hall: House, op: str) -> Any:
    from hub.counter import calling

    here = calling.current(connection, SITE, "p1")
    act = calling.Act(
        site=SITE,
        counter="p1",
        op=op,
        now_ms=hall.clock(),
        ticket=here.id if here else "",
        was_here=True if here else None,
    )
    return calling.call_next(connection, act)


def test_two_sites_have_a_chain_each(trail: Trail) -> None:
    trail.run("INSERT INTO site (id, town, name, created_ms) VALUES ('zwei', 'M', 'Z', 0)")
    trail.add()
    other = Note(site="zwei", who=FRIDA, what=What.PERSON_ADDED, now_ms=trail.hall.clock())
    trail.hall.do(entries.append, other, "anna")
    trail.add()
    assert sorted(trail.rows("site_id, seq")) == [("rathaus", 1), ("rathaus", 2), ("zwei", 1)]
    assert all(isinstance(check_now(trail.store, site, {}), Intact) for site in (SITE, "zwei"))


def test_entries_survive_a_restart_and_go_on(trail: Trail) -> None:
    trail.add()
    trail.store.close()
    store = Store(trail.store.path)
    store.write_now(lambda c: entries.append(c, Note(site=SITE, who=FRIDA, what=What.SIGNED_OUT, now_ms=1)))
    found = check_now(store, SITE, {})
    store.close()
    assert isinstance(found, Intact)
    assert found.head.seq == 2


def test_facts_are_kept_as_json(trail: Trail) -> None:
    trail.add(after={"names": {"de": "Größe"}, "open": True, "queues": "all", "version": 3, "place": None})
    ((after,),) = [(text,) for text in trail.rows("after")]
    assert json.loads(after) == {"names": {"de": "Größe"}, "open": True, "queues": "all", "version": 3, "place": None}
