"""Where it is about noon: a test with real processes has the real clock, and must not meet the turn of the day.

A number comes again on the next day, and who waits at midnight waits no more.
"""

from datetime import UTC, datetime


def day_zone() -> str:
    """A time zone whose midnight is eleven hours away at least. The signs of these names are POSIX's: ``Etc/GMT-3`` is
    three hours ahead of UTC."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}"
