"""Visits in one process with pixels: memory, threads and descriptors stay where they are."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from lobby.display import VirtualDisplay

from drivers.sim.printer import Abilities, PrinterPeer
from kiosk.config import Timing
from kiosk.demo import PORTRAIT, Demo

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
VISITS, WARM = (5000, 300) if FULL else (100, 30)
GROWTH = 0.05


def test_visits_grow_nothing(tmp_path: Path) -> None:
    demo = Demo(tmp_path, PORTRAIT, fixed_ports=False)
    printer = PrinterPeer("tcp", abilities=Abilities(mm_per_s=100_000))
    try:
        demo.start_hub()
        demo.devices = {"printer": printer.start()}
        demo.write_config(Timing(tickets_per_minute=100_000, hand_back_s=30, take_ticket_s=30))
        readings = run(demo, tmp_path)
    finally:
        printer.stop()
        demo.stop()
    assert readings[-1]["visits"] == VISITS
    warm = [each for each in readings if each["visits"] >= WARM]
    first = statistics.median(each["rss"] for each in warm[:3])
    last = statistics.median(each["rss"] for each in warm[-3:])
    print(f"memory {first / 2**20:.1f} -> {last / 2**20:.1f} MiB over {VISITS} visits")
    assert last <= first * (1 + GROWTH), f"memory grew from {first} to {last} bytes"
    assert warm[-1]["threads"] <= warm[0]["threads"], readings
    assert warm[-1]["files"] <= warm[0]["files"] + 1, readings  # one more while a request is under way
    assert len(printer.slips) >= VISITS


def run(demo: Demo, folder: Path) -> list[dict[str, int]]:
    child = Path(__file__).with_name("visits_child.py")
    command = [sys.executable, str(child), str(demo.config), str(folder / "terminal"), str(VISITS)]
    display = VirtualDisplay(
        demo.panel.width_px, demo.panel.height_px
    )  # SDL's offscreen driver never frees what it drew
    env = os.environ | {"DISPLAY": display.start()}
    env.pop("SDL_VIDEODRIVER", None)
    try:
        with (folder / "child.log").open("wb") as log:
            done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=log, check=False, timeout=7000)
    finally:
        display.stop()
    assert done.returncode == 0, (folder / "child.log").read_text("utf-8", "replace")[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]
