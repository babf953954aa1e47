"""Town days with thousands of visitors, outages, storms, crashes, wiped disks, restored hubs; each evening all is told.

A day of 4,000 visitors, full 1,000,000 in towns of 20,000 with five days each. Prints the seed of each
town; ``KIOSK_SEED=n`` begins with that one.
"""

import os
import time

from tests.world.world_days import OF_A_DAY, Days

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
VISITORS = 1_000_000 if FULL else OF_A_DAY
OF_A_TOWN = min(20_000, VISITORS)


def test_every_evening_all_is_told() -> None:
    first = int(os.environ.get("KIOSK_SEED") or time.time_ns() % 1_000_000)
    for seed in range(first, first + VISITORS // OF_A_TOWN):
        print(f"town of seed {seed}: ", end="", flush=True)
        begun, days = time.process_time(), Days(seed)
        for number in range(OF_A_TOWN // OF_A_DAY):
            days.day(number)
        per_s = OF_A_TOWN / (time.process_time() - begun)
        told = ", ".join(f"{count} {name}" for name, count in days.did.items())
        print(f"{OF_A_TOWN} visitors, {per_s:.0f}/s; {told}; healed within {days.worst_ms / 1000:.1f} s", flush=True)
        assert days.did["own numbers"] > OF_A_TOWN // 50, "a town where nothing fails proves nothing"
