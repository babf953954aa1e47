"""Cold load of the terminal's catalogue beside reading the bytes of its file, each in a process of its own.

    python bench/catalogue_load.py [--sizes 560x2,10000x13] [--folder DIR] [--json FILE]

A size is services x languages. A terminal that shows German, English and Arabic is measured, and for thirteen languages
one that shows them all. "Load" is everything until the core could take it: records checked against their checksums,
joined, checked, indexed by id. Memory is what the process has grown by in between (most, not what is left).
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from big_catalogue import LANGUAGES, catalogue_of, names_from
from figures import Figure, report
from search import built

SHOWN = ("de", "en", "ar")
PEAK = """def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""
LOAD = """
import json, re, sys, time
from pathlib import Path
PEAK
from kiosk.catalogue.index import index_of
from offline_cache.catalogue.store import CatalogueStore
path, shown = Path(sys.argv[1]), sys.argv[2].split(",")
before = peak()
start, cpu = time.perf_counter(), time.process_time()
catalogue = CatalogueStore(path, languages=shown).load()
index = index_of(catalogue)
spent, busy = time.perf_counter() - start, time.process_time() - cpu
grown = peak() - before
print(json.dumps([spent * 1000, busy * 1000, grown / 1024, len(index.services)]))
"""
READ = """
import json, re, sys, time
from pathlib import Path
PEAK
before = peak()
start, cpu = time.perf_counter(), time.process_time()
with open(sys.argv[1], "rb") as file:
    size = len(file.read())
spent, busy = time.perf_counter() - start, time.process_time() - cpu
grown = peak() - before
print(json.dumps([spent * 1000, busy * 1000, grown / 1024, size]))
"""


def child(code: str, *words: str, runs: int) -> tuple[float, float, float, int]:
    """Medians over some runs: ms, ms of processor time, MiB; then what it found."""
    found = [
        json.loads(subprocess.check_output([sys.executable, "-c", code.replace("PEAK", PEAK), *words]))
        for _ in range(runs)
    ]
    spent, busy, grown = (statistics.median(each[at] for each in found) for at in range(3))
    return spent, busy, grown, int(found[0][3])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="560x2,10000x13")
    parser.add_argument("--names", default="")
    parser.add_argument("--dldb", default=str(Path(__file__).parents[2] / "shared" / "data" / "dldb"))
    parser.add_argument("--folder", default="")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, default=None)
    args = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(args.folder or temporary)
        for size in args.sizes.split(","):
            services, languages = map(int, size.split("x"))
            for shown in dict.fromkeys((SHOWN, LANGUAGES[:languages]) if languages > 2 else (SHOWN,)):
                path = folder / f"catalogue-{size}{'' if shown != SHOWN else '-three'}.db"
                names = names_from(args.names, args.dldb)
                made = catalogue_of(services, LANGUAGES[:languages], names, random.Random(args.seed))
                built(path, made, shown)
                spent, busy, grown, loaded = child(LOAD, str(path), ",".join(shown), runs=args.runs)
                read, read_busy, read_grown, _ = child(READ, str(path), runs=args.runs)
                assert loaded == services
                what = f"{size}, {len(shown)} shown"
                figures.append(Figure(f"{what}: load", spent, "ms", read))
                figures.append(Figure(f"{what}: processor time", busy, "ms", read_busy))
                figures.append(Figure(f"{what}: memory", grown, "MiB", read_grown))
    return report("Cold load of the catalogue", "reading the file's bytes", figures, args.json)


if __name__ == "__main__":
    raise SystemExit(main())
