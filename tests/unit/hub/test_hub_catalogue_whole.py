"""What is published is the whole, and the whole is checked as terminals check it: imports, forms, earlier states."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import insert

from hub import sites
from hub.catalogue.content import routes, state, tiles, versions
from hub.catalogue.import_runs import imports
from hub.catalogue.import_runs.cli import run_import
from hub.catalogue.import_runs.imports import Waiting, bring, put_in_force
from hub.catalogue.importers.draft import draft_of
from hub.catalogue.publication import publishing, startup_migration
from hub.catalogue.publication.publishing import InForce
from hub.errors import Code, Refused
from hub.settings import queue_settings
from hub.sites import Site
from hub.store import tables as t
from hub.store.engine import Store
from hub.web.admin.site_setup import NewHouse, set_hours, starting_catalogue, usual_hours
from kiosk.catalogue.check import check
from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue, ClosedDay, Featured, Office, Queue, Service, Span
from kiosk.catalogue.weight import RECORD_MAX
from tests.corpus.xzufi import message, service, title
from tests.unit.hub.catalogue_helpers import in_force

SITE = "rathaus"
STARTS = ("demo", "empty")


def start(name: str) -> Catalogue:
    return starting_catalogue(
        NewHouse(
            town="Musterstadt",
            name="Rathaus",
            timezone="Europe/Berlin",
            base_url="",
            hours=usual_hours(),
            catalogue=name,
            counters=1,
            counter_word="Platz",
            terminal_name="T",
        )
    )


@pytest.fixture
def store(tmp_path: Path, empty_store: bytes) -> Iterator[Store]:
    (tmp_path / "hub.db").write_bytes(empty_store)
    store = Store(tmp_path / "hub.db")
    yield store
    store.close()


@pytest.fixture
def hall(store: Store, clock: Any) -> Any:
    """A site without queues, as set-up begins."""
    from tests.unit.hub.conftest import House

    class Bare(House):
        def _found(self, connection: Any) -> None:
            sites.add_site(connection, Site(SITE, "Musterstadt", "Rathaus", "Europe/Berlin", ""), self.clock())

    bare = Bare(store, clock)
    bare.found()
    return bare


def put(hall: Any, made: Catalogue, origin: str = "own") -> object:
    return hall.do(publishing.publish, SITE, made, origin, hall.clock())


def published(hall: Any) -> Catalogue:
    found = hall.see(in_force, SITE)
    assert isinstance(found, Catalogue)
    return found


def two_services(folder: Path) -> Path:
    path = folder / "two.xml"
    path.write_text(message(service("1", title("Hund anmelden")) + service("2", title("Pass beantragen"))), "utf-8")
    return path


@pytest.mark.parametrize("name", STARTS)
def test_after_a_first_import_the_whole_is_sound(hall: Any, tmp_path: Path, name: str) -> None:
    begun = start(name)
    assert put(hall, begun, name) == InForce(1, changed=True)
    assert run_import("xzufi", two_services(tmp_path), tmp_path) == 0
    whole = published(hall)
    assert check(whole) == ()
    assert len(whole.services) == 2
    assert [queue.id for queue in whole.queues] == [q.id for q in sorted(begun.queues, key=lambda each: each.series)]


@pytest.mark.parametrize("name", STARTS)
def test_a_queue_of_the_hall_keeps_its_office_with_its_hours(hall: Any, tmp_path: Path, name: str) -> None:
    begun = start(name)
    put(hall, begun, name)
    run_import("xzufi", two_services(tmp_path), tmp_path)
    offices = {office.id: office for office in published(hall).offices}
    named = {queue.office for queue in published(hall).queues}
    assert named == {queue.office for queue in begun.queues}
    assert all(offices[office].hours == usual_hours() for office in named if office)
    assert run_import("xzufi", two_services(tmp_path), tmp_path) == 0, "and keeps it with the next import"
    assert published(hall).offices == tuple(offices.values())


def test_hours_of_an_office_that_only_the_hall_keeps_can_be_changed(hall: Any, tmp_path: Path) -> None:
    from hub.catalogue.content import merged

    put(hall, start("empty"), "empty")
    run_import("xzufi", two_services(tmp_path), tmp_path)
    draft = hall.see(merged.in_force, SITE)
    hours = (Span(day=0, opens=usual_hours()[0].opens, closes=usual_hours()[0].closes),)
    assert isinstance(put_in_force(hall.store, (SITE,), set_hours(draft, hours)), InForce)
    assert [office.hours for office in published(hall).offices] == [hours]
    assert len(published(hall).services) == 2


def test_an_office_that_nobody_knows_is_dropped(hall: Any) -> None:
    """As a hub left it that published without looking: the name in the queue, no office in force."""
    hall.store.write_now(
        lambda c: c.execute(insert(t.queue).values(site_id=SITE, id="a", series="A", names='{"de":"A"}', office="weg"))
    )
    assert put(hall, Catalogue(version=0, services=(Service(id="s", names={"de": "S"}),))) == InForce(1, changed=True)
    assert [queue.office for queue in published(hall).queues] == [None]
    assert check(published(hall)) == ()


def test_a_hub_that_starts_mends_what_an_older_one_published(hall: Any) -> None:
    put(hall, start("empty"), "empty")
    hall.store.write_now(lambda c: c.exec_driver_sql("DELETE FROM catalogue_record WHERE kind = 'office'"))
    hall.store.write_now(
        lambda c: c.exec_driver_sql(
            "UPDATE catalogue_record SET body = CAST(replace(CAST(body AS TEXT), '\"office\":\"haus\",', '') AS BLOB)"
            " WHERE kind = 'service'"
        )
    )
    assert check(published(hall))[0].place == "queues[a].office"
    hall.do(startup_migration.settle, hall.clock())
    assert check(published(hall)) == ()


HUGE = tuple(ClosedDay(date=date(2026, 1, 1) + timedelta(days=n), names={"got": "𐌰" * 199}) for n in range(400))
"""Names that fit each by itself and are larger together than a record may be."""


@pytest.mark.parametrize(
    ("made", "place"),
    [
        (Catalogue(version=0, services=(Service(id="s", names={"de": "<b>S</b>"}),)), "services[s].names.de"),
        (Catalogue(version=0, services=(Service(id="s", names={"de": "S"}, office="x"),)), "services[s].office"),
        (Catalogue(version=0, services=(Service(id="s", names={"de": "S"}),) * 2), "services"),
        (Catalogue(version=0, queues=(Queue(id="q", series="Z", names={}),)), "queues[q].names"),
        (Catalogue(version=0, languages=("de-aaaaaaaa-bbbbbbbb-cccc",)), "languages"),
        (
            Catalogue(
                version=0, services=(Service(id="s", names={"de": "S"}),), featured=(Featured("s", {"de": "[b]"}),)
            ),
            "featured[s].labels.de",
        ),
        (Catalogue(version=0, offices=(Office(id="o", names={"de": "O"}, closed_days=HUGE),)), "office[o], “got”"),
    ],
)
def test_what_a_terminal_would_refuse_is_not_put_in_force(hall: Any, made: Catalogue, place: str) -> None:
    put(hall, start("empty"), "empty")
    before, versions_before = published(hall), hall.see(versions.listed, SITE)
    for outcome in (put(hall, made), bring(hall.store, (SITE,), draft_of(made, "own", "a.toml"), accept=True)):
        assert isinstance(outcome, CatalogueFaults)
        assert outcome.faults[0].place == place
        assert outcome.faults[0].remedy
    assert published(hall) == before
    assert hall.see(versions.listed, SITE) == versions_before


def test_the_size_of_a_record_is_what_decides() -> None:
    body = sum(len(str(day.names).encode()) for day in HUGE)
    assert body > RECORD_MAX
    assert check(Catalogue(version=0, offices=(Office(id="o", names={"de": "O"}, closed_days=HUGE),))) == ()


def test_an_earlier_state_goes_through_the_same_checks(hall: Any) -> None:
    """It was in force once; today's queues and tiles are put into it, and it is looked at as a whole."""
    put(hall, start("empty"), "empty")
    kept = hall.see(versions.listed, SITE)[0].n
    put(hall, Catalogue(version=0, services=(Service(id="x", names={"de": "X"}),)))
    hall.store.write_now(
        lambda c: tiles.set_own(c, SITE, (Featured(service="anliegen", labels={"de": "<i>schräg</i>"}),))
    )
    before = published(hall)
    outcome = put_in_force(hall.store, (SITE,), hall.see(versions.draft, SITE, kept), "Dora")
    assert isinstance(outcome, CatalogueFaults)
    assert outcome.faults[0].place == "featured[anliegen].labels.de"
    assert imports.refusal(outcome).code is Code.CATALOGUE_FAULTY
    assert published(hall) == before


