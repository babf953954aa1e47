"""Power cut of the process: kill -9 at random moments; what was acknowledged is there, what was owed is still owed."""

import os
import random
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from kiosk.vocabulary.labels import Label, parse_label
from offline_cache.store.storage import open_terminal_db
from tests.kills.forking import forking
from tests.unit.offline_cache.cache_helpers import numbered, waiting

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
ROUNDS = 10_000 if FULL else 60
LIVES = 20
"""Kills that one database lives through."""


@pytest.fixture
def stores() -> Iterator[subprocess.Popen[bytes]]:
    with forking("killed_store.py") as process:
        yield process


def killed_run(
    stores: subprocess.Popen[bytes], path: Path, first: int, lines_before: int, then_s: float
) -> list[tuple[str, str, str]]:
    """One life of a store: killed some ms after so many lines. Returns all it had acknowledged."""
    assert stores.stdin is not None
    assert stores.stdout is not None
    stores.stdin.write(f"{path} {first}\n".encode())
    stores.stdin.flush()
    lines: list[str] = []
    child = 0
    while "ready" not in lines or not child:  # both processes write whole lines into one pipe, in any order
        line = stores.stdout.readline().decode().strip()
        assert line, "the store's process has died"
        if line.startswith("child "):
            child = int(line.split()[1])
        else:
            lines.append(line)
    lines += [stores.stdout.readline().decode().strip() for _ in range(lines_before)]
    timer = threading.Timer(then_s, os.kill, (child, signal.SIGKILL))
    timer.start()
    while (line := stores.stdout.readline().decode().strip()) != "dead":
        lines.append(line)
    timer.join()
    assert not any(line.startswith("failed") for line in lines), lines
    return [
        (what, ticket, label) for what, ticket, label in (f"{line}  ".split(" ", 2) for line in lines if " " in line)
    ]


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


def test_nothing_acknowledged_is_lost_by_kill_9(stores: subprocess.Popen[bytes], tmp_path: Path) -> None:
    seed = int(os.environ.get("KIOSK_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"seed {seed}, {ROUNDS} rounds")
    dice = random.Random(seed)
    acknowledged: list[tuple[str, str, str]] = []
    own = promises = 0
    for each in range(ROUNDS):
        path = tmp_path / f"{each // LIVES}" / "terminal.db"
        if each % LIVES == 0:
            acknowledged.clear()
        new = killed_run(stores, path, each % LIVES * 1_000 + 1, dice.randrange(30), dice.uniform(0.0, 0.005))
        acknowledged += new
        promises, own = promises + len(new), own + sum(what == "own" for what, *_ in new)
        db = open_terminal_db(path)
        assert isinstance(db, apsw.Connection), db
        check(db, acknowledged)
        db.close()
    print(f"{promises} promises, {own} own numbers")
    assert promises > ROUNDS * 5, "the store must have been at work"
    assert own >= ROUNDS, "and have given numbers of its own"
