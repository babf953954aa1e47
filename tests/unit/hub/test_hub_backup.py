"""Copies while the hub runs, and a new life from one: no number twice, no slot again, nothing lost by a bad copy."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pysqlite3
import pytest

from hub import hub_generation, stored_clock
from hub.auth import devices, people, sessions
from hub.fleet import terminals
from hub.operations import restore as operations_restore
from hub.operations.backup import backup, restore, run_restore
from hub.sites import sites
from hub.store.engine import Store
from hub.store.enums import Role
from hub.store.faults import StoreRefused
from hub.store.lock import hold
from hub.tickets import aliases, slots, waiting
from hub.tickets.issue import Issued
from hub.tickets.slots import Wanted
from hub.tls.cli import run_init, run_renew
from tests.unit.hub.sync_helpers import DAY_MS, find, outcomes, own, sync


def join(hall, terminal: str, number: int) -> int:
    wanted = Wanted(
        site=hall.site, terminal=terminal, generation=f"{number:032x}", machine=terminal, now_ms=hall.clock.forward(1)
    )
    joined = hall.do(slots.join, wanted)
    assert isinstance(joined, slots.Joined)
    return joined.slot


class Life:
    """The hall of the fixture, its store closed and opened again around a restore."""

    def __init__(self, hall, folder: Path) -> None:
        self.hall = hall
        self.folder = folder

    def restore(self, copy: Path, above: int = 100) -> tuple[Path, ...]:
        self.hall.store.close()
        kept = restore(self.folder, copy, above, self.hall.clock.forward(1))
        self.hall.store = Store(self.folder / "hub.db")
        return kept


@pytest.fixture
def life(hall, tmp_path: Path):
    for number in range(2, 6):
        assert hall.do(terminals.add_terminal, hall.site, f"t{number}", f"Terminal {number}", hall.clock()) is None
    life = Life(hall, tmp_path)
    yield life
    life.hall.store.close()


def test_a_copy_is_of_one_moment_while_numbers_are_given(life, tmp_path: Path) -> None:
    """Every ticket has its event in the copy, whenever it was made."""
    hall, stop = life.hall, threading.Event()

    def give() -> None:
        while not stop.is_set():
            hall.ticket()

    giving = threading.Thread(target=give)
    giving.start()
    try:
        for n in range(5):
            backup(tmp_path, tmp_path / f"copy-{n}.db")
    finally:
        stop.set()
        giving.join()
    for n in range(5):
        raw = pysqlite3.connect(str(tmp_path / f"copy-{n}.db"))
        tickets = raw.execute("SELECT count(*) FROM ticket").fetchone()
        assert tickets == raw.execute("SELECT count(*) FROM event WHERE kind = 'ticket'").fetchone()
        assert tickets == raw.execute("SELECT waiting FROM queue WHERE id = 'meldung'").fetchone()
        raw.close()
    assert hall.store.healthy


def test_a_copy_is_private_and_replaces_nothing(life, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    backup(tmp_path, copy)
    assert copy.stat().st_mode & 0o077 == 0
    before = copy.read_bytes()
    with pytest.raises(StoreRefused, match="another name"):
        backup(tmp_path, copy)
    assert copy.read_bytes() == before
    with pytest.raises(StoreRefused, match="no folder"):
        backup(tmp_path, tmp_path / "nowhere" / "copy.db")
    with pytest.raises(StoreRefused, match="no file"):
        backup(tmp_path / "nowhere", tmp_path / "other.db")
    with pytest.raises(StoreRefused, match="is a folder"):
        restore(tmp_path, tmp_path, 100, 1)
    assert not list(tmp_path.glob("*.part"))


def test_a_restored_hub_gives_no_number_twice(life, tmp_path: Path) -> None:
    hall = life.hall
    given = [hall.ticket().label for _ in range(7)]
    backup(tmp_path, tmp_path / "copy.db")
    given += [hall.ticket().label for _ in range(operations_restore.ABOVE)]
    kept = life.restore(tmp_path / "copy.db")
    given += [hall.ticket().label for _ in range(50)]
    assert len(set(given)) == len(given)
    assert given[-50] == "A 108"
    assert len(Store(kept[0]).read_now(lambda c: c.exec_driver_sql("SELECT id FROM ticket").all())) == 107


def test_the_jump_goes_round_at_the_end_of_the_range(life, tmp_path: Path) -> None:
    hall = life.hall
    hall.ticket()
    hall.store.write_now(lambda c: c.exec_driver_sql("UPDATE counter_seq SET n = 950"))
    backup(tmp_path, tmp_path / "copy.db")
    life.restore(tmp_path / "copy.db")
    assert hall.ticket().label == "A 052"


def test_numbers_of_this_morning_are_not_given_by_yesterdays_copy(life, tmp_path: Path) -> None:
    hall = life.hall
    hall.ticket()
    backup(tmp_path, tmp_path / "copy.db")
    hall.clock.forward(DAY_MS)
    assert hall.ticket().label == "A 001"
    life.restore(tmp_path / "copy.db")
    assert hall.ticket().label == "A 101"
    assert hall.ticket("zulassung").label == "B 101"
    hall.clock.forward(DAY_MS)
    assert hall.ticket().label == "A 001"


def test_the_generation_is_new_and_the_slips_stay_good(life, tmp_path: Path) -> None:
    hall = life.hall
    before = hall.see(hub_generation.of, hall.site)
    backup(tmp_path, tmp_path / "copy.db")
    life.restore(tmp_path / "copy.db")
    after = hall.see(hub_generation.of, hall.site)
    assert after.generation != before.generation
    assert after.slip_key == before.slip_key


def test_slots_of_the_lost_life_are_not_given_that_day(life, tmp_path: Path) -> None:
    hall = life.hall
    assert join(hall, "t1", 1) == 1
    backup(tmp_path, tmp_path / "copy.db")
    assert (join(hall, "t2", 2), join(hall, "t3", 3)) == (2, 3)
    life.restore(tmp_path / "copy.db")
    assert join(hall, "t1", 1) == 1, "who is known keeps its own"
    assert join(hall, "t4", 4) == 1 + operations_restore.SLOTS_ABOVE + 1
    assert join(hall, "t2", 2) == 1 + operations_restore.SLOTS_ABOVE + 2
    assert hall.see(slots.may_number, hall.site, 3), "its paper may be in the hall"


def test_what_terminals_tell_again_is_taken_in_under_its_old_number(life, tmp_path: Path) -> None:
    hall = life.hall
    first = hall.ticket()
    backup(tmp_path, tmp_path / "copy.db")
    lost = [hall.ticket() for _ in range(3)]
    life.restore(tmp_path / "copy.db")
    hall.ticket()
    told = [own(hall, n, each.id, each.n, slot=0, arrival_ms=each.arrival_ms) for n, each in enumerate([first, *lost])]
    assert [word for _, word in outcomes(sync(hall, *told))] == ["known", "new", "new", "new"]
    labels = [t.label for t in hall.see(waiting.waiting_list, hall.site)]
    assert sorted(labels) == ["A 001", "A 002", "A 003", "A 004", "A 102"]
    assert hall.ticket().label == "A 103"
    assert find(hall, lost[0].id).label == lost[0].label


def test_sign_ins_and_codes_of_before_are_worthless(life, tmp_path: Path) -> None:
    hall = life.hall
    hall.do(terminals.add_code, hall.site, "t1", "ABCDEFGH", hall.clock())
    hall.do(people.add, hall.site, "u", "anna", "Anna", Role.CLERK, "$argon2id$x", 0)
    hall.do(sessions.begin, hall.site, "u", 0)
    hall.do(devices.remember, hall.site, "u", 0)
    backup(tmp_path, tmp_path / "copy.db")
    life.restore(tmp_path / "copy.db")
    assert hall.see(lambda c: c.exec_driver_sql("SELECT count(*) FROM session").scalar_one()) == 0
    assert hall.see(devices.of_person, hall.site, "u") == [], "one may have been forgotten since"
    assert not isinstance(hall.do(terminals.enrol, "ABCDEFGH", "k" * 64, "m", hall.clock()), terminals.Known)


def test_a_copy_of_an_older_hub_is_brought_up_to_date(tmp_path: Path, empty_store: bytes) -> None:
    from tests.unit.hub.test_hub_migrations import NOW, old_file

    (tmp_path / "old").mkdir()
    copy = old_file(tmp_path / "old", "0001")
    restore(tmp_path / "hall", copy, 100, NOW)
    store = Store(tmp_path / "hall" / "hub.db")
    assert store.read_now(sites)[0].id == "rathaus"
    store.close()
    assert sorted(path.name for path in (tmp_path / "hall").iterdir()) == ["hub.db", "hub.lock"]


@pytest.mark.parametrize("bad", ["missing", "text", "foreign", "cut", "flipped", "newer"])
def test_a_bad_copy_leaves_everything_as_it_was(life, tmp_path: Path, bad: str) -> None:
    hall = life.hall
    first = hall.ticket()
    for _ in range(300):
        hall.ticket()
    copy = tmp_path / "copy.db"
    backup(tmp_path, copy)
    _spoil(copy, bad)
    with pytest.raises(StoreRefused, match=r"copy\.db|newer hub"):
        life.restore(copy)
    hall.store = Store(tmp_path / "hub.db")
    assert hall.see(aliases.find, hall.site, first.id) == first
    assert not list(tmp_path.glob("hub.db.re*"))


def _spoil(copy: Path, how: str) -> None:
    data = copy.read_bytes()
    if how in ("foreign", "newer"):
        raw = pysqlite3.connect(str(copy))
        raw.execute("PRAGMA application_id = 7" if how == "foreign" else "UPDATE alembic_version SET version_num = 'x'")
        raw.commit()
        raw.close()
    elif how == "missing":
        copy.unlink()
    else:
        middle = len(data) // 2
        spoilt = {"text": b"no database", "cut": data[:middle], "flipped": data[:middle] + os.urandom(4096)}[how]
        copy.write_bytes(spoilt + (data[middle + 4096 :] if how == "flipped" else b""))


def test_file_put_aside_is_restored_with_its_log(life, tmp_path: Path) -> None:
    """A crash leaves what was committed last in the log; `restore` puts both aside, and somebody puts them back."""
    hall, aside = life.hall, tmp_path / "aside"
    aside.mkdir()
    ticket = hall.ticket()
    for ending in ("", "-wal"):
        shutil.copy(tmp_path / f"hub.db{ending}", aside / f"hub.db.replaced{ending}")
    life.restore(aside / "hub.db.replaced")
    assert hall.see(aliases.find, hall.site, ticket.id).label == ticket.label


def test_nothing_is_restored_under_a_running_hub(life, tmp_path: Path) -> None:
    backup(tmp_path, tmp_path / "copy.db")
    with hold(tmp_path), pytest.raises(StoreRefused, match="Another hub runs"):
        restore(tmp_path, tmp_path / "copy.db", 100, life.hall.clock())


def test_the_commands_from_another_process_beside_a_writing_hub(life, tmp_path: Path) -> None:
    hall, copy = life.hall, tmp_path / "copy.db"
    hall.ticket()

    def kiosk(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kiosk.cli", "hub", *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)

    done = kiosk("backup", "--data", str(tmp_path), str(copy))
    assert done.returncode == 0, done.stderr
    assert "checked" in done.stdout
    assert hall.ticket().label == "A 002", "the hub writes on"
    again = kiosk("backup", "--data", str(tmp_path), str(copy))
    assert (again.returncode, again.stdout) == (2, "")
    assert "there already" in again.stderr
    hall.store.close()
    done = kiosk("--data", str(tmp_path), "restore", str(copy), "--above", "250")
    assert done.returncode == 0, done.stderr
    assert "hub.db.replaced-" in done.stdout
    hall.store = Store(tmp_path / "hub.db")
    # the command opened the real day, long before the test's noon or after it: the number tells
    ask = hall.ask()
    assert isinstance(ask, Issued)


def answers(*typed: str) -> Callable[[str], str]:
    """A person at the console, who says these words and then goes away."""
    left = list(typed)

    def say(question: str) -> str:
        said.append(question)
        if not left:
            raise EOFError
        return left.pop(0)

    said: list[str] = []
    say.said = said
    return say


def test_whoever_restores_is_asked_for_the_highest_numbers_on_paper(life, tmp_path: Path) -> None:
    """937 were given since: no default would have been enough."""
    hall, copy = life.hall, tmp_path / "copy.db"
    given = [hall.ticket().label for _ in range(7)]
    backup(tmp_path, copy)
    given += [hall.ticket().label for _ in range(930)]
    ask = answers("", "A12x", "1000", "9" * 5000, "a 937", "0")
    hall.store.close()
    restore(tmp_path, copy, ask, hall.clock.forward(1))
    hall.store = Store(tmp_path / "hub.db")
    assert [question.partition("today ")[2] for question in ask.said if "today" in question] == [
        "(the copy knows A 007; 0 = none): ",
        "(the copy knows none; 0 = none): ",
    ]
    assert ask.said[1:5] == ["  A number from 0 to 999, please: "] * 4
    assert hall.ticket().label == "A 938" not in given
    assert hall.ticket("zulassung").label == "B 001"


def test_number_below_what_the_copy_knows_takes_nothing_back(life, tmp_path: Path) -> None:
    hall, copy = life.hall, tmp_path / "copy.db"
    for _ in range(7):
        hall.ticket()
    backup(tmp_path, copy)
    hall.store.close()
    restore(tmp_path, copy, answers("3", "5"), hall.clock.forward(1))
    hall.store = Store(tmp_path / "hub.db")
    assert [hall.ticket().label, hall.ticket("zulassung").label] == ["A 008", "B 006"]


def test_copy_of_yesterday_asks_for_the_numbers_of_today(life, tmp_path: Path) -> None:
    hall, copy = life.hall, tmp_path / "copy.db"
    hall.ticket()
    backup(tmp_path, copy)
    hall.store.close()
    ask = answers("20", "0")
    restore(tmp_path, copy, ask, hall.clock.forward(DAY_MS))
    hall.store = Store(tmp_path / "hub.db")
    assert "the copy knows none" in ask.said[0]
    assert hall.ticket().label == "A 021"


def test_nothing_is_restored_when_nobody_says_the_numbers(life, tmp_path: Path) -> None:
    hall, copy = life.hall, tmp_path / "copy.db"
    hall.ticket()
    backup(tmp_path, copy)
    hall.ticket()
    hall.store.close()
    with pytest.raises(StoreRefused, match="--above"):
        restore(tmp_path, copy, answers("5"), hall.clock.forward(1))
    assert not list(tmp_path.glob("hub.db.*"))
    hall.store = Store(tmp_path / "hub.db")
    assert hall.ticket().label == "A 003"


def test_script_that_says_nothing_is_refused(life, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No default stands in for what nobody said."""
    copy = tmp_path / "copy.db"
    backup(tmp_path, copy)
    life.hall.store.close()
    assert run_restore(tmp_path, copy, None) == 2
    assert "--above" in caplog.text
    life.hall.store = Store(tmp_path / "hub.db")


