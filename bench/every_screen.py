"""Memory of a whole terminal while it goes through every screen, beside the start screen alone in the same process.

    python bench/every_screen.py [--json FILE]

Four rounds, five screens a second, a visit's end after each: the start screen drawn as often as there are screens (each
time at another minute), every screen once, every screen again, the start screen again. The baseline of the first rows
is the most memory of the start screen alone: it must not matter how many screens there are. Takes about 110 seconds.
"""

import argparse
import json
import pickle
import subprocess
import sys
from pathlib import Path

import msgspec
from demo_hall import ROOT, demo_hall
from figures import Figure, report

from kiosk.demo import Demo
from kiosk.view import View
from tests.flows.real_gallery import gallery

CHILD = ROOT / "bench" / "every_screen_child.py"


class Round(msgspec.Struct, frozen=True):
    """Memory in MiB after each screen of a round, and when its visit has ended."""

    taken: list[float]
    after: float

    def most(self, screens: int = 0) -> float:
        """The most while so many screens were shown (0 = all)."""
        return max(self.taken[: screens or None])


class Readings(msgspec.Struct, frozen=True):
    """MiB before the first round, and the rounds."""

    settled: float
    rounds: list[Round]


def screens() -> list[View]:
    """Every screen as the real machine makes it."""
    return [view for _, view in gallery()]


def measure(demo: Demo, rounds: list[list[View]]) -> Readings:
    """Start a terminal of this hall that shows the rounds; RuntimeError with its last words where it failed."""
    views = demo.folder / "rounds.pickle"
    views.write_bytes(pickle.dumps(rounds))
    command = [sys.executable, str(CHILD), str(demo.config), str(demo.folder / "terminal"), str(views)]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return msgspec.convert(json.loads(done.stdout.splitlines()[-1]), Readings)


def start_alone(start: View, count: int) -> list[View]:
    """The start screen so many times, each time as new as another screen would be."""
    clock = (f"{minute // 60:02}:{minute % 60:02}" for minute in range(count))
    return [msgspec.structs.replace(start, header=msgspec.structs.replace(start.header, time=time)) for time in clock]


def main() -> int:
    """Measure and report; exit code 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    shown = screens()
    alone = start_alone(shown[0], len(shown))
    with demo_hall() as demo:
        found = measure(demo, [alone, [*shown, alone[0]], [*shown, alone[0]], alone])
    start, once, again, last = found.rounds
    count = len(shown)
    figures = [
        *(
            Figure(f"most while {part} screens are shown", once.most(part), "MiB", start.most(), times=1.10)
            for part in (count // 4, count // 2, count)
        ),
        Figure("most while all are shown again (beside once)", again.most(), "MiB", once.most(), times=1.02),
        Figure("after every screen was shown once", once.after, "MiB", start.after, times=1.05),
        Figure("after every screen was shown twice (beside once)", again.after, "MiB", once.after, times=1.02),
        Figure("the start screen alone, after all that", last.most(), "MiB", start.most(), times=1.05),
    ]
    return report("Memory over all screens", "start screen alone", figures, options.json)


if __name__ == "__main__":
    sys.exit(main())
