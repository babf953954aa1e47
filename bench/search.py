"""Search per key: the terminal's whole search beside a bare FTS5 SELECT over the same words, in one run.

    python bench/search.py [--sizes 560,10000] [--names FILE_WITH_ONE_NAME_A_LINE | --dldb DIR] [--seed N]

Every text is typed letter by letter; each key is one search. Prints p50, p95, p99 and max in ms by the wall
clock, and p99 of the processor time, which a busy machine does not blur.
"""

import argparse
import gc
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import apsw

from kiosk.catalogue.model import Catalogue, Featured, Queue, Service
from kiosk.catalogue.read import write
from offline_cache.catalogue_file import build, open_reader
from offline_cache.fold import query_words
from offline_cache.search import SearchIndex

LIMIT_MS = 16.0
_FIRST = (
    "Personal,Reise,Führer,Wohn,Gewerbe,Hunde,Eltern,Kinder,Bau,Park,Melde,Geburts,Ehe,Sterbe,Jagd,Fischerei,"
    "Kraftfahrzeug,Grund,Abfall,Wasser,Straßen,Markt,Gaststätten,Waffen,Spiel,Schul,Bildungs,Pflege,Renten"
)
_SECOND = (
    "ausweis,pass,schein,bescheinigung,urkunde,steuer,erlaubnis,genehmigung,anmeldung,abmeldung,gebühr,"
    "zuschuss,hilfe,karte,plakette,register,auskunft,platz,beitrag,befreiung,nachweis,verzeichnis"
)
COMPOUNDS = [first + second for first in _FIRST.split(",") for second in _SECOND.split(",")]
_TAIL = ["", " - Antrag", " - Verlängerung", " beantragen", " für Jugendliche", " - Änderung", " - Ersatz bei Verlust"]
_WORDS = ["Perso", "Ausweis", "Umzug", "Auto", "Hund", "Heirat", "Baby", "Geld", "Müll", "Rente"]
TYPED = [
    "Personalausweis",
    "Persoanlausweis",
    "fürerschein",
    "fuehrerschein",
    "ummelden wohnung",
    "ich möchte meinen Hund anmelden",
    "Gewerbe",
    "ausweis verloren",
    "xyzzy qqq",
    "Geburtsurkunde",
    "Strassenreinigung",
    "parkausweis bewohner",
    "s",
    "a",
    "e",
    "ung",
    "schein",
]


def names_from(args: argparse.Namespace) -> list[str]:
    if args.names:
        return [line.strip() for line in Path(args.names).read_text("utf-8").splitlines() if line.strip()]
    dldb = Path(args.dldb) / "services_de.json"
    if dldb.exists():
        return [str(service["name"]) for service in json.loads(dldb.read_text("utf-8"))["data"]]
    return [compound + tail for compound in COMPOUNDS for tail in _TAIL][::8]


def catalogue_of(size: int, names: list[str], dice: random.Random) -> Catalogue:
    made = list(dict.fromkeys(names))[:size]
    while len(made) < size:
        made.append(f"{dice.choice(COMPOUNDS)}{dice.choice(_TAIL)} {dice.choice(names)}")
    services = tuple(
        Service(
            id=f"s{no}",
            names={"de": name, "en": f"{name} (English)"},
            words={"de": tuple(dice.sample(_WORDS, 3))},
            queue="q",
        )
        for no, name in enumerate(made)
    )
    queue = Queue(id="q", series="A", names={"de": "Bürgeramt"})
    return Catalogue(
        version=1, languages=("de", "en"), services=services, queues=(queue,), featured=(Featured(service="s0"),)
    )


def bare(path: Path) -> Callable[[str], object]:
    db = open_reader(path)
    assert db is not None

    def search(text: str) -> object:
        query = " AND ".join(f'"{word}"*' for word in query_words(text))
        return (
            query
            and db.execute("SELECT rowid FROM find WHERE find MATCH ? ORDER BY rank LIMIT 48", (query,)).fetchall()
        )

    return search


def full(path: Path) -> Callable[[str], object]:
    db = open_reader(path)
    assert db is not None
    index = SearchIndex(db)
    return lambda text: index.search(text, "de")


class Key(NamedTuple):
    """One key: ms by the clock on the wall, ms of this thread's processor time, the text so far."""

    wall: float
    cpu: float
    text: str


def measure(search: Callable[[str], object], rounds: int) -> list[Key]:
    keys: list[Key] = []
    gc.disable()
    for _ in range(rounds):
        for text in TYPED:
            for end in range(1, len(text) + 1):
                wall, cpu = time.perf_counter(), time.thread_time()
                search(text[:end])
                spent = (time.perf_counter() - wall) * 1000, (time.thread_time() - cpu) * 1000
                keys.append(Key(*spent, text[:end]))
    gc.enable()
    return sorted(keys)


def at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def line(what: str, keys: list[Key]) -> str:
    wall, cpu = [key.wall for key in keys], [key.cpu for key in keys]
    numbers = (at(wall, 0.5), at(wall, 0.95), at(wall, 0.99), wall[-1], at(cpu, 0.99))
    return f"{what:26}" + "".join(f"{number:9.2f}" for number in numbers) + f"   {keys[-1].text!r}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="560,10000")
    parser.add_argument("--names", default="")
    parser.add_argument("--dldb", default=str(Path(__file__).parents[2] / "shared" / "data" / "dldb"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    names = names_from(args)
    print(f"seed {args.seed}, SQLite {apsw.sqlite_lib_version()}, {len(names)} names to start from; ms per key")
    print(f"{'':26}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}{'p99 cpu':>9}   slowest text")
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for size in map(int, args.sizes.split(",")):
            path = Path(folder) / f"catalogue-{size}.db"
            catalogue = catalogue_of(size, names, random.Random(args.seed))
            start = time.perf_counter()
            build(path, catalogue, write(catalogue), "bench")
            built = time.perf_counter() - start
            ours = measure(full(path), args.rounds)
            print(line(f"{size} services, search", ours))
            print(line(f"{size} services, bare FTS5", measure(bare(path), args.rounds)))
            print(f"{size} services, built in {built:.2f} s, {path.stat().st_size / 1e6:.1f} MB")
            good = good and at([key.wall for key in ours], 0.99) <= LIMIT_MS
    print(f"p99 <= {LIMIT_MS:.0f} ms per key: {'yes' if good else 'NO'}")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