def test_the_number_on_the_paper_wins_over_a_late_copy_of_its_request(life, tmp_path: Path) -> None:
    """The lost life gave A 001; a delayed copy of the request reaches the new one; then the terminal tells again."""
    hall = life.hall
    backup(tmp_path, tmp_path / "copy.db")
    lost = hall.ticket()
    life.restore(tmp_path / "copy.db")
    again = hall.ask(ident=lost.id)
    assert isinstance(again, Issued)
    assert again.ticket.label == "A 101"
    assert outcomes(sync(hall, own(hall, 1, lost.id, 1, slot=0))) == [(200, "relabelled")]
    assert [t.label for t in hall.see(waiting.waiting_list, hall.site)] == ["A 001"]
    assert hall.ticket().label == "A 102"


def certificates(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "tls").iterdir()}


def test_the_certificates_come_along_to_a_new_machine(life, tmp_path: Path) -> None:
    """Terminals pin the authority: with another one every one of them would have to be enrolled again."""
    assert run_init(tmp_path, ("hub.rathaus.example",)) == 0
    before, copy = certificates(tmp_path), tmp_path / "copy.db"
    backup(tmp_path, copy)
    assert copy.stat().st_mode & 0o077 == 0
    there = tmp_path / "new"
    assert restore(there, copy, 100, life.hall.clock()) == ()
    assert certificates(there) == before
    assert set(before) == {"ca.pem", "ca.key", "server.pem"}
    assert (there / "tls").stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (there / "tls").iterdir())
    assert b"PRIVATE KEY" not in (there / "hub.db").read_bytes(), "the database keeps no trace of them"
    assert run_renew(there, ()) == 0, "and goes on signing"


