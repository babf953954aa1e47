"""Guards: what looks like an accident waits for a person, on the command line and on the page."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from hub.catalogue.content import import_checks, state, tiles, versions
from hub.catalogue.content.import_checks import Finding, FindingKind
from hub.catalogue.import_runs import imports
from hub.catalogue.import_runs.cli import run_import
from hub.catalogue.import_runs.imports import Waiting, bring, put_in_force
from hub.catalogue.importers.draft import draft_of
from hub.catalogue.publication import publishing
from hub.catalogue.publication.publishing import InForce, Stale
from hub.settings import queue_settings
from kiosk.catalogue.model import Catalogue, Featured, Fee, Service
from kiosk.catalogue.read import write
from tests.unit.hub.catalogue_helpers import in_force

SITE = "rathaus"


def catalogue(count: int = 10, cents: int | None = 1000, **more: object) -> Catalogue:
    fee = Fee(id="f", names={"de": "Gebühr"}, cents=cents)
    services = tuple(Service(id=f"s{n}", names={"de": f"Leistung {n}"}, fees=(fee,)) for n in range(count))
    return replace(Catalogue(version=0, services=services), **more)


def put(hall, made: Catalogue, origin: str = "own") -> object:
    return hall.do(publishing.publish, SITE, made, origin, hall.clock())


def found(hall, made: Catalogue) -> list[FindingKind]:
    return [each.kind for each in hall.see(import_checks.findings, SITE, draft_of(made, "own"))]


def test_what_is_usual_is_not_asked(hall) -> None:
    assert found(hall, catalogue(0)) == [], "nothing is in force yet"
    put(hall, catalogue())
    assert found(hall, catalogue()) == []
    assert found(hall, catalogue(8)) == [], "a fifth may go"
    assert found(hall, catalogue(20)) == []
    assert found(hall, catalogue(cents=1500)) == [], "half as much again"
    assert found(hall, catalogue(cents=500)) == []
    assert found(hall, catalogue(cents=None)) == [], "no amount is no wrong amount"


def test_what_looks_like_an_accident_is_found(hall) -> None:
    put(hall, catalogue())
    assert found(hall, catalogue(0)) == [FindingKind.EMPTY]
    assert found(hall, catalogue(7)) == [FindingKind.DELETIONS]
    assert found(hall, catalogue(cents=1501)) == [FindingKind.FEE] * 10
    assert found(hall, catalogue(cents=499)) == [FindingKind.FEE] * 10
    assert found(hall, catalogue(7, cents=0)) == [FindingKind.DELETIONS] + [FindingKind.FEE] * 7
    renamed = catalogue(services=tuple(replace(s, id=f"x{s.id}") for s in catalogue().services))
    (all_gone,) = hall.see(import_checks.findings, SITE, draft_of(renamed, "own"))
    assert (all_gone.was, all_gone.now) == (10, 10)


def test_from_nothing_to_something_is_a_change(hall) -> None:
    put(hall, catalogue(cents=0))
    assert found(hall, catalogue(cents=0)) == []
    assert found(hall, catalogue(cents=1)) == [FindingKind.FEE] * 10


def test_starting_catalogues_may_be_replaced_whole(hall) -> None:
    put(hall, catalogue(), "demo")
    assert found(hall, catalogue(1, services=(Service(id="other", names={"de": "Andere"}),))) == []


def test_many_fees_are_summed_up(hall) -> None:
    put(hall, catalogue(200))
    every = hall.see(import_checks.findings, SITE, draft_of(catalogue(200, 9000), "own"))
    assert len(every) == import_checks.FEES_LISTED + 1
    assert every[-1] == Finding(FindingKind.MORE_FEES, now=200 - import_checks.FEES_LISTED)


@pytest.mark.parametrize("kind", list(FindingKind))
def test_every_finding_has_its_sentence(kind: FindingKind) -> None:
    assert str(Finding(kind, 5, 4, "s", "Name", "f")).endswith(".")


def test_an_import_that_waits_changes_nothing_until_it_is_accepted(hall) -> None:
    put(hall, catalogue())
    before = hall.see(in_force, SITE)
    outcome = bring(hall.store, (SITE,), draft_of(catalogue(3), "own", "folder"))
    assert isinstance(outcome, Waiting)
    assert hall.see(in_force, SITE) == before
    waiting, last = hall.see(versions.listed, SITE)
    assert (waiting.state, waiting.services, waiting.source, waiting.version) == ("pending", 3, "folder", None)
    assert waiting.findings == outcome.findings
    draft = hall.see(versions.draft, SITE, waiting.n)
    assert put_in_force(hall.store, (SITE,), draft, "Dora") == InForce(last.version + 1, changed=True)
    newest = hall.see(versions.listed, SITE)[0]
    assert (newest.state, newest.decided_by, newest.version) == ("published", "Dora", last.version + 1)


def test_a_newer_import_takes_the_place_of_one_that_waits(hall) -> None:
    put(hall, catalogue())
    for count in (1, 2):
        assert isinstance(bring(hall.store, (SITE,), draft_of(catalogue(count), "own")), Waiting)
    states = [(each.state, each.services) for each in hall.see(versions.listed, SITE)]
    assert states == [("pending", 2), ("rejected", 1), ("published", 10)]
    assert bring(hall.store, (SITE,), draft_of(catalogue(9), "own")) == InForce(2, changed=True)
    assert [each.state for each in hall.see(versions.listed, SITE)].count("pending") == 0


def test_the_command_stops_and_says_what(hall, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(hall, catalogue())
    source = tmp_path / "new.json"
    source.write_bytes(write(catalogue(3)))
    assert run_import("own", source, tmp_path) == 3
    told = capsys.readouterr().err
    assert "7 of 10 services would be deleted (more than 20 %)." in told
    assert "--accept" in told
    assert len(hall.see(in_force, SITE).services) == 10
    assert hall.see(state.read, SITE).version == 1
    assert run_import("own", source, tmp_path, accept=True) == 0
    assert hall.see(state.read, SITE).version == 2


def test_the_last_ten_are_kept_and_any_can_be_put_in_force_again(hall) -> None:
    for count in range(10, 25):
        put(hall, catalogue(count))
    kept = hall.see(versions.listed, SITE)
    assert [each.services for each in kept] == list(range(24, 14, -1))
    draft = hall.see(versions.draft, SITE, kept[-1].n)
    assert put_in_force(hall.store, (SITE,), draft, "Dora") == InForce(16, changed=True)
    assert len(hall.see(versions.listed, SITE)) == versions.KEPT
    assert hall.see(versions.listed, SITE)[0].services == 15


def test_somebody_who_publishes_in_between_is_seen(hall, monkeypatch: pytest.MonkeyPatch) -> None:
    put(hall, catalogue())
    prepared = hall.see(publishing.prepare, SITE, draft_of(catalogue(9), "own"))
    put(hall, catalogue(8))
    assert hall.do(publishing.commit, SITE, prepared, hall.clock()) == Stale()
    prepared.changes.close()
    assert hall.see(versions.listed, SITE)[0].services == 8
    assert imports.put_in_force(hall.store, (SITE,), draft_of(catalogue(9), "own")) == InForce(3, changed=True)


def test_own_tiles_and_routes_survive_imports(hall) -> None:
    tile = Featured(service="s1", labels={"de": "Eigene"})
    put(hall, catalogue(featured=(Featured(service="s0"),)))
    hall.do(tiles.set_own, SITE, (tile, Featured(service="s9")))
    hall.do(queue_settings.route, SITE, "s2", "fahrzeuge", hall.clock())

    def shown() -> tuple[list[Featured], str | None]:
        whole = hall.see(in_force, SITE)
        return list(whole.featured), next(s.queue for s in whole.services if s.id == "s2")

    assert shown() == ([tile, Featured(service="s9")], "fahrzeuge")
    put(hall, catalogue(9, featured=(Featured(service="s3"),)))
    assert shown() == ([tile], "fahrzeuge")
    put(hall, catalogue(10))
    assert shown() == ([tile, Featured(service="s9")], "fahrzeuge")
    hall.do(tiles.set_own, SITE, None)
    put(hall, catalogue(9, featured=(Featured(service="s3"),)))
    assert shown() == ([Featured(service="s3")], "fahrzeuge")
