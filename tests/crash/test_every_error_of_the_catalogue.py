"""The n-th call to the disk fails, for every n: the last good catalogue stays, nothing crashes, staff can see why."""

import itertools
import os
import random
from collections.abc import Iterator
from typing import NamedTuple

import apsw
import pytest

from kiosk.eventlog import EVENTS
from offline_cache.catalogue.catalogue_sync import CatalogueSync
from offline_cache.catalogue.follow import InStep
from tests.crash import power_catalogue
from tests.crash.power_catalogue import LANGUAGES, Followed, Reader
from tests.crash.power_disk import MISHAPS, PowerDisk
from tests.crash.power_editions import PlayedHub, editions

SEED = int(os.environ.get("KIOSK_SEED", random.SystemRandom().randrange(10**9)))
FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
FIRST, BY_CHANGES, BY_SNAPSHOT = 0, 1, 2
"""Editions that a terminal takes in these ways, one after the other."""
TOLD = {"catalogue-not-stored", "catalogue-unreadable"}


class Life(NamedTuple):
    """A start, switches of the catalogue, and one mishap somewhere in them."""

    disk: PowerDisk
    hub: PlayedHub
    so_far: Followed
    reader: Reader
    outcomes: tuple[object, ...]


def live(disk: PowerDisk, languages: tuple[str, ...], follows: tuple[int, ...]) -> Life:
    hub, so_far = PlayedHub(FIRST), Followed()
    so_far.shown, so_far.seq = hub.edition, hub.edition.seq
    reader = Reader(disk, hub, so_far, languages)
    outcomes = []
    for hub.at in follows:
        outcomes.append(reader.follow())
        reader.next_visit()
    reader.close()
    return Life(disk, hub, so_far, reader, tuple(outcomes))


def lives(
    mishap: tuple[type[apsw.Error], bool], languages: tuple[str, ...], follows: tuple[int, ...]
) -> Iterator[Life]:
    """A life for each call that can fail, until a life meets no mishap; at the standard size for every sixth call."""
    error, lasting = mishap
    step = 1 if FULL else 10
    print(f"seed {SEED}, every {step}. call")
    for at in itertools.count(1 + SEED % step, step):
        disk = PowerDisk(f"{mishap}-{len(languages)}-{at}", power_catalogue.begun(FIRST))
        disk.fail_at, disk.error, disk.lasting = at, error, lasting
        yield live(disk, languages, follows)
        if disk.looked < at:
            return


def check(life: Life) -> None:
    """What was said while the disk was ill, and what a start finds when it is well again."""
    said = set(life.reader.notes.ids)
    assert said <= TOLD, f"no file was damaged: {life.reader.notes.lines}"
    assert all(fields["detail"] for _, fields in life.reader.notes.lines), "staff are told nothing"
    assert said or all(outcome == InStep() for outcome in life.outcomes), f"nobody was told of {life.outcomes}"
    life.disk.fail_at = 0
    again = Reader(life.disk, life.hub, life.so_far)
    assert power_catalogue.faults(again) == []
    again.close()


@pytest.mark.parametrize("mishap", MISHAPS.values(), ids=MISHAPS.keys())
def test_every_call_of_a_switch_fails(mishap: tuple[type[apsw.Error], bool]) -> None:
    outcomes = {}
    for life in lives(mishap, LANGUAGES[0], (BY_CHANGES, BY_SNAPSHOT)):
        check(life)
        outcomes |= {type(outcome): (outcome, life.reader) for outcome in life.outcomes}
    assert life.outcomes == (InStep(), InStep()), "the life without a mishap did not switch: nothing was tried"
    assert life.reader.notes.ids == []
    assert life.disk.looked > 120, "hardly anything was tried"
    print(f"{life.disk.looked} calls, {', '.join(each.__name__ for each in outcomes)}")
    assert len(outcomes) > 1, "no mishap kept a catalogue from being stored"
    for outcome, reader in outcomes.values():
        sync = CatalogueSync(editions()[1], reader.thread)
        sync._settle(outcome)  # type: ignore[arg-type]
        assert sync.codes == (() if outcome == InStep() else ("catalogue_refused",)), "the heartbeat does not tell"
    assert EVENTS.keys() >= TOLD


@pytest.mark.parametrize("mishap", MISHAPS.values(), ids=MISHAPS.keys())
def test_every_call_of_a_start_in_other_languages_fails(mishap: tuple[type[apsw.Error], bool]) -> None:
    """The search tables are made anew: the same catalogue, written and switched to once more."""
    for life in lives(mishap, LANGUAGES[1], ()):
        check(life)
        assert life.reader.catalogue is not None or mishap == MISHAPS["I/O errors from then on"]
    assert life.reader.notes.ids == []
    assert life.disk.looked > 50, "hardly anything was tried"
