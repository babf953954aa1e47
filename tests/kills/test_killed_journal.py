"""kill -9 on a store whose participant keeps a payment-like journal: no outcome that was answered is lost, and every
intent that the kill left open is told as unknown at the next start, once."""

import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from offline_cache.store.participants import PARTICIPANTS
from offline_cache.store.storage import open_terminal_db
from tests.kills.forking import forking
from tests.kills.test_killed_store import killed_run
from tests.unit.offline_cache.payment_journal import JOURNAL

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
ROUNDS = 2_000 if FULL else 40
LIVES = 20
HERE = Path(__file__).parent


@pytest.fixture
def stores() -> Iterator[subprocess.Popen[bytes]]:
    with forking("killed_journal.py") as process:
        yield process


def outcomes(path: Path) -> dict[str, str]:
    db = open_terminal_db(path, (*PARTICIPANTS, JOURNAL))
    assert isinstance(db, apsw.Connection), db
    found = {str(charge): str(outcome) for charge, outcome in db.execute("SELECT id, outcome FROM charge")}
    db.close()
    return found


def test_no_answered_outcome_is_lost_by_kill_9(stores: subprocess.Popen[bytes], tmp_path: Path) -> None:
    seed = int(os.environ.get("KIOSK_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"seed {seed}, {ROUNDS} rounds")
    dice = random.Random(seed)
    promised: dict[str, str] = {}
    left_open: set[str] = set()
    heard = opened = 0
    for each in range(ROUNDS):
        path = tmp_path / f"{each // LIVES}" / "terminal.db"
        if each % LIVES == 0:
            promised, left_open = {}, set()
        told = killed_run(stores, path, each % LIVES * 1_000 + 1, dice.randrange(12), dice.uniform(0.0, 0.005))
        assert {charge for what, charge, _ in told if what == "unknown"} == left_open, "told at the start, each once"
        promised |= dict.fromkeys(left_open, "unknown")
        for what, charge, outcome in told:
            if what in ("intended", "heard"):
                promised[charge] = outcome.strip() or "intended"
        found = outcomes(path)
        left_open = {charge for charge, outcome in found.items() if outcome == "intended"}
        for charge, outcome in promised.items():
            assert found[charge] == outcome or outcome == "intended", (charge, outcome, found[charge])
        assert len(left_open) <= 1, "one device, one charge at a time"
        heard, opened = heard + sum(what == "heard" for what, *_ in told), opened + len(left_open)
    print(f"{heard} outcomes, {opened} left open")
    assert heard > ROUNDS, "the store must have been at work"
    assert opened > 0, "and have been killed between intent and outcome"
