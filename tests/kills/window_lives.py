"""Lives of a real terminal: visitors tap as fast as the screen allows until the process is killed at a drawn moment."""

import random
import signal
import threading
import time
from enum import Enum
from typing import NamedTuple

from lobby.trace import Drawn

from kiosk import wire
from tests.faults.fault_proxy import Fault, FaultProxy
from tests.faults.hall import HubProcess, Kiosk

START_S = 1.7
"""From the process's begin to its start screen, on a machine with nothing else to do."""
LIFE_S = 600.0
"""A life that lasts so long stands still."""
NEXT = {
    "start": ("featured:",),
    "ticket": ("finish",),
    "ticket_no_paper": ("finish",),
    "ticket_unconfirmed": ("finish",),
    "no_number": ("again", "finish"),
    "handed_back": ("start",),
}
"""What a visitor touches on each screen: the first of these controls that is there. Elsewhere they wait."""
AGAIN_S = 1.0
"""A touch that changed nothing is made again after so long."""


class Since(Enum):
    """What a kill is counted from."""

    BEGIN = "its begin"
    TOUCH = "the touch on a tile"
    ASKED = "the hub was asked"
    PAPER = "the first byte of the slip"


class Plan(NamedTuple):
    """How one life ends."""

    since: Since
    visitor: int
    """Whose touch, number or slip counts, from 1."""
    after_s: float
    """From there to the kill."""
    gives_back: bool
    """Its visitors do not take their numbers with them but give them back."""
    eager: bool
    """The first one touches a tile before the terminal has found its printer."""

    def __str__(self) -> str:
        manners = f"{', giving back' * self.gives_back}{', eager' * self.eager}"
        return f"visitor {self.visitor}, killed {self.after_s:.3f} s after {self.since.value}{manners}"


SPANS = (
    (Since.BEGIN, START_S),
    (Since.TOUCH, 2.0),
    (Since.ASKED, 0.05),
    (Since.PAPER, 0.05),
    (Since.TOUCH, 0.5),
    (Since.TOUCH, 2.0),
)
"""Seconds in which the moment of a kill is drawn. A whole visit takes two of them, the number and the begin of its slip
half of one."""


def plans(dice: random.Random, count: int) -> list[Plan]:
    """The lives of one terminal, in any order."""
    made = []
    for since, after_s in _moments(dice, count):
        visitor = dice.randint(1, 2)
        made.append(Plan(since, visitor, after_s, gives_back=dice.random() < 0.25, eager=dice.random() < 0.25))
    return made


def _moments(dice: random.Random, count: int) -> list[tuple[Since, float]]:
    """Each span as often as the others, and one kill in each part of it, so that few kills fall everywhere too."""
    made = []
    for which, (since, span_s) in enumerate(SPANS):
        parts = len(range(which, count, len(SPANS)))
        made += [(since, span_s * (part + dice.random()) / parts) for part in range(parts)]
    dice.shuffle(made)
    return made


def live(kiosk: Kiosk, line: FaultProxy, plan: Plan, pace: float) -> None:
    """One life of the process, from its begin to its kill; on this machine all takes ``pace`` times as long.

    Raises AssertionError when it ends by itself or stands.
    """
    kiosk.launch()
    killer = threading.Timer(plan.after_s * pace, kiosk.kill)
    if plan.since is Since.BEGIN:
        killer.start()
    visitors = Visitors(kiosk, plan)
    end = time.monotonic() + LIFE_S
    while kiosk.ended() is None:
        assert time.monotonic() < end, f"{kiosk.folder.name} stands at {visitors.seen}"
        if visitors.about_to_draw() and visitors.drew + 1 == plan.visitor:
            _wind_up(killer, kiosk, line, plan.since)
        visitors.turn()
    kiosk.printer.on_first_job_byte(None)
    line.on_request = None
    assert kiosk.ended() == -signal.SIGKILL, f"{kiosk.folder.name} ended by itself with {kiosk.ended()}"
    killer.join()


def _wind_up(killer: threading.Timer, kiosk: Kiosk, line: FaultProxy, since: Since) -> None:
    """The visitor that counts is about to touch the tile."""

    def asked(request: str) -> None:
        if request == f"POST {wire.TICKETS}":
            line.on_request = None
            killer.start()

    def first_byte(_at_ns: int) -> None:
        kiosk.printer.on_first_job_byte(None)
        killer.start()

    match since:
        case Since.BEGIN:
            pass
        case Since.TOUCH:
            killer.start()
        case Since.ASKED:
            line.on_request = asked
        case Since.PAPER:
            kiosk.printer.on_first_job_byte(first_byte)


class Visitors:
    """One visitor after the other at one terminal."""

    def __init__(self, kiosk: Kiosk, plan: Plan) -> None:
        self._kiosk, self._gives_back, self._may_draw = kiosk, plan.gives_back, plan.eager
        self.drew = 0
        """How many have touched a tile."""
        self.seen: Drawn | None = None
        self._touched: tuple[str, float] = ("", 0.0)

    def about_to_draw(self) -> bool:
        """Look at the screen: whether the next touch is one on a tile."""
        self.seen = self._kiosk.trace.newest()
        control = self._wanted()
        if not control.startswith("featured:") or not self._is_time(control):
            return False
        self._may_draw = self._may_draw or self._kiosk.has_printer()
        return self._may_draw

    def turn(self) -> None:
        """Touch what the screen that was looked at asks for, or wait a moment."""
        control = self._wanted()
        if self.seen is None or not control or not self._is_time(control) or not self._may_draw:
            time.sleep(0.03)
            return
        self.drew += control.startswith("featured:")
        self._kiosk.finger.tap_at(*self.seen.boxes[control].middle)
        self._touched = (f"{self.seen.screen} {control}", time.monotonic())

    def _wanted(self) -> str:
        if self.seen is None:
            return ""
        wishes = ("hand_back",) * self._gives_back + NEXT.get(self.seen.screen, ())
        boxes = self.seen.boxes
        return next((box for wish in wishes for box in boxes if box.startswith(wish)), "")

    def _is_time(self, control: str) -> bool:
        assert self.seen is not None
        what, at = self._touched
        return what != f"{self.seen.screen} {control}" or time.monotonic() > at + AGAIN_S


class Weather(threading.Thread):
    """The hub is away now and then: killed and started again, or the lines take requests and bring no answers."""

    AWAY = (Fault.LOST_ANSWER, Fault.HALF_OPEN, Fault.CUT, None)

    def __init__(self, hub: HubProcess, lines: list[FaultProxy], dice: random.Random) -> None:
        super().__init__(daemon=True)
        self._hub, self._lines, self._dice = hub, lines, dice
        self.outages = 0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(self._dice.uniform(3, 8)):
            self._away(self._dice.choice(self.AWAY), self._dice.uniform(2, 5))
            self.outages += 1

    def _away(self, fault: Fault | None, seconds: float) -> None:
        if fault is None:
            self._hub.down(signal.SIGKILL)
            self.over.wait(seconds)
            self._hub.up()
            return
        for line in self._lines:
            line.fault = fault
        self.over.wait(seconds)
        for line in self._lines:
            line.fault = Fault.NONE
