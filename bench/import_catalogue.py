"""Import of a large XZuFi delivery: time and most memory of ``kiosk import`` beside lxml's bare parse of the same file.

    python bench/import_catalogue.py [--services 10000] [--languages 13] [--seed 1] [--json FILE]

Each runs in a process of its own; memory is the most the kernel saw (``ru_maxrss``). A second import of the delivery
with one changed text shows what comparing costs when nearly nothing is new.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from figures import Figure, report
from xzufi_generator import write

from hub import sites
from hub.sites import Site
from hub.store.engine import Store

ROOT = Path(__file__).resolve().parents[1]
BARE = "import sys\nfrom lxml import etree\netree.parse(sys.argv[1], etree.XMLParser(huge_tree=True)).getroot()"
STREAM = "import sys\nfrom lxml import etree\nfor _, each in etree.iterparse(sys.argv[1], huge_tree=True): each.clear()"


class Run(NamedTuple):
    """What a process took."""

    seconds: float
    cpu: float
    mib: float


def measured(*command: str) -> Run:
    """Run a process; its time by the clock, its processor time, its most memory."""
    start = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{command[:4]} ended with {child.returncode}")
    return Run(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def hub_at(folder: Path) -> Path:
    """A hub with a site and nothing in it."""
    store = Store(folder / "hub.db")
    site = Site("s", "Stadt Musterstadt", "Rathaus", "Europe/Berlin", "")
    store.write_now(lambda connection: sites.add_site(connection, site, 0))
    store.close()
    return folder


def change_one_text(source: Path) -> None:
    """Write over the first title, in place: this process must stay small, a child begins with its parent's memory."""
    old, new = b"beantragen<", b" anfordern<"
    with source.open("r+b") as file:
        at = file.read(64 * 1024).index(old)
        file.seek(at)
        file.write(new)


def imported(source: Path, data: Path) -> Run:
    return measured(sys.executable, "-m", "kiosk.cli", "import", "xzufi", str(source), "--data", str(data))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=10_000)
    parser.add_argument("--languages", type=int, default=13)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source, data = Path(folder) / "delivery.xml", hub_at(Path(folder))
        write(source, args.services, args.languages, args.seed)
        bare = measured(sys.executable, "-c", BARE, str(source))
        stream = measured(sys.executable, "-c", STREAM, str(source))
        nothing = measured(sys.executable, "-c", "import hub.catalogue.import_runs.cli")
        first = imported(source, data)
        change_one_text(source)
        second = imported(source, data)
        megabytes, size = source.stat().st_size / 1e6, (data / "hub.db").stat().st_size / 1e6
    print(f"seed {args.seed}: {args.services} services x {args.languages} languages")
    print(f"the delivery has {megabytes:.0f} MB, hub.db afterwards {size:.0f} MB")
    print(f"lxml's iterparse that keeps nothing: {stream.seconds:.1f} s, {stream.mib:.0f} MiB;")
    print(f"the program alone, before it reads anything: {nothing.mib:.0f} MiB")
    return report(
        "Import of a delivery",
        "lxml bare parse",
        [
            Figure("first import, time", first.seconds, "s", bare.seconds),
            Figure("first import, processor", first.cpu, "s", bare.cpu),
            Figure("one changed text, time", second.seconds, "s", bare.seconds),
            Figure("first import, most memory", first.mib, "MiB", bare.mib, times=1.0),
            Figure("one changed text, most memory", second.mib, "MiB", bare.mib, times=1.0),
        ],
        args.json,
    )


if __name__ == "__main__":
    raise SystemExit(main())
