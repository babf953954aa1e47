"""What is in force at a hub, looked at without HTTP."""

from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.catalogue.content import records, state
from hub.catalogue.importers.draft import draft_of
from hub.catalogue.publication import publishing
from hub.store.engine import Store
from kiosk.catalogue.model import Catalogue
from tests.unit.catalogue.whole_catalogue import put_together


def in_force(connection: Connection, site: str) -> Catalogue | None:
    """The catalogue in force, put together of its records; None = none was ever published."""
    known = state.read(connection, site)
    if known is None:
        return None
    return put_together({row.key: row.body or b"" for row in records.living(connection, site)}, known.version)


def publish_meanwhile(monkeypatch: pytest.MonkeyPatch, store: Store, site: str, now_ms: int) -> None:
    """From now on, whenever a catalogue was compared, somebody else has published another before it is written."""
    original, count = publishing.prepare, iter(range(1_000))

    def prepare(connection: Connection, **named: Any) -> Any:
        prepared = original(connection, **named)
        store.write_now(other)
        return prepared

    def other(connection: Connection) -> None:
        tags = ("de", f"x{chr(97 + next(count))}")
        done = original(connection, site, draft_of(Catalogue(version=0, languages=tags), "own"))
        assert isinstance(done, publishing.Prepared)
        with closing(done.changes):
            publishing.commit(connection, site, done, now_ms)

    monkeypatch.setattr("hub.catalogue.import_runs.imports.publishing.prepare", prepare)
