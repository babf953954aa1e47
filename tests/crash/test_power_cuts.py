"""Power goes at any call to the disk: nothing acknowledged is lost, nothing is doubled, nothing is half."""

import os
import random
import time
from collections import Counter
from pathlib import Path

import apsw
import pytest

from offline_cache.store.schema import LAYOUT
from tests.crash.both_cores import both_cores
from tests.crash.power_cut import Kind, cut_once, kind_of
from tests.crash.power_disk import PowerDisk, PowerOff
from tests.crash.power_world import PATH, Mode, power_on

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
CUTS = 100_000 if FULL else 400
HERE = Path(__file__).parent
UNIT = HERE.parent / "unit" / "offline_cache"
TEETH = 60
SEED = int(os.environ.get("KIOSK_SEED", random.SystemRandom().randrange(10**9)))


def test_nothing_acknowledged_is_lost() -> None:
    began = time.monotonic()
    kinds = Counter(kind_of(SEED + at) for at in range(CUTS))
    print(f"seed {SEED}, {CUTS} cuts: {', '.join(f'{n} {kind}' for kind, n in kinds.items())}")
    if FULL:
        both_cores("power_cut.py", SEED, CUTS)
    else:
        for at in range(CUTS):
            assert cut_once(SEED + at) == [], f"KIOSK_SEED={SEED + at}"
    print(f"{CUTS / (time.monotonic() - began):.0f} cuts/s")


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        (Mode("NORMAL"), Kind.TICKETS),
        (Mode("OFF"), Kind.TICKETS),
        (Mode(honest=False), Kind.TICKETS),
        (Mode("OFF"), Kind.CATALOGUE),
        (Mode(honest=False), Kind.CATALOGUE),
    ],
    ids=["tickets, normal", "tickets, off", "tickets, lying disk", "catalogue, off", "catalogue, lying disk"],
)
def test_the_harness_has_teeth(mode: Mode, kind: Kind) -> None:
    print(f"seed {SEED}")
    broken = sum(bool(cut_once(SEED + at, mode, kind)) for at in range(TEETH))
    print(f"{kind}, {mode}: {broken} of {TEETH} cuts broke a promise")
    assert broken >= TEETH // 10


def test_normal_is_enough_for_the_catalogue() -> None:
    """NORMAL leaves a commit in the WAL unflushed; ``catalogue.db`` has no WAL: a commit flushes the file itself."""
    for at in range(TEETH):
        assert cut_once(SEED + at, Mode("NORMAL"), Kind.CATALOGUE) == [], f"KIOSK_SEED={SEED + at}"


OLD = UNIT / "files" / "terminal-v1.db"
COPY = str(PATH.with_name(f"terminal.before-v{len(LAYOUT.steps)}.db"))


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
