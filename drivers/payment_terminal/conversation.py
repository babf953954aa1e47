"""Runs a dialogue over a real link: bytes in and out, deadlines, and what has to be kept before it is answered.

One thread. A connection that went wrong, or a dialogue whose end is not known, is not used again: ``broken`` says why,
and the host connects anew.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import msgspec

from drivers.host.port import NotDurable
from drivers.payment_terminal.codec.apdu import Apdu
from drivers.payment_terminal.codec.messages import read_message
from drivers.payment_terminal.dialogue import (
    Action,
    Answered,
    Dialogue,
    End,
    Ended,
    Keep,
    NoAbort,
    Rejected,
    Send,
    Show,
    Taken,
    unasked,
    unasked_kept,
)
from drivers.payment_terminal.link import Link, LinkDown, SerialLink, TcpLink
from drivers.payment_terminal.settings import ZvtSettings
from drivers.transport.base import LinkFault, Transport
from kiosk.vocabulary.hardware.problems import Problem

_CHUNK = 4096

Progress = Answered | Rejected | Show | Taken | NoAbort


class Listener(Protocol):
    """Who hears of a dialogue, on its thread."""

    def keep(self, keep: Keep) -> bool:
        """Make it durable; whether that succeeded. Raises NotDurable where nothing may be answered without it."""

    def tell(self, progress: Progress) -> None:
        """This has happened."""

    def cancelled(self) -> bool:
        """Whether nobody wants the result any more."""


class Lost(msgspec.Struct, frozen=True):
    """The link broke. ``begun``: the command may have reached the terminal."""

    problem: Problem
    begun: bool


class Conversation:
    """A connection to one terminal. ``now`` gives seconds that only grow."""

    def __init__(self, transport: Transport, settings: ZvtSettings, now: Callable[[], float]) -> None:
        self._transport, self._settings, self._now = transport, settings, now
        self._link: Link = _link(settings)
        self._inbox: deque[Apdu] = deque()
        self.broken: LinkFault | None = None
        self.proved = False
        """It has registered: what answers is a payment terminal."""

    def open(self) -> None:
        """Connect. Raises LinkFault."""
        self._transport.open()

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def run(self, dialogue: Dialogue, control: int, listener: Listener) -> Ended | Lost:
        """One command, once. An end that was heard counts, also when the link breaks under its acknowledgement. Raises
        NotDurable from the listener; the connection is not used again then."""
        course = _Course(dialogue=dialogue, control=control, listener=listener)
        try:
            return self._run(course)
        except LinkFault as fault:
            self._break(fault)
            return course.end or Lost(fault.problem, course.begun or fault.sent > 0)

    def listen(self, listener: Listener) -> None:
        """Take and answer what came while no command runs. Raises LinkFault, and NotDurable from the listener: the
        message is not answered then, and stays the next one."""
        while (apdu := self._next()) is not None:
            with self._stays_next(apdu):
                self._perform_unasked(unasked(read_message(apdu)), listener)

    def give_up(self, problem: Problem, detail: str) -> None:
        """Do not use this connection again."""
        self._break(LinkFault(problem, detail))

    def _run(self, course: "_Course") -> Ended:
        dialogue = course.dialogue
        self._perform(dialogue.begin(self._now()), course)
        course.begun = True
        while course.end is None:
            if course.listener.cancelled():
                self._perform(dialogue.cancel(self._now()), course)
            apdu = self._next(min(dialogue.due, self._now() + self._settings.look_s))
            if apdu is None:
                self._perform(dialogue.tick(self._now()), course)
                continue
            with self._stays_next(apdu):
                self._perform(dialogue.hear(read_message(apdu, course.control), self._now()), course)
        if course.end.how in (End.NO_ANSWER, End.SILENT):
            self.give_up(Problem.SILENT, "the terminal stopped answering in the middle of a command")
        return course.end

    def _perform(self, actions: list[Action], course: "_Course") -> None:
        for action in actions:
            match action:
                case Send(control=control, data=data):
                    self._send(control, data)
                case Keep():
                    self._perform(course.dialogue.kept(course.listener.keep(action)), course)
                case Ended():
                    course.end = action
                case progress:
                    course.listener.tell(progress)

    def _perform_unasked(self, actions: list[Action], listener: Listener) -> None:
        for action in actions:
            match action:
                case Send(control=control, data=data):
                    self._send(control, data)
                case Keep():
                    self._perform_unasked(unasked_kept(action, listener.keep(action)), listener)
                case Ended():
                    pass
                case progress:
                    listener.tell(progress)

    def _send(self, control: int, data: bytes) -> None:
        self._link.send(control, data, self._now())
        self._flush()

    @contextmanager
    def _stays_next(self, apdu: Apdu) -> Iterator[None]:
        """A message that could not be kept was not answered: it is the next one again."""
        try:
            yield
        except NotDurable:
            self._inbox.appendleft(apdu)
            raise

    def _flush(self) -> None:
        if output := self._link.take_output():
            self._transport.write(output, self._settings.write_s)

    def _next(self, until: float | None = None) -> Apdu | None:
        """The next message; None when none is there by then (None = what is there now, or comes while the line itself
        waits for something). Raises LinkFault."""
        while not self._inbox:
            now = self._now()
            self._take(self._link.tick(now))
            waits = [each for each in (until, self._link.due()) if each is not None]
            data = self._transport.read(_CHUNK, max(0.0, min(waits, default=now) - now))
            self._take(self._link.feed(data, self._now()))
            end = self._link.due() if until is None else until
            if end is None or self._now() >= end:
                break
        return self._inbox.popleft() if self._inbox else None

    def _take(self, received: list[Apdu | LinkDown]) -> None:
        self._flush()
        for each in received:
            if isinstance(each, LinkDown):
                problem = Problem.SILENT if self.proved else Problem.WRONG_DEVICE
                raise LinkFault(problem, each.reason, sent=1)
            self._inbox.append(each)

    def _break(self, fault: LinkFault) -> None:
        """Say what was cut off too: its name, none of its data."""
        half = self._link.cut_off()
        detail = fault.detail if half is None else f"{fault.detail} (in the middle of {half.name})"
        self.broken = LinkFault(fault.problem, detail)


class _Course(msgspec.Struct, kw_only=True):
    """A dialogue on its way. ``begun``: a byte of its command may have left."""

    dialogue: Dialogue
    control: int
    listener: Listener
    begun: bool = False
    end: Ended | None = None


def _link(settings: ZvtSettings) -> Link:
    return TcpLink() if settings.framing == "tcp" else SerialLink(settings.t1_s, settings.t2_s)
