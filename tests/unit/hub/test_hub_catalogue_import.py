"""``kiosk import`` into a real store: a new version only when something changed; a fault changes nothing."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection

from hub import sites
from hub.catalogue.content import state
from hub.catalogue.demo import FOLDER, demo_catalogue
from hub.catalogue.import_runs.cli import import_catalogue, run_import
from hub.catalogue.publication.publishing import InForce, publish
from hub.errors import Refused
from hub.settings import queue_settings
from hub.sites import Site
from hub.store.engine import Store
from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue
from kiosk.catalogue.read import write
from tests.corpus.xzufi import message, service
from tests.unit.hub.catalogue_helpers import in_force, publish_meanwhile

SITE = Site("s", "Stadt Musterstadt", "Bürgerhaus am Wall", "Europe/Berlin", "")
NOW = 1_795_000_000_000


@pytest.fixture
def data(tmp_path: Path) -> Path:
    store = Store(tmp_path / "hub.db")
    store.write_now(lambda connection: sites.add_site(connection, SITE, NOW))
    store.close()
    return tmp_path


@pytest.fixture
def store(data: Path) -> Iterator[Store]:
    opened = Store(data / "hub.db")
    yield opened
    opened.close()


def kept(data: Path) -> Catalogue | None:
    store = Store(data / "hub.db")
    found = store.read_now(lambda connection: in_force(connection, SITE.id))
    store.close()
    return found


def test_a_folder_comes_into_force_once(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_import("own", FOLDER, data) == 0
    assert run_import("own", FOLDER, data) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"Catalogue version 1 is in force now: {len(demo_catalogue().services)} services."
    assert "version 1 holds all this already" in second
    assert kept(data) == demo_catalogue(version=1)


def test_the_command_says_how_many_services_have_no_queue(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_import("own", FOLDER, data)
    assert "no queue" not in capsys.readouterr().out
    delivery = data / "delivery.xml"
    delivery.write_text(message(service("1") + service("2")), "utf-8")
    assert run_import("xzufi", delivery, data, accept=True) == 0
    told = capsys.readouterr().out
    assert "2 of 2 services have no queue: nobody can draw a number for them." in told
    assert "page Services" in told
    store = Store(data / "hub.db")
    store.write_now(lambda c: queue_settings.route(c, SITE.id, "L1.LB.1", "buergerservice", NOW))
    store.close()
    assert run_import("xzufi", delivery, data) == 0
    assert "1 of 2 services have no queue" in capsys.readouterr().out


def test_a_json_file_is_read_like_a_folder(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "catalogue.json"
    path.write_bytes(write(demo_catalogue()))
    assert run_import("own", path, data) == 0
    assert kept(data) == demo_catalogue()


@pytest.mark.parametrize("content", [b"", b"{}", b'{"version": 1, "schema": "2.0"}'])
def test_a_broken_file_leaves_the_last_catalogue(
    data: Path, tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    run_import("own", FOLDER, data)
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    assert run_import("own", path, data) == 2
    told = capsys.readouterr().err
    assert str(path) in told
    assert "the last catalogue stays in force" in told
    assert kept(data) == demo_catalogue()


def test_no_hub_no_site_no_file(tmp_path: Path) -> None:
    def reason(source: Path) -> str:
        found = import_catalogue("own", source, tmp_path)
        assert isinstance(found, CatalogueFaults)
        return found.faults[0].reason

    assert reason(FOLDER) == "there is no hub in this folder"
    assert not (tmp_path / "hub.db").exists()
    Store(tmp_path / "hub.db").close()
    assert reason(FOLDER) == "this hub has no site yet"


def test_no_file(data: Path) -> None:
    found = import_catalogue("own", data / "nowhere.json", data)
    assert isinstance(found, CatalogueFaults)
    assert found.faults[0].reason.startswith("cannot be read")


def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "hub.db") as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    found = import_catalogue("own", FOLDER, tmp_path)
    assert isinstance(found, CatalogueFaults)
    assert "another program" in found.faults[0].reason


def test_any_change_makes_one_new_version_with_one_event(store: Store) -> None:
    def put(catalogue: Catalogue) -> InForce:
        outcome = store.write_now(lambda c: publish(c, SITE.id, catalogue, "file", NOW))
        assert isinstance(outcome, InForce)
        return outcome

    def events(connection: Connection) -> int:
        count: int = connection.exec_driver_sql("SELECT count(*) FROM event WHERE kind = 'catalogue'").scalar_one()
        return count

    demo = demo_catalogue()
    fewer = replace(demo, services=demo.services[1:], featured=demo.featured[1:])
    assert put(demo) == InForce(1, changed=True)
    assert put(replace(demo, version=99, published="2026-11-23")) == InForce(1, changed=False)
    assert put(fewer) == InForce(2, changed=True)
    assert put(fewer) == InForce(2, changed=False)
    assert put(demo) == InForce(3, changed=True)
    assert store.read_now(events) == 3


def test_a_route_set_by_staff_is_no_change_of_the_catalogue(store: Store) -> None:
    demo = demo_catalogue()
    store.write_now(lambda c: publish(c, SITE.id, demo, "file", NOW))
    store.write_now(lambda c: queue_settings.route(c, SITE.id, "reisepass", "standesamt", NOW))
    before = store.read_now(lambda c: state.read(c, SITE.id))
    outcome = store.write_now(lambda c: publish(c, SITE.id, demo, "file", NOW))
    assert before is not None
    assert outcome == InForce(before.version, changed=False)


def test_a_letter_that_is_taken_refuses_the_whole_import(store: Store) -> None:
    store.write_now(lambda c: queue_settings.add_queue(c, SITE.id, "eigene", "C", {"de": "Eigene"}, NOW))
    outcome = store.write_now(lambda c: publish(c, SITE.id, demo_catalogue(), "file", NOW))
    assert isinstance(outcome, Refused)
    assert outcome.place == "queues.standesamt.series"
    rows = store.read_now(lambda c: c.exec_driver_sql("SELECT id FROM queue").scalars().all())
    assert rows == ["eigene"]
    assert store.read_now(lambda c: in_force(c, SITE.id)) is None


def test_the_command_names_the_letter_that_is_taken_and_what_to_do(
    data: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    store.write_now(lambda c: queue_settings.add_queue(c, SITE.id, "eigene", "C", {"de": "Eigene"}, NOW))
    assert run_import("own", FOLDER, data) == 2
    told = capsys.readouterr().err
    assert "queues.standesamt.series: Series C of queue standesamt belongs to queue eigene already. Change" in told


def test_an_import_that_others_keep_outrunning_speaks_of_no_letter(
    data: Path, store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_meanwhile(monkeypatch, store, SITE.id, NOW)
    assert run_import("own", FOLDER, data) == 2
    told = capsys.readouterr().err
    assert "hub.db: Somebody else keeps publishing. Run the import again in a minute." in told
    assert "letter" not in told
    kept = store.read_now(lambda c: in_force(c, SITE.id))
    assert kept is not None
    assert kept.services == ()
