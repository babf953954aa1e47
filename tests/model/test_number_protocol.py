"""Bounded model check of the number protocol, and the five mutants it must catch (docs/number-protocol.md)."""

import os
import time

import pytest

from tests.model.number_checker import search
from tests.model.number_protocol import Limits, Mutant

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
STATES = 1_000_000 if FULL else 60_000
MODELS = {
    "one terminal, two visitors": Limits(terminals=1, visitors=2),
    "two terminals, two visitors": Limits(terminals=2, visitors=2),
    "one terminal, three visitors, more accidents": Limits(1, 3, crashes=2, wipes=2, losses=2, doubles=2),
}
ACCIDENTS = {
    Mutant.NOT_IDEMPOTENT: Limits(1, 2, crashes=0, wipes=0, losses=0),
    Mutant.MERGE_INSERTS: Limits(1, 2, crashes=0, wipes=0, doubles=0),
    Mutant.PAPER_FIRST: Limits(1, 2, wipes=0, losses=0, doubles=0),
    Mutant.SLOT_REUSED: Limits(1, 2, crashes=0, losses=0, doubles=0),
    Mutant.NO_TOMBSTONE: Limits(1, 1, crashes=0, wipes=0, losses=0, doubles=0),
}
"""The accidents each mutant needs to show itself."""
SHARE = STATES // (2 * len(MODELS))


@pytest.mark.parametrize("name", MODELS)
def test_the_protocol_holds(name: str) -> None:
    seed = time.time_ns() % 1_000_000
    near, deep = search(MODELS[name], Mutant.NONE, SHARE), search(MODELS[name], Mutant.NONE, SHARE, seed)
    print(f"{name}: {near}, at random with seed {seed}: {deep}")
    assert not near.fault, f"{near.fault}: {' > '.join(near.way)}"
    assert not deep.fault, f"seed {seed}: {deep.fault}: {' > '.join(deep.way)}"
    assert near.states + deep.states >= min(2 * SHARE, 10_000)
    assert deep.at_rest > 100, "a search that meets no state at rest proves nothing about lost tickets"


@pytest.mark.parametrize("mutant", ACCIDENTS)
def test_each_mutant_is_caught(mutant: Mutant) -> None:
    found = search(ACCIDENTS[mutant], mutant, 100_000)
    print(f"{mutant.value}: {found.fault} after {len(found.way) - 1} steps, {found.states} states")
    assert found.fault
    sound = search(ACCIDENTS[mutant], Mutant.NONE, 2 * found.states)
    assert not sound.fault, "the protocol itself must hold where its mutant falls"


def test_every_mutant_has_its_trial() -> None:
    assert set(ACCIDENTS) == set(Mutant) - {Mutant.NONE}
