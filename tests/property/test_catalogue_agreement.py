"""The real hub and the real follower of a terminal: after every change, however the line broke, they hold the same."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest

from bench import xzufi_generator
from hub.catalogue.content import state
from hub.catalogue.demo import always_open
from hub.catalogue.importers.dldb.notes import clean
from hub.catalogue.importers.dldb.reader import SERVICES
from hub.catalogue.publication import publishing
from hub.catalogue.publication.publishing import InForce
from hub.retention.periods import RECORDS_MS
from hub.settings import queue_settings
from kiosk import wire
from kiosk.catalogue.records import Key, digest
from kiosk.config import Hub
from offline_cache.catalogue import fetch, file
from offline_cache.catalogue.build import reindex
from offline_cache.catalogue.follow import Again, InStep
from offline_cache.http.answers import Answer, Away
from offline_cache.http.hub_client import HubClient
from tests.property.catalogue_line import ANSWERS, CODE, SITE, CuttingLine, RealHub
from tests.property.first_slip import on_paper
from tests.property.random_catalogues import LANGUAGES, QUEUES, begin, changed
from tests.unit.hub.test_hub_catalogue_whole import start
from tests.unit.hub.test_hub_dldb import FILES, REAL, put
from tests.unit.offline_cache.test_catalogue_follow import Terminal

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
DELTAS = 1000 if FULL else 150
"""Changes that came as such; those that had to come as a snapshot are not counted."""
MISHAPS = 200 if FULL else 60
"""Of so many rounds 14 meet one."""
SERVICES_OF_A_CITY = 10_000 if FULL else 1_000
PIECE = 1500
"""Bytes of a snapshot asked for at once: several pieces each, so that cuts fall between and into them."""

ROOM = 1 << 30
"""Bytes: an imported delivery with its hub and its terminal, several times over."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is such a disk with room: what a power cut leaves is proved elsewhere, syncing would cost
    most."""
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    with tempfile.TemporaryDirectory(dir=memory if roomy else None) as one:
        yield Path(one)


class Town:
    """The hub with its catalogue of the moment, the line, and the terminal; all chances come from one seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.folder = folder / "terminal"
        self.folder.mkdir()
        self.hub, self.line = RealHub(folder / "hub"), CuttingLine()
        self.catalogue = begin(self.dice)
        self.publish()
        self.line.port = self.hub.start()
        self.link = enrolled(self.line.url)
        self.line.asked.clear()
        self.here = self.terminal()
        self.seen: Counter[str] = Counter()

    def terminal(self) -> Terminal:
        """The terminal is switched on, as often as not with other languages."""
        return Terminal(
            self.folder, self.link, languages=tuple(self.dice.sample(LANGUAGES, self.dice.choice([1, 1, 2])))
        )

    def publish(self) -> None:
        done = self.hub.do(partial(publishing.publish, site=SITE, catalogue=self.catalogue, origin="own"))
        assert isinstance(done, InForce), done

    def happen(self) -> None:
        """An editor publishes, or somebody has a queue take a service; and the hub's life goes on."""
        self.hub.now_ms += self.dice.randint(1, 3_600_000)
        if self.dice.random() < 0.1:
            service = self.dice.choice(self.catalogue.services).id
            self.hub.do(partial(queue_settings.route, site=SITE, service=service, queue=self.dice.choice(QUEUES)))
        else:
            self.catalogue = changed(self.dice, self.catalogue)
            self.publish()

    def trouble(self) -> None:
        """Now and then the hub forgets its tombstones, counts anew after a restore, or is started again."""
        match self.dice.randrange(MISHAPS):
            case 0 | 1 | 2 | 3 | 4 | 5:
                self.hub.now_ms += RECORDS_MS + 1
                self.hub.forget()
                self.seen["pruned"] += 1
            case 6 | 7 | 8 | 9:
                self.hub.do(partial(state.new_epoch, epoch=f"{self.dice.getrandbits(32):08x}"))
                self.seen["epochs"] += 1
            case 10 | 11 | 12 | 13:
                self.line.port = self.hub.restart()
                self.seen["restarts"] += 1
        self.hub.show()
        self.line.trouble(self.dice.randrange(4000) for _ in range(self.dice.choice([0, 0, 1, 1, 4])))

    def heal(self) -> bool:
        """Follow until in step, the terminal switched off now and then; True when it came by changes alone."""
        cursor = self.here.store.head.cursor
        self.line.asked.clear()
        while (outcome := self.here.follow()) != InStep():
            assert isinstance(outcome, Away | Again), outcome
            if self.dice.random() < 0.2:
                self.again()
        self.line.trouble(())
        snapshot = any(path.startswith(wire.SNAPSHOT) for path in self.line.asked)
        self.seen["snapshots"] += snapshot
        return not snapshot and self.here.store.head.cursor > cursor

    def again(self) -> None:
        """A power cut while a catalogue was being built, and on again."""
        (self.folder / "catalogue.db.new").write_bytes(self.dice.randbytes(100))
        self.here.client.close()
        self.here = self.terminal()
        self.seen["switched off"] += 1

    def agrees(self) -> None:
        """Hub and terminal, and what the visitor is shown of it."""
        agree(self.hub, self.here)
        assert self.here.catalogue is not None
        assert [each.id for each in self.here.catalogue.services] == [each.id for each in self.catalogue.services]

    def close(self) -> None:
        self.here.client.close()
        self.line.close()
        self.hub.stop()


