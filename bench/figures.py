"""How a bench says what it found: a markdown table, JSON if wanted, and an exit code that tells if limits hold."""

import json
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Figure(NamedTuple):
    """One measured value beside its baseline. ``limit`` is for the value; ``times`` for the ratio to the baseline."""

    name: str
    value: float
    unit: str
    baseline: float
    limit: float | None = None
    times: float | None = None
    least: bool = False
    """The limit is a floor, not a ceiling."""

    @property
    def ratio(self) -> float:
        """Value to baseline."""
        return self.value / self.baseline if self.baseline else math.nan

    @property
    def holds(self) -> bool:
        """Whether value and ratio keep to their limits."""
        within = self.limit is None or (self.value >= self.limit if self.least else self.value <= self.limit)
        return within and (self.times is None or self.ratio <= self.times)


class Spread(NamedTuple):
    """Percentiles of a row of measurements."""

    p50: float
    p95: float
    p99: float


def spread(values: Sequence[float]) -> Spread:
    """Percentiles by nearest rank."""
    ordered = sorted(values)
    return Spread(*(ordered[max(0, math.ceil(share * len(ordered)) - 1)] for share in (0.50, 0.95, 0.99)))


def report(title: str, baseline: str, figures: Sequence[Figure], target: Path | None) -> int:
    """Print the table, write the JSON; 0 when every limit holds."""
    print(f"### {title}\n\n| figure | ours | {baseline} | ratio | limit |\n| --- | ---: | ---: | ---: | --- |")
    for each in figures:
        limit = _limit(each)
        print(
            f"| {each.name} | {each.value:.1f} {each.unit} | {each.baseline:.1f} {each.unit} "
            f"| {each.ratio:.2f} | {limit} |"
        )
    print(f"\n(load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)\n")
    if target is not None:
        target.write_text(json.dumps([each._asdict() | {"holds": each.holds} for each in figures], indent=1), "utf-8")
    return 0 if all(each.holds for each in figures) else 1


def _limit(each: Figure) -> str:
    parts = []
    if each.limit is not None:
        parts.append(f"{'>=' if each.least else '<='} {each.limit:g} {each.unit}")
    if each.times is not None:
        parts.append(f"<= {each.times:g} x")
    return f"{', '.join(parts)}: {'holds' if each.holds else 'MISSED'}" if parts else ""