def test_another_authority_gives_way_and_is_kept(life, tmp_path: Path) -> None:
    assert run_init(tmp_path, ()) == 0
    mine, copy, there = certificates(tmp_path), tmp_path / "copy.db", tmp_path / "new"
    backup(tmp_path, copy)
    assert run_init(there, ()) == 0
    other = certificates(there)
    _, kept = restore(there, copy, 100, life.hall.clock())
    assert certificates(there) == mine
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == other


def test_a_certificate_that_was_renewed_since_stays(life, tmp_path: Path) -> None:
    assert run_init(tmp_path, ()) == 0
    backup(tmp_path, tmp_path / "copy.db")
    assert run_renew(tmp_path, ()) == 0
    renewed = certificates(tmp_path)
    life.restore(tmp_path / "copy.db")
    assert certificates(tmp_path) == renewed


def test_a_copy_without_certificates_takes_none_away(life, tmp_path: Path) -> None:
    backup(tmp_path, tmp_path / "copy.db")
    assert run_init(tmp_path, ()) == 0
    mine = certificates(tmp_path)
    life.restore(tmp_path / "copy.db")
    assert certificates(tmp_path) == mine


def test_an_authority_whose_key_lies_elsewhere_comes_along_without_it(life, tmp_path: Path) -> None:
    assert run_init(tmp_path, ()) == 0
    (tmp_path / "tls" / "ca.key").unlink()
    backup(tmp_path, tmp_path / "copy.db")
    restore(tmp_path / "new", tmp_path / "copy.db", 100, life.hall.clock())
    assert set(certificates(tmp_path / "new")) == {"ca.pem", "server.pem"}


def test_certificates_that_cannot_be_read_are_no_silent_gap(life, tmp_path: Path) -> None:
    assert run_init(tmp_path, ()) == 0
    (tmp_path / "tls" / "ca.key").unlink()
    (tmp_path / "tls" / "ca.key").mkdir()  # even root cannot read this as a file
    with pytest.raises(StoreRefused, match=r"ca\.key cannot be read"):
        backup(tmp_path, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy*"))


def test_hub_on_a_copy_of_weeks_ago_does_not_doubt_its_clock(life, tmp_path: Path) -> None:
    """Whoever put the copy back did so by this clock, and the day was turned by it."""
    copy = tmp_path / "copy.db"
    backup(life.folder, copy)
    life.hall.clock.forward(21 * 24 * 3600 * 1000)
    life.restore(copy)
    assert life.hall.see(stored_clock.read)[0].now_ms == life.hall.clock()
