"""For each model's row: its simulated peers, a command, and how to see on the peer what really came of it.

A kind of device brings its benches as a module of ``kinds``; ``test_every_row_has_its_cases`` fails until it does.
``TILL`` is a row that only tests know.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from drivers import registry
from drivers.sim.peer import Peer
from drivers.spec import DriverSpec
from tests.contract import kinds
from tests.contract.till_peer import TILL


class Bench(Protocol):
    """What the contract needs to know of a kind."""

    settings: dict[str, Any]
    on_line: dict[str, dict[str, Any]]
    """More settings on a kind of line."""
    tries: int
    """A command right after a mishap may fall victim to it; by this one at the latest the device works as any other."""
    pause_s: float
    """Seconds that a host waits before another try."""
    proves: bool
    """Whether open() can tell that the right device is there (a one-way line cannot)."""
    outcomes: tuple[type, ...]

    def peers(self, spec: DriverSpec) -> dict[str, Callable[[str], Peer]]:
        """Each kind of peer this model may meet, by name; the row's own simulator first."""

    def command(self, job_id: str, after_doubt: bool) -> Any:
        """``after_doubt``: the outcome of the command before is not known."""

    def times_done(self, peer: Peer, job_id: str) -> int:
        """How often the peer has this command's whole result."""

    def mixed(self, peer: Peer) -> list[Any]:
        """Results that hold more than one command."""

    def claims_done(self, outcome: Any) -> bool: ...

    def claims_undone(self, outcome: Any) -> bool: ...


def _brought() -> dict[str, Bench]:
    modules = [
        importlib.import_module(f"{kinds.__name__}.{each.name}") for each in pkgutil.iter_modules(kinds.__path__)
    ]
    return {model: bench for module in modules for model, bench in module.BENCHES.items()}


BENCHES: dict[str, Bench] = _brought()
"""The cases of each row that takes commands, by its model."""
TALKS_LIKE = {
    **dict.fromkeys(
        ("escpos_58", "epson_tm_t20", "epson_tm_t88", "citizen_ct_s", "star_tsp_escpos", "wincor_th230"), "escpos_80"
    ),
    "betabrite": "alpha",
}
"""Rows that share all their code with another, whose thorough cases are theirs too."""
LISTENERS = {"serial_lines", "keyboard"}
"""The rows that take none: ``test_contract_scanner`` has their cases."""


class Setup(msgspec.Struct, frozen=True):
    """One row of the registry with one kind of peer on one kind of line."""

    def __hash__(self) -> int:
        return hash(self.id)

    spec: DriverSpec
    peer: str
    line: str

    @property
    def bench(self) -> Bench:
        return BENCHES[self.spec.model]

    @property
    def id(self) -> str:
        return f"{self.spec.model}-{self.peer}-{self.line}"


ROWS = tuple(row for row in (*registry.rows(), TILL) if row.model not in LISTENERS)


def setups(*lines: str) -> list[Setup]:
    """Every row that takes commands, with the peer that can most."""
    return [Setup(spec, _first_peer(spec), line) for spec in ROWS for line in lines]


def thorough(*lines: str) -> list[Setup]:
    """One model of each way of talking, with every peer it may meet."""
    return [
        Setup(spec, peer, line)
        for spec in ROWS
        if spec.model not in TALKS_LIKE
        for peer in BENCHES[spec.model].peers(spec)
        for line in lines
    ]


def _first_peer(spec: DriverSpec) -> str:
    return next(iter(BENCHES[spec.model].peers(spec)))
