"""A service without texts, as an import from DLDB makes it: name, office, and to ask at the counter."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hub.catalogue.importers.dldb.reader import DldbImport, read_dldb
from kiosk.catalogue.index import index_of
from kiosk.catalogue.model import Category, Fee
from kiosk.health import Health, Paper
from kiosk.view import Block, Fact, Line, Notice, Screen, Tone, controls
from kiosk.vocabulary import intents
from tests.flows.visits import Visit

EXPORT: dict[str, list[dict[str, Any]]] = {
    "services": [
        {"id": "bare", "name": "Beratung", "locations": [{"location": "nord"}]},
        {"id": "nowhere", "name": "Fundsachen"},
        {"id": "papers", "name": "Hund anmelden", "requirements": [{"name": "Ausweis oder Pass"}]},
    ],
    "locations": [{"id": "nord", "name": "Bürgeramt Nord", "office": "buergeramt"}],
    "authority": [],
    "topic": [],
}


@pytest.fixture
def imported(tmp_path: Path) -> Visit:
    """A terminal with what the importer makes of the export."""
    for name, data in EXPORT.items():
        file = {"datacount": len(data), "locale": "de", "error": False, "data": data}
        (tmp_path / f"{name}_de.json").write_text(json.dumps(file), "utf-8")
    found = read_dldb(tmp_path)
    assert isinstance(found, DldbImport)
    return Visit(index=index_of(found.catalogue))


def body_of(visit: Visit, service: str) -> tuple[Block, ...]:
    visit.ask(intents.OpenService(service))
    return visit.view().body


def change(visit: Visit, service: str, **texts: object) -> None:
    """An editor adds to what was imported."""
    services = [replace(each, **texts) if each.id == service else each for each in visit.index.services.values()]
    visit.index = index_of(replace(visit.index.catalogue, services=tuple(services)))


ASK = Notice(tone=Tone.INFO, icon="info-circle", heading="Am Schalter fragen")


def test_it_shows_its_name_its_office_and_to_ask_at_the_counter(imported: Visit) -> None:
    where, ask = body_of(imported, "bare")
    assert imported.view().title == "Beratung"
    assert where == Fact(icon="map-pin", heading="Wo", lines=(Line("Bürgeramt Nord"),))
    assert ask == ASK
    assert "draw" not in {control.id for control in controls(imported.view())}


def test_without_an_office_the_counter_says_where_and_that_is_said_once(imported: Visit) -> None:
    (where,) = body_of(imported, "nowhere")
    assert where == Fact(icon="map-pin", heading="Wo", lines=(Line("Am Schalter fragen"),))


@pytest.mark.parametrize("hub", [True, False])
def test_where_no_service_has_a_queue_no_page_speaks_of_numbers(imported: Visit, hub: bool) -> None:
    imported.health = Health(paper=Paper.TROUBLE, hub=hub)
    services = [*imported.index.services.values()]
    filed = (replace(services[0], categories=("all",)), *services[1:])
    group = Category(id="all", names={"de": "Alles"})
    imported.index = index_of(replace(imported.index.catalogue, services=filed, categories=(group,)))
    seen = [imported.view()]
    assert "Leistungen ansehen" in [control.label for control in controls(seen[0])]
    for intent in (intents.ShowCategories(), intents.OpenCategory("all"), intents.OpenService("bare")):
        imported.ask(intent)
        seen.append(imported.view())
    imported.touch("bar:help")
    seen.append(imported.view())
    assert [view.screen for view in seen] == [
        Screen.START,
        Screen.CATEGORIES,
        Screen.SERVICES,
        Screen.SERVICE,
        Screen.HELP,
    ]
    for view in seen:
        assert "Nummer" not in str(view), view.screen
        assert "Bon" not in str(view), view.screen
    assert [view.progress and view.progress.total for view in seen] == [None, 3, 3, 3, None]


def test_with_papers_or_a_teaser_it_is_not_bare(imported: Visit) -> None:
    assert ASK not in body_of(imported, "papers")
    change(imported, "bare", teasers={"de": "Wir beraten Sie."})
    assert ASK not in body_of(imported, "bare")


def test_fee_without_an_amount_refers_to_the_counter(imported: Visit) -> None:
    assert not any(isinstance(block, Fact) and block.icon == "currency-euro" for block in body_of(imported, "papers"))
    change(imported, "papers", fees=(Fee(id="fee", names={}, cents=None),))
    (fee,) = [block for block in body_of(imported, "papers") if isinstance(block, Fact) and block.value]
    assert fee.value == "Am Schalter fragen"
