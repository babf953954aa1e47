"""For all tests: Hypothesis judges what the code does, never how fast a busy machine does it."""

import os

from hypothesis import HealthCheck, settings

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"

settings.register_profile("here", deadline=None, derandomize=not FULL, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")
