"""Power goes at any call to the disk: nothing acknowledged is lost, nothing is doubled, nothing is half."""

import os
import random
import time
from pathlib import Path

import apsw
import pytest
from power_disk import PowerDisk, PowerOff
from power_world import PATH, Mode, cut_once, power_on

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
CUTS = 100_000 if FULL else 3_000
SEED = int(os.environ.get("KIOSK_SEED", random.SystemRandom().randrange(10**9)))


@pytest.mark.timeout(3600 if FULL else 300)
def test_nothing_acknowledged_is_lost() -> None:
    began = time.monotonic()
    print(f"seed {SEED}, {CUTS} cuts")
    for at in range(CUTS):
        assert cut_once(SEED + at) == [], f"KIOSK_SEED={SEED + at}"
    print(f"{CUTS / (time.monotonic() - began):.0f} cuts/s")


@pytest.mark.parametrize("mode", [Mode("NORMAL"), Mode("OFF"), Mode(honest=False)], ids=["normal", "off", "lying disk"])
def test_the_harness_has_teeth(mode: Mode) -> None:
    broken = sum(bool(cut_once(SEED + at, mode)) for at in range(100))
    print(f"{mode}: {broken} of 100 cuts broke a promise")
    assert broken >= 10


OLD = Path(__file__).parent.parent / "unit" / "offline_cache" / "files" / "terminal-v1.db"
COPY = str(PATH.with_name("terminal.before-v2.db"))


def tickets_of(disk: PowerDisk, path: str) -> list[tuple[object, ...]]:
    db = apsw.Connection(path, vfs=disk.name)
    db.pragma("locking_mode", "EXCLUSIVE")  # a WAL without shared memory
    rows = list(db.execute("SELECT id, state, series, n, paper FROM ticket ORDER BY id"))
    db.close()
    return rows


def test_power_cut_at_every_call_of_a_migration() -> None:
    old = OLD.read_bytes()
    before = tickets_of(PowerDisk("old", {str(PATH): old}), str(PATH))
    assert before
    for at in range(1, 10_000):
        disk = PowerDisk(f"migrate-{at}", {str(PATH): old})
        disk.cut_at = at
        try:
            power_on(disk).close()
        except (PowerOff, apsw.IOError):
            pass
        else:
            break
        for image in range(4):
            after = PowerDisk(f"migrated-{at}-{image}", disk.after_cut(random.Random(at * 10 + image)))
            power_on(after).close()
            assert tickets_of(after, str(PATH)) == before
            assert COPY not in after.names or tickets_of(after, COPY) == before
    assert at > 50, "the migration made hardly a call: nothing was proved"
    print(f"{at - 1} calls")
