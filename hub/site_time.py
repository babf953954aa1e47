"""The time zone of a site, and the date there."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hub.store.sql import run


def local_date(now_ms: int, timezone: str) -> str:
    """The site's date at a moment, ISO 8601."""
    return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(timezone)).date().isoformat()


def zone_of(connection: Connection, site: str) -> str:
    """The time zone of a site that exists."""
    row = run(connection, "SELECT timezone FROM site WHERE id = ?", site).fetchone()
    assert row is not None
    return str(row[0])
