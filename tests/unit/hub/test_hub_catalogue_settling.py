"""A hub of before the records: its snapshots become imports, the newest becomes records, its sites get keys."""

from pathlib import Path

import msgspec
from alembic import command
from alembic.config import Config
from msgspec.structs import replace
from sqlalchemy import create_engine, text

from hub.catalogue.content import state, versions
from hub.catalogue.demo import demo_catalogue
from hub.catalogue.publication import signing
from hub.catalogue.publication.startup_migration import settle
from hub.store.engine import APPLICATION_ID, Store
from hub.store.migrate import HERE
from kiosk.catalogue.model import Catalogue
from tests.unit.hub.catalogue_helpers import in_force

NOW = 1_795_000_000_000
ADD_QUEUE = (
    "INSERT INTO queue (site_id, id, series, names, places, office)"
    " VALUES ('s', :id, :series, :names, :places, :office)"
)


def old_hub(path: Path, *catalogues: Catalogue) -> None:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO site (id, town, name, created_ms) VALUES ('s', 'M', 'R', 0)"))
        for queue in catalogues[-1].queues:
            values = {"id": queue.id, "series": queue.series, "names": msgspec.json.encode(queue.names).decode()}
            values |= {"places": msgspec.json.encode(queue.places).decode(), "office": queue.office}
            connection.execute(
                text(ADD_QUEUE),
                values,
            )
        for each in catalogues:
            connection.execute(
                text("INSERT INTO catalogue VALUES ('s', :version, 'tag', 'demo', :body, :version)"),
                {"version": each.version, "body": msgspec.json.encode(each)},
            )
    engine.dispose()


def test_an_old_hub_goes_on_where_it_was(tmp_path: Path) -> None:
    demo = demo_catalogue()
    fewer = replace(demo, services=demo.services[:-1], version=13)
    old_hub(tmp_path / "hub.db", *(replace(demo, version=n) for n in range(1, 13)), fewer)
    store = Store(tmp_path / "hub.db")
    store.write_now(lambda c: settle(c, NOW))
    known = store.read_now(lambda c: state.read(c, "s"))
    assert known is not None
    assert (known.version, known.cursor > 0, known.seq >= NOW // 1000) == (14, True, True)
    assert store.read_now(lambda c: in_force(c, "s")) == replace(fewer, version=14)
    assert len(store.read_now(lambda c: signing.public_keys(c, "s"))) == 2
    kept = store.read_now(lambda c: versions.listed(c, "s"))
    assert [(each.version, each.services) for each in kept[:2]] == [
        (14, len(fewer.services)),
        (13, len(fewer.services)),
    ]
    assert kept[2].services == len(demo.services)
    assert len(kept) == versions.KEPT
    before = store.read_now(lambda c: versions.draft(c, "s", kept[2].n))
    assert before is not None
    assert tuple(before.services()) == demo.services
    store.close()


def test_settling_twice_only_issues_anew(tmp_path: Path) -> None:
    old_hub(tmp_path / "hub.db", demo_catalogue())
    store = Store(tmp_path / "hub.db")
    store.write_now(lambda c: settle(c, NOW))
    first = store.read_now(lambda c: (state.read(c, "s"), signing.public_keys(c, "s")))
    store.write_now(lambda c: settle(c, NOW + 1))
    second = store.read_now(lambda c: (state.read(c, "s"), signing.public_keys(c, "s")))
    assert first[1] == second[1]
    assert first[0] is not None
    assert second[0] == replace(first[0], seq=first[0].seq + 1, issued_ms=NOW + 1)
    store.close()
