"""For all tests: Hypothesis judges what the code does, never how fast a busy machine does it; the garbage collector
does not look through modules and collected tests again and again."""

import gc
import os

from hypothesis import HealthCheck, settings

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"

settings.register_profile("here", deadline=None, derandomize=not FULL, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")

SELDOM = (20_000, 20, 50)
"""Python's own is (700, 10, 10): a twentieth of the processor time of the hub's tests was spent on collecting."""


def pytest_collection_finish() -> None:
    """What is loaded now stays for the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
