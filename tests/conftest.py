"""For all tests: Hypothesis judges what the code does, never how fast a busy machine does it."""

from hypothesis import HealthCheck, settings

settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")
