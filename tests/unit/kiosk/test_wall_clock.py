"""The wall clock as the heartbeat tells it: whatever it says, the wire can carry it."""

import time

import msgspec
import pytest

from kiosk import wire
from kiosk.main.workers import wall_ms


@pytest.mark.parametrize("ns", [-(10**18), 0, 1_795_518_000_000_000_000, 2**62])
def test_no_clock_makes_a_heartbeat_the_hub_would_refuse(ns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: ns)
    beat = wire.Heartbeat(version="1", catalogue_version=0, clock_ms=wall_ms())
    assert msgspec.json.decode(msgspec.json.encode(beat), type=wire.Heartbeat) == beat