def test_a_change_of_a_form_that_terminals_would_refuse_is_undone(hall: Any) -> None:
    put(hall, start("empty"), "empty")
    before = published(hall)

    def refused(outcome: object, place: str) -> None:
        assert isinstance(outcome, Refused)
        assert (outcome.code, outcome.place) == (Code.CATALOGUE_FAULTY, place)
        assert published(hall) == before
        assert hall.see(routes.queues, SITE) == before.queues

    names, now = {"de": "<h1>Groß"}, hall.clock()
    refused(hall.do(queue_settings.change_queue, SITE, "a", names, {}, now), "queues[a].names.de")
    refused(hall.do(queue_settings.add_queue, SITE, "q-b", "B", names, now), "queues[q-b].names.de")
    wrong = (Featured(service="anliegen", details={"de": "a\u202eb"}),)
    refused(
        hall.store.write_now(lambda c: publishing.change(c, SITE, lambda: tiles.set_own(c, SITE, wrong), now)),
        "featured[anliegen].details.de",
    )
    assert hall.do(queue_settings.add_queue, SITE, "q-b", "B", {"de": "Bau"}, now) is None
    assert [queue.names["de"] for queue in published(hall).queues] == ["Bürgerservice", "Bau"]


def test_what_an_older_hub_let_in_can_be_mended_one_after_the_other(hall: Any) -> None:
    put(hall, start("empty"), "empty")
    row = {"site_id": SITE, "names": '{"de":"<b>x</b>"}'}
    hall.store.write_now(
        lambda c: [c.execute(insert(t.queue).values(id=f"q-{s}", series=s, **row)) for s in ("B", "C")]
    )
    version = published(hall).version
    assert hall.do(queue_settings.change_queue, SITE, "q-B", {"de": "Bau"}, {}, hall.clock()) is None
    assert published(hall).version == version, "one is still wrong"
    assert hall.do(queue_settings.change_queue, SITE, "q-C", {"de": "Kasse"}, {}, hall.clock()) is None
    assert [queue.names["de"] for queue in published(hall).queues] == ["Bürgerservice", "Bau", "Kasse"]


@pytest.mark.parametrize("name", STARTS)
def test_an_empty_catalogue_asks_before_it_replaces_even_a_starting_one(hall: Any, name: str) -> None:
    put(hall, start(name), name)
    empty = draft_of(Catalogue(version=0), "own")
    assert isinstance(bring(hall.store, (SITE,), empty), Waiting)
    assert published(hall).services
    assert isinstance(bring(hall.store, (SITE,), empty, accept=True), InForce)


def test_manifests_never_go_back_in_time(hall: Any) -> None:
    """A terminal takes no manifest that was issued before the one it follows."""
    put(hall, start("empty"), "empty")
    issued = hall.see(state.read, SITE).issued_ms
    hall.clock.forward(-600_000)
    put(hall, replace(start("empty"), languages=("de",)), "own")
    assert hall.see(state.read, SITE).issued_ms == issued
    hall.do(state.reissue, SITE, hall.clock())
    assert hall.see(state.read, SITE).issued_ms == issued
    hall.clock.forward(700_000)
    hall.do(state.reissue, SITE, hall.clock())
    assert hall.see(state.read, SITE).issued_ms == issued + 100_000
