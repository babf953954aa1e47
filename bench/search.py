"""Search per key: the terminal's whole search beside a bare FTS5 SELECT over the same words, in one run.

    python bench/search.py [--sizes 560x2,10000x13] [--names FILE_WITH_ONE_NAME_A_LINE | --dldb DIR] [--seed N]

A size is services x languages. German texts are typed on a German screen and on an Arabic one, Arabic names on the
Arabic one. ``--folder`` keeps what was built there for the next run. Every text is typed letter by letter; each key is
one search. Prints p50, p95, p99 and max in ms by the wall clock, and p99 of the processor time, which a busy machine
does not blur.
"""

import argparse
import gc
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import apsw
from big_catalogue import LANGUAGES, catalogue_of, names_from, state_of

from kiosk.catalogue.model import Catalogue
from offline_cache.catalogue.file import open_reader
from offline_cache.catalogue.normalize import query_words
from offline_cache.catalogue.search import SearchIndex
from offline_cache.catalogue.store import CatalogueStore

LIMIT_MS = 16.0
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


def bare(path: Path, lang: str) -> Callable[[str], object]:
    db = open_reader(path)
    assert db is not None

    def search(text: str) -> object:
        query = " AND ".join(f'"{word}"*' for word in query_words(text))
        sql = "SELECT rowid FROM find_{0} WHERE find_{0} MATCH ? ORDER BY rank LIMIT 48"
        return query and [db.execute(sql.format(no), (query,)).fetchall() for no in numbers]

    numbers = [no for no, tag in db.execute("SELECT no, tag FROM language") if tag in (lang, "en", "de")]
    return search


def full(path: Path, lang: str) -> Callable[[str], object]:
    db = open_reader(path)
    assert db is not None
    index = SearchIndex(db)
    return lambda text: index.search(text, lang)


class Key(NamedTuple):
    """One key: ms by the clock on the wall, ms of this thread's processor time, the text so far."""

    wall: float
    cpu: float
    text: str


def measure(search: Callable[[str], object], typed: list[str], rounds: int) -> list[Key]:
    keys: list[Key] = []
    gc.disable()
    for _ in range(rounds):
        for text in typed:
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
    return f"{what:36}" + "".join(f"{number:9.2f}" for number in numbers) + f"   {keys[-1].text!r}"


def built(path: Path, catalogue: Catalogue, shown: tuple[str, ...]) -> Path:
    """The catalogue stored by a terminal that shows these languages."""
    if path.exists():
        return path
    head, changes = state_of(catalogue)
    start = time.perf_counter()
    stored = CatalogueStore(path, languages=shown).take(changes, head, onto=False)
    assert isinstance(stored, Catalogue), stored
    spent = time.perf_counter() - start
    print(f"{path.name}: {len(changes)} records built in {spent:.1f} s, {path.stat().st_size / 1e6:.0f} MB")
    return path


def arabic(catalogue: Catalogue) -> list[str]:
    return [service.names["ar"] for service in catalogue.services[:: max(1, len(catalogue.services) // 20)]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="560x2,10000x13")
    parser.add_argument("--names", default="")
    parser.add_argument("--dldb", default=str(Path(__file__).parents[2] / "shared" / "data" / "dldb"))
    parser.add_argument("--folder", default="")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    names = names_from(args.names, args.dldb)
    print(f"seed {args.seed}, SQLite {apsw.sqlite_lib_version()}, {len(names)} names to start from; ms per key")
    print(f"{'':36}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}{'p99 cpu':>9}   slowest text")
    good = True
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(args.folder or temporary)
        for size in args.sizes.split(","):
            services, languages = map(int, size.split("x"))
            made = catalogue_of(services, LANGUAGES[:languages], names, random.Random(args.seed))
            path = built(folder / f"catalogue-{size}.db", made, made.languages)
            screens = [("de", TYPED)] + ([("ar", TYPED), ("ar", arabic(made))] if "ar" in made.languages else [])
            for number, (lang, typed) in enumerate(screens):
                what = f"{size}, {lang}{' own words' if number == 2 else ''}"
                ours = measure(full(path, lang), typed, args.rounds)
                print(line(f"{what}, search", ours))
                print(line(f"{what}, bare FTS5", measure(bare(path, lang), typed, args.rounds)))
                good = good and at([key.wall for key in ours], 0.99) <= LIMIT_MS
    print(f"p99 <= {LIMIT_MS:.0f} ms per key: {'yes' if good else 'NO'}")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
