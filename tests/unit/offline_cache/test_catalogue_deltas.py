"""Random changes one after another, cut lines and restarts between: terminal and hub always agree on the digest."""

import os
import random
from pathlib import Path
from typing import Any

import apsw
from manifest_hub import ManifestHub
from msgspec.structs import replace
from peers import peer
from test_catalogue_follow import Terminal

from kiosk import wire
from kiosk.catalogue.model import Catalogue, Category, Featured, Fee, Queue, Service
from offline_cache import catalogue_file
from offline_cache.answers import Away
from offline_cache.catalogue_build import reindex
from offline_cache.catalogue_follow import Again, InStep

ROUNDS = 1000 if os.environ.get("KIOSK_TEST_SIZE") == "full" else 60
LANGUAGES = ("de", "en", "fr", "ar")
WORDS = ["Ausweis", "Pass", "Hund", "Steuer", "Amt", "Umzug", "Müll", "Ehe", "Karte", "Antrag", "Straße", "هوية", "سفر"]


def service(dice: random.Random, ident: str) -> Service:
    langs = dice.sample(LANGUAGES, dice.randint(1, 4))
    return Service(
        id=ident,
        names={lang: " ".join(dice.sample(WORDS, dice.randint(1, 3))) for lang in langs},
        words={lang: tuple(dice.sample(WORDS, dice.randint(1, 2))) for lang in langs if dice.random() < 0.5},
        fees=(Fee(id="f", names={"de": dice.choice(WORDS)}, cents=dice.randrange(9999)),),
        categories=("c",),
        queue="q",
        minutes=dice.randint(1, 60),
    )


def begin(dice: random.Random) -> Catalogue:
    services = tuple(service(dice, f"s{n}") for n in range(40))
    return Catalogue(
        version=1,
        languages=LANGUAGES,
        categories=(Category(id="c", names={"de": "Alles"}),),
        queues=(Queue(id="q", series="A", names={"de": "Bürgeramt"}),),
        services=services,
        featured=(Featured(service="s0"),),
    )


def changed(dice: random.Random, now: Catalogue) -> Catalogue:
    services = list(now.services)
    for _ in range(dice.choice([1, 1, 2, 5, 20])):
        at = dice.randrange(len(services))
        match dice.randrange(5):
            case 0:
                services.insert(at, service(dice, f"n{now.version}-{len(services)}-{dice.randrange(10**9)}"))
            case 1 if len(services) > 5:
                del services[at]
            case 2:
                lang = dice.choice(LANGUAGES)
                services[at] = replace(services[at], names={**services[at].names, lang: dice.choice(WORDS)})
            case 3:
                services[at] = replace(services[at], minutes=dice.randint(1, 600))
            case _:
                services[at] = service(dice, services[at].id)
    tiles = tuple(Featured(service=each.id) for each in dice.sample(services, 3))
    return replace(now, version=now.version + 1, services=tuple(services), featured=tiles)


def search_tables(path: Path) -> dict[str, Any]:
    """What the search tables say, without the numbers that depend on the order of things."""
    db = catalogue_file.open_reader(path)
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


def test_terminal_and_hub_agree_after_random_changes_with_cuts_between(tmp_path: Path) -> None:
    seed = int(os.environ.get("KIOSK_SEED", "0")) or random.SystemRandom().randrange(2**32)
    print(f"seed {seed}: KIOSK_SEED={seed} repeats this run")
    dice = random.Random(seed)
    catalogue = begin(dice)
    hub = ManifestHub(catalogue)
    with peer(hub.play) as line:
        here = Terminal(tmp_path, hub.link(line.url))
        for number in range(ROUNDS):
            catalogue = changed(dice, catalogue)
            hub.publish(catalogue)
            hub.page = dice.choice([1, 5, 500])
            hub.cuts = iter([dice.randrange(4000) for _ in range(dice.choice([0, 0, 1, 4]))])
            if dice.random() < 0.1:
                hub.oldest = hub.cursor
            while (outcome := here.follow()) != InStep():
                assert isinstance(outcome, Away | Again), (seed, number, outcome)
                if dice.random() < 0.5:
                    (tmp_path / "catalogue.db.new").write_bytes(dice.randbytes(100))  # a power cut while it was built
                    here.client.close()
                    here = Terminal(tmp_path, here.hub)
            hub.oldest = 0
            assert here.digest() == hub.digest(), (seed, number)
        assert sum(path.startswith(wire.CHANGES) for path in hub.asked) > ROUNDS / 2, "not only by snapshots"
        assert here.catalogue is not None
        assert [each.id for each in here.catalogue.services] == [each.id for each in catalogue.services]
        here.client.close()
    renewed = search_tables(tmp_path / "catalogue.db")
    reindex(tmp_path / "catalogue.db", here.store.head)
    assert renewed == search_tables(tmp_path / "catalogue.db"), f"seed {seed}: renewed bit by bit and built at once"


def test_a_service_number_is_not_kept_for_what_is_gone(tmp_path: Path) -> None:
    dice = random.Random(1)
    hub = ManifestHub(begin(dice))
    with peer(hub.play) as line:
        here = Terminal(tmp_path, hub.link(line.url))
        assert here.follow() == InStep()
        hub.publish(replace(begin(dice), services=(service(dice, "s0"),), version=2))
        assert here.follow() == InStep()
        db = catalogue_file.open_reader(tmp_path / "catalogue.db")
        assert db is not None
        assert db.execute("SELECT count(*) FROM service").fetchall() == [(1,)]
        here.client.close()
