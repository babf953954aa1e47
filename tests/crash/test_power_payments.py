"""Power goes at any call to the disk in the middle of payments: book and record agree, nobody is charged of whom the
record knows nothing, and what was told stays true."""

import os
import random
import time

import pytest

from tests.crash.both_cores import both_cores
from tests.crash.power_payments import cut_once
from tests.crash.power_world import Mode

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
CUTS = 100_000 if FULL else 500
TEETH = 400
"""The hardest to find is found by one cut in seven."""
SEED = int(os.environ.get("KIOSK_SEED", random.SystemRandom().randrange(10**9)))


def test_book_and_record_agree_wherever_the_power_goes() -> None:
    began = time.monotonic()
    print(f"seed {SEED}, {CUTS} cuts in payments")
    if FULL:
        both_cores("power_payments.py", SEED, CUTS)
    else:
        for at in range(CUTS):
            assert cut_once(SEED + at) == "", f"KIOSK_SEED={SEED + at}"
    print(f"{CUTS / (time.monotonic() - began):.0f} cuts/s")


@pytest.mark.parametrize("mode", [Mode("NORMAL"), Mode("OFF"), Mode(honest=False)], ids=["normal", "off", "lying disk"])
def test_a_store_that_loses_what_it_acknowledged_is_found(mode: Mode) -> None:
    for at in range(TEETH):
        if found := cut_once(SEED + at, mode):
            print(f"{mode}, cut {at + 1}: {found}")
            return
    pytest.fail(f"{TEETH} cuts from KIOSK_SEED={SEED} broke no promise")