def enrolled(url: str) -> Hub:
    client = HubClient(url)
    result = client.enrol(CODE, "test")
    client.close()
    assert isinstance(result, Answer), result
    signers = {signer.kid: signer.x for signer in result.value.signers}
    return Hub(url=url, terminal="t", key=result.value.key, site=result.value.site, signers=signers)


RARE = ("pruned", "epochs", "restarts", "switched off")
"""What each run must have seen; it goes on until it has."""


def test_hub_and_terminal_agree_after_changes_with_cuts_between(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.catalogue.publication.published.LOOK_S", 3600.0)
    monkeypatch.setattr(fetch, "PIECE", PIECE)
    seed = int(os.environ.get("KIOSK_SEED", "0")) or random.SystemRandom().randrange(2**32)
    print(f"seed {seed}: KIOSK_SEED={seed} repeats this run")
    began, deltas, town = time.process_time(), 0, Town(folder, seed)
    while deltas < DELTAS or (deltas < 4 * DELTAS and not all(town.seen[what] for what in RARE)):
        for _ in range(town.dice.choice([1, 1, 1, 1, 3])):
            town.happen()
        town.trouble()
        deltas += town.heal()
        town.agrees()
        assert town.seen["snapshots"] < 50 + deltas / 5, "what changed must come as changes"
    spent = time.process_time() - began
    print(f"{deltas} deltas, cut in {dict(town.line.cut)}, {dict(town.seen)}, {spent:.0f} s of CPU")
    assert all(town.line.cut[what] > 3 for what in ANSWERS), "every kind of answer was cut"
    assert all(town.seen[what] for what in RARE)
    assert town.seen["snapshots"] >= town.seen["epochs"]
    town.close()
    renewed = search_tables(town.folder / "catalogue.db")
    reindex(town.folder / "catalogue.db", town.here.store.head)
    assert renewed == search_tables(town.folder / "catalogue.db"), "renewed bit by bit and built at once"


def test_imported_city_is_the_same_at_hub_and_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``kiosk import`` as a process of its own beside the running hub, then the whole as a snapshot over a bad line.

    The hall and its terminal began with the example, as set-up offers it.
    """
    monkeypatch.setattr("hub.catalogue.publication.published.LOOK_S", 3600.0)
    hub, line, source = RealHub(folder / "hub"), CuttingLine(), folder / "delivery.xml"
    hub.do(partial(publishing.publish, site=SITE, catalogue=always_open(start("demo")), origin="demo"))
    line.port = hub.start()
    here = Terminal(folder / "terminal", enrolled(line.url), languages=("de", "en"))
    follow(here)
    xzufi_generator.write(source, SERVICES_OF_A_CITY, 2)
    said = imported("xzufi", source, folder / "hub")
    assert f"is in force now: {SERVICES_OF_A_CITY} services" in said, said
    hub.show()
    line.trouble([500, 100_000, 300_000])
    follow(here)
    agree(hub, here)
    assert here.catalogue is not None
    assert len(here.catalogue.services) == SERVICES_OF_A_CITY
    assert here.finds("personalausweis beantragen") != ()
    assert sum(line.cut.values()) == 3
    first = here.catalogue.services[0]
    hub.do(partial(queue_settings.route, site=SITE, service=first.id, queue=here.catalogue.queues[0].id))
    assert "A 001" in on_paper(here, first, "0193aaaa-0000-7000-8000-000000000001")
    here.client.close()
    line.close()
    hub.stop()


REAL_DLDB = pytest.param(
    REAL, marks=pytest.mark.skipif(not REAL.is_dir(), reason="the real DLDB export is not in ../shared/data/dldb")
)


@pytest.mark.parametrize("export", [None, REAL_DLDB], ids=["synthetic", "real"])
def test_an_imported_dldb_export_is_the_same_here_and_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch, export: Path | None
) -> None:
    """As above; then the export comes again, without one service, and cut."""
    monkeypatch.setattr("hub.catalogue.publication.published.LOOK_S", 3600.0)
    source = copied(export, folder / "export")
    records = msgspec.json.decode((source / SERVICES).read_bytes())["data"]
    hub, line = RealHub(folder / "hub"), CuttingLine()
    line.port = hub.start()
    here = Terminal(folder / "terminal", enrolled(line.url), languages=("de", "en"))

    said = imported("dldb", source, folder / "hub")
    assert f"{len(records)} of {len(records)} services" in said, said
    assert f"Catalogue version 1 is in force now: {len(records)} services" in said, said
    hub.show()
    line.trouble([500])
    follow(here)
    agree(hub, here)
    assert shown(here) == {record["id"]: clean(record["name"]) for record in records}
    assert "version 1 holds all this already" in imported("dldb", source, folder / "hub")

    put(source, SERVICES, records[1:])
    assert "Catalogue version 2 is in force now" in imported("dldb", source, folder / "hub")
    hub.show()
    follow(here)
    agree(hub, here)
    assert records[0]["id"] not in shown(here)

    put(source, SERVICES, records[:1], datacount=len(records))
    refusal = imported("dldb", source, folder / "hub", ends=2)
    assert SERVICES in refusal
    assert "the last catalogue stays in force" in refusal
    hub.show()
    follow(here)
    agree(hub, here)
    assert len(shown(here)) == len(records) - 1
    here.client.close()
    line.close()
    hub.stop()


def copied(export: Path | None, at: Path) -> Path:
    """The real export, or one of the same shape."""
    if export is not None:
        return Path(shutil.copytree(export, at))
    at.mkdir()
    for name, data in FILES.items():
        put(at, name, data)
    return at


def shown(here: Terminal) -> dict[str, str]:
    """The services that a visitor can choose, with their names."""
    assert here.catalogue is not None
    return {service.id: service.names["de"] for service in here.catalogue.services}


def imported(kind: str, source: Path, data: Path, ends: int = 0) -> str:
    """What ``kiosk import`` says when it ends with this code."""
    command = (sys.executable, "-m", "kiosk.cli", "import", kind, str(source), "--data", str(data))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == ends, done
    return done.stderr if ends else done.stdout


def follow(here: Terminal) -> None:
    """Until it is in step, however often the line is cut."""
    while (outcome := here.follow()) != InStep():
        assert isinstance(outcome, Away), outcome


def agree(hub: RealHub, here: Terminal) -> None:
    """Record by record, and the digest that each makes of them."""
    told = hub.records()
    rows = kept(here.folder / "catalogue.db")
    assert rows == {key: (row.rev, row.sha256, row.body) for key, row in told.items()}
    sums = digest((row.key, row.rev, row.sha256) for row in told.values())
    assert sums == here.digest() == here.store.head.digest


def kept(path: Path) -> dict[Key, tuple[int, str, bytes]]:
    """The terminal's records."""
    db = file.open_reader(path)
    assert db is not None
    rows = db.execute("SELECT kind, id, lang, rev, lower(hex(sha256)), body FROM record").fetchall()
    return {Key(kind, ident, lang): (rev, sums, body) for kind, ident, lang, rev, sums, body in rows}


def search_tables(path: Path) -> dict[str, Any]:
    """What the search tables say, without the numbers that depend on the order of things."""
    db = file.open_reader(path)
    assert db is not None
    tags = {no: str(tag) for no, tag in db.execute("SELECT no, tag FROM language")}
    ids = {no: str(ident) for no, ident in db.execute("SELECT no, id FROM service")}
    entries = {(tags[la], f, ids[no], ft, na) for la, f, no, ft, na in db.execute("SELECT * FROM entry")}
    words = {(tags[la], word, uses) for la, word, uses in db.execute("SELECT language, word, uses FROM word")}
    short = {(tags[la], prefix) for la, prefix in db.execute("SELECT language, prefix FROM short")}
    found = {(tag, word): _found(db, no, word, ids) for no, tag in tags.items() for _, word, _ in words}
    return {"entry": entries, "word": words, "short": short, "find": {k: v for k, v in found.items() if v[0] or v[1]}}


def _found(db: apsw.Connection, no: object, word: str, ids: dict[Any, str]) -> tuple[frozenset[str], frozenset[str]]:
    rows = db.execute(f"SELECT rowid FROM find_{no} WHERE find_{no} MATCH ?", (f'"{word}"',))
    grams = db.execute(
        f"SELECT word.word FROM gram_{no} JOIN word ON word.no = gram_{no}.rowid WHERE gram_{no} MATCH ?",
        (f'"^{word}"',),
    )
    return frozenset(ids[row[0]] for row in rows), frozenset(str(row[0]) for row in grams)
