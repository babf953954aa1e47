"""The first real import over either start catalogue goes the whole way: to terminals, to a number, onto paper.

The hub, the import, the terminal's follower and store, the slip and the printer's driver are the real ones; the
printer is the simulated one, which hears bytes.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Connection

from bench import xzufi_generator
from hub.catalogue.content import routes
from hub.catalogue.demo import always_open
from hub.catalogue.import_runs import imports, sources
from hub.catalogue.importers.draft import Draft
from hub.catalogue.publication import publishing
from hub.catalogue.publication.publishing import InForce
from hub.settings import queue_settings
from kiosk.catalogue.index import index_of
from kiosk.catalogue.rules import MayDraw
from offline_cache.catalogue.follow import InStep
from tests.property.catalogue_line import BEGIN_MS, SITE, RealHub
from tests.property.first_slip import on_paper
from tests.property.test_catalogue_agreement import enrolled, folder
from tests.unit.hub.test_hub_catalogue_whole import start
from tests.unit.hub.test_hub_dldb import REAL
from tests.unit.offline_cache.test_catalogue_follow import Terminal

__all__ = ["folder"]

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
GENERATED = 10_000 if FULL else 300
"""Services of a generated delivery; ``test_catalogue_agreement`` imports more of them over the example."""
NOW = datetime.fromtimestamp(BEGIN_MS / 1000, UTC)
TWO = """<?xml version="1.0" encoding="UTF-8"?>
<xzufi:transferOperation xmlns:xzufi="http://xoev.de/schemata/xzufi/2_2_0" xzufiVersion="2.2.0">
<xzufi:schreibe><xzufi:leistung><xzufi:id schemeAgencyID="L1">1</xzufi:id>
<xzufi:modulText><xzufi:inhalt languageCode="de">Hund anmelden</xzufi:inhalt>
<xzufi:leikaTextmodul><code>02</code></xzufi:leikaTextmodul></xzufi:modulText></xzufi:leistung></xzufi:schreibe>
<xzufi:schreibe><xzufi:leistung><xzufi:id schemeAgencyID="L1">2</xzufi:id>
<xzufi:modulText><xzufi:inhalt languageCode="de">Pass beantragen</xzufi:inhalt>
<xzufi:leikaTextmodul><code>02</code></xzufi:leikaTextmodul></xzufi:modulText></xzufi:leistung></xzufi:schreibe>
</xzufi:transferOperation>
"""


class Source(NamedTuple):
    """A delivery read once, for both start catalogues."""

    draft: Draft
    services: int


@pytest.fixture(scope="module", params=["two", "dldb", "generated"])
def source(request: pytest.FixtureRequest) -> Iterator[Source]:
    if request.param == "dldb" and not REAL.is_dir():
        pytest.skip("the real DLDB export is not in ../shared/data/dldb")
    at = Path(tempfile.mkdtemp())
    if request.param == "two":
        (at / "two.xml").write_text(TWO, "utf-8")
    elif request.param == "generated":
        xzufi_generator.write(at / "generated.xml", GENERATED, 1)
    kind, path = ("dldb", REAL) if request.param == "dldb" else ("xzufi", at / f"{request.param}.xml")
    draft = sources.load(kind, path)
    assert isinstance(draft, Draft), draft
    yield Source(draft, {"two": 2, "dldb": 560, "generated": GENERATED}[request.param])
    shutil.rmtree(at)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("begun", ["demo", "empty"])
def test_a_first_import_is_shown_drawn_and_printed_everywhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch, source: Source, begun: str
) -> None:
    monkeypatch.setattr("hub.catalogue.publication.published.LOOK_S", 3600.0)
    hub, terminals = RealHub(folder / "hub"), list[Terminal]()
    hub.do(partial(publishing.publish, site=SITE, catalogue=always_open(start(begun)), origin=begun))
    link = enrolled(f"http://127.0.0.1:{hub.start()}")
    terminals.append(Terminal(folder / "running", link))
    follows(terminals[0])

    assert isinstance(imports.bring(hub._store, (SITE,), source.draft), InForce), "the guards let a first one pass"
    hub.show()
    follows(terminals[0])
    terminals.append(Terminal(folder / "fresh", link))
    follows(terminals[1])

    wanted = next(source.draft.services())
    hub.do(partial(queue_settings.route, site=SITE, service=wanted.id, queue=hub.see(queue_of)))
    hub.show()
    for number, here in enumerate(terminals, 1):
        follows(here)
        assert here.catalogue is not None
        assert len(here.catalogue.services) == source.services
        assert wanted.id in here.finds(wanted.names["de"])
        assert isinstance(index_of(here.catalogue).ticket_offer(wanted.id, NOW), MayDraw)
        printed = on_paper(here, wanted, f"0193aaaa-0000-7000-8000-00000000000{number}")
        assert f"A 00{number}" in printed
        assert wanted.names["de"].split()[0] in printed
        here.client.close()
    hub.stop()


def follows(here: Terminal) -> None:
    assert here.follow() == InStep()
    assert here.notes.lines == []


def queue_of(connection: Connection) -> str:
    return routes.queues(connection, SITE)[0].id
