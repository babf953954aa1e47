"""kill -9 in the middle of payments: real machine, store and driver against the simulated terminal and its book.

After every life the book is what the record says: each paid attempt has one capture that stands, no other has, and
what was told before the kill is true. Where a busy machine let the resolver's time pass, which is short here, the last
attempt is a case for staff: nothing or one capture stands for it, and payment is locked.

The terminal says card data wherever it can; no file has any.
"""

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from drivers.sim.payment_terminal.book import stands
from drivers.sim.payment_terminal.peer import PaymentTerminalPeer
from drivers.sim.payment_terminal.settings import Settings as Habits
from kiosk.hash_chain import Head
from kiosk.payments.model import Attempt
from offline_cache.store.payments import journal
from offline_cache.store.storage import open_terminal_db
from tests.card_data import card_data_in
from tests.kills.forking import forking

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
ROUNDS = 10_000 if FULL else 60
LIVES = 20
"""Kills that one database and one terminal live through."""
PAYMENTS = 2 if FULL else 34
"""After the last of them, so that at least 100 (1,000) payments have left their traces."""


@pytest.fixture
def payers() -> Iterator[subprocess.Popen[bytes]]:
    with forking("killed_payments.py") as process:
        yield process


class Life(NamedTuple):
    """What a life told, and the seconds until its first payment was over (0 = none was)."""

    told: list[str]
    first_s: float


def life(payers: subprocess.Popen[bytes], folder: Path, kill_after_s: float | None, *, last: int = 0) -> Life:
    """One life: killed so long after it was ready (None = when its first payment is over), or the last, which ends by
    itself after so many payments."""
    assert payers.stdin is not None
    assert payers.stdout is not None
    payers.stdin.write(f"{folder} {last}\n".encode())
    payers.stdin.flush()
    lines: list[str] = []
    child = 0
    while "ready" not in lines or not child:
        line = payers.stdout.readline().decode().strip()
        assert line, "the process that pays has died"
        if line.startswith("child "):
            child = int(line.split()[1])
        else:
            assert line != "dead", f"it ended before it was ready: {lines}"
            lines.append(line)
    ready, first_s = time.monotonic(), 0.0
    timer = None
    if kill_after_s is not None:
        timer = threading.Timer(kill_after_s, os.kill, (child, signal.SIGKILL))
        timer.start()
    while (line := payers.stdout.readline().decode().strip()) != "dead":
        assert line, "the process that pays has died"
        lines.append(line)
        if not first_s:
            first_s = time.monotonic() - ready
            if kill_after_s is None and not last:
                os.kill(child, signal.SIGKILL)
    if timer is not None:
        timer.join()
    return Life(lines, first_s)


def check(folder: Path, terminal: PaymentTerminalPeer, told: list[str]) -> dict[str, int]:
    """The record against the book; how many attempts ended how."""
    db = open_terminal_db(folder / "terminal.db")
    assert not isinstance(db, Exception)
    assert hasattr(db, "execute"), db
    assert isinstance(journal.verify(db), Head)
    rows = [
        (str(a), str(b), msgspec.json.decode(str(c), type=Attempt))
        for a, b, c in db.execute("SELECT id, state, body FROM payment_attempt ORDER BY begun")
    ]
    receipts = [int(n) for (n,) in db.execute("SELECT receipt_no FROM payment_attempt WHERE receipt_no > 0")]
    db.close()
    states = {ident: state for ident, state, _ in rows}
    assert set(states.values()) <= {"paid", "declined", "not_charged", "manual"}, states
    cases = [ident for ident, state in states.items() if state == "manual"]
    assert cases in ([], [ident for ident, _, _ in rows[-1:]]), f"paid beside an open case: {states}"
    for line in told:
        state, _, ident = line.partition(" ")
        if ident and state != "refused":
            assert states[ident] == state, f"told {state}, the record says {states[ident]}"
    paid = {attempt.record.trace for _, state, attempt in rows if state == "paid" and attempt.record is not None}
    with terminal.lock:
        standing = [entry.trace for entry in terminal.terminal.machine.book.entries if stands(entry)]
    assert len(paid) == sum(state == "paid" for state in states.values())
    assert paid <= set(standing)
    assert len(standing) - len(paid) in ((0, 1) if cases else (0,)), (
        f"{len(standing)} captures stand, {len(paid)} are paid"
    )
    assert sorted(receipts) == list(range(1, len(receipts) + 1))
    return {state: list(states.values()).count(state) for state in set(states.values())}


def test_whatever_is_killed_book_and_record_agree(
    tmp_path: Path, payers: subprocess.Popen[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("KIOSK_SEED") or random.randrange(2**31))
    draw, ends = random.Random(seed), dict[str, int]()
    for number, _ in enumerate(range(0, ROUNDS, LIVES)):
        folder = tmp_path / str(number)
        folder.mkdir()
        habits = Habits(
            no_answer=draw.choice(["reverse", "keep", "decline"]),
            prints=draw.choice(["before", "after"]),
            tlv="flat",
            tells_card_data=True,
        )
        terminal = PaymentTerminalPeer("tcp", settings=habits)
        url = terminal.start()
        terminal.switch(pays_by_itself=True, host_ms=20)
        (folder / "config.toml").write_text(
            "[payment]\nquiet_s = 0.3\n[devices.pt]\n"
            f'kind = "payment_terminal"\nmodel = "zvt"\nurl = "{url}"\n[devices.pt.settings]\npassword = "123456"\n'
            "enquiry_s = 0.2\n"
        )
        first = life(payers, folder, None)  # how long the first of a life takes here, in which later ones take less
        told = first.told
        for _ in range(LIVES - 1):
            told += life(payers, folder, draw.uniform(0.0, 1.2 * first.first_s)).told
        assert card_data_in(folder) == [], "what a kill left behind has card data"
        told += life(payers, folder, None, last=PAYMENTS).told
        for state, count in check(folder, terminal, told).items():
            ends[state] = ends.get(state, 0) + count
        terminal.stop()
        assert card_data_in(folder) == []
    assert sum(ends.values()) >= (1_000 if FULL else 100), f"hardly anything was tried: {ends}"
    assert ends.get("paid", 0) >= ROUNDS // LIVES, f"hardly anything was paid: {ends}"
    with capsys.disabled():
        print(f"\nkills in payments: {ROUNDS}, seed {seed}, {ends}")
