"""Power cut of the process: kill -9 at random moments; what was acknowledged is there, what was owed is still owed."""

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import apsw
import pytest
from cache_helpers import numbered, waiting

from kiosk.vocabulary.labels import Label, parse_label
from offline_cache.storage import open_terminal_db

ROUNDS = int(os.environ.get("KIOSK_CRASH_ROUNDS", "30"))


def killed_run(path: Path, first: int, lines: int, then_s: float) -> list[tuple[str, str, str]]:
    """One life of the child: killed some ms after so many lines. Returns all it had acknowledged."""
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("crashing_child.py")), str(path), str(first)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[3]), str(Path(__file__).parent)])},
    )
    assert child.stdout is not None
    with child.stdout as out:
        assert out.readline() == b"ready\n"
        said = [out.readline().decode() for _ in range(lines)]
        timer = threading.Timer(then_s, child.kill)
        timer.start()
        said += out.read().decode().splitlines(keepends=True)  # until it is dead; the last line may be half a one
    child.wait(30)
    timer.join()
    whole = [line.rstrip("\n") for line in said if line.endswith("\n")]
    assert not any(line.startswith("failed") for line in whole), whole
    return [(what, ticket, label) for what, ticket, label in (f"{line}  ".split(" ", 2) for line in whole)]


def check(db: apsw.Connection, acknowledged: list[tuple[str, str, str]]) -> None:
    rows = {str(row[0]): row for row in db.execute("SELECT id, state, series, slot, n, paper FROM ticket")}
    owed = set(waiting(db))
    given = [label for what, _, label in acknowledged if what == "own"]
    assert len(given) == len(set(given)), "a number was given twice"
    for what, ticket, told in acknowledged:
        assert ticket in rows, f"{what} of {ticket} was acknowledged and is gone"
        _, state, series, slot, n, paper = rows[ticket]
        if what == "own":
            assert Label(str(series), int(str(slot)), int(str(n))) == parse_label(told)
        if what in ("number", "cancel"):
            assert state in ("numbered", "cancelled")
            assert slot == 3 or (series, n) == ("A", numbered(int(ticket[-12:])).label.n)
            assert paper in ("asked", "printed", "unconfirmed")
        if what == "cancel":
            assert state == "cancelled"
            assert (ticket, "cancel") in owed
    for ticket, row in rows.items():
        if row[3] == 3:
            assert (ticket, "ticket") in owed, "an own number is owed in the same commit"
        if row[5] in ("printed", "unconfirmed"):
            assert (ticket, "paper") in owed, "what became of the paper is owed in the same commit"


@pytest.mark.load
def test_nothing_acknowledged_is_lost_by_kill_9(tmp_path: Path) -> None:
    seed = int(os.environ.get("KIOSK_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"seed {seed}, {ROUNDS} rounds")
    dice = random.Random(seed)
    path = tmp_path / "terminal.db"
    acknowledged: list[tuple[str, str, str]] = []
    for each in range(ROUNDS):
        acknowledged += killed_run(path, each * 1_000 + 1, dice.randrange(30), dice.uniform(0.0, 0.005))
        db = open_terminal_db(path)
        assert isinstance(db, apsw.Connection), db
        check(db, acknowledged)
        db.close()
    assert len(acknowledged) > ROUNDS * 5, "the child must have been at work"
    assert sum(what == "own" for what, *_ in acknowledged) >= ROUNDS, "and have given numbers of its own"
