"""The fuzzer over all routes of a real hub: nothing but 2xx to 4xx. ``KIOSK_SEED=n`` sends the same again."""

import os
import random
import time

from tests.hostile.fuzz import Fuzzer, reached
from tests.hostile.hub_process import AttackedHub

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
FULL_S = 600.0
REQUESTS = 250
PAST_THE_GATE, TAKEN, ROUTES = 0.9, 0.4, 0.8
"""Least shares: requests past the gate, those that were taken, routes that took one. A fuzzer that is only turned away
tests nothing behind the gate."""


def test_no_request_to_any_route_meets_a_bug(hub: AttackedHub) -> None:
    seed = int(os.environ.get("KIOSK_SEED", random.SystemRandom().randrange(10**9)))
    print(f"KIOSK_SEED={seed}")
    fuzzer, end = Fuzzer(hub, seed), time.monotonic() + FULL_S
    try:
        fuzzer.run(REQUESTS)
        while FULL and time.monotonic() < end:
            fuzzer.run(REQUESTS)
    finally:
        fuzzer.close()
    score = fuzzer.score
    print("\n".join(reached(score)))
    assert score.wrong == [], "\n".join(score.wrong[:20]) + hub.log()[-4000:]
    assert "Traceback" not in hub.log(), hub.log()[-4000:]
    assert set(score.asked) == {f"{route.method} {route.path}" for route in fuzzer.routes}
    assert 1 - score.at_the_gate / score.sent > PAST_THE_GATE
    assert sum(score.taken.values()) / score.sent > TAKEN
    assert 1 - len(score.never) / len(fuzzer.routes) > ROUTES
