"""The driver of queue displays: keeps a wanted frame and brings the display to it.

Most sites are wired one way: nothing ever tells that a frame arrived. So what is wanted is sent when it changes, after
every connecting, and again each minute; and "handed over" is all that is claimed.
"""

from collections.abc import Callable

import msgspec

from drivers.host.port import DriverFault, Job
from drivers.queue_display.codec import Codec, Message, Wiring
from drivers.queue_display.frame import ShowFrame
from drivers.queue_display.turns import Turns
from drivers.transport.base import Transport
from kiosk.vocabulary.hardware.device_events import DeviceFact
from kiosk.vocabulary.hardware.devices import Identity, SelfTestReport, Status
from kiosk.vocabulary.hardware.display_frame import Frame, Row
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.outcomes import NotShown, Shown, ShowOutcome

AGAIN_S = 60.0
_WRITE_S = 3.0
_CHUNK = 256

_ONE_WAY = Status(unknown=True, detail="one-way line: frames are handed over, their arrival is not confirmed")


class QueueDisplay:
    """One display behind one transport (``port.Driver[ShowFrame, ShowOutcome]``)."""

    def __init__(
        self, transport: Transport, codec: Codec, identity: Identity, wiring: Wiring, now: Callable[[], float]
    ) -> None:
        self._transport = transport
        self._codec = codec
        self._identity = identity
        self._wiring = wiring
        self._now = now
        self._wanted: Frame | None = None
        self._turns = Turns(codec.lines, wiring.fresh_s)
        self._sent: dict[str, tuple[Message, float]] = {}

    def open(self) -> Identity:
        """Connect. What answers cannot be proved: nothing does. Raises DriverFault."""
        self._transport.open()
        self._sent.clear()
        for message in self._codec.hello():
            self._send(message)
        return self._identity

    def poll(self, job: Job) -> Status:
        """See that the line is still there, and send what is due. Raises DriverFault when the line is gone."""
        self._transport.read(_CHUNK, 0.0)
        self._converge()
        return _ONE_WAY

    def execute(self, command: ShowFrame, job: Job) -> ShowOutcome:
        """Show this from now on; what is news in it, long enough to be read. Once it has begun it is not cancelled:
        half a frame would stand there."""
        if job.cancelled():
            return NotShown(Problem.CANCELLED)
        self._wanted = command.frame
        self._turns.take(self._wanted.rows, self._now())
        try:
            self._converge()
        except DriverFault as fault:
            return NotShown(fault.problem)
        return Shown()

    def recover(self, fact: DeviceFact) -> ShowOutcome:
        """A frame is not kept over a restart: whoever wants it sends it anew."""
        return NotShown(Problem.LINK_LOST)

    def self_test(self) -> SelfTestReport:
        """Light every dot, then an example call. People must look: the line tells nothing."""
        example = Frame(rows=(Row("A 123", "8"),))
        try:
            for message in (*self._codec.all_dots(), *self._codec.frame(example, alone=False)):
                self._send(message)
        except DriverFault as fault:
            return SelfTestReport(False, (f"not handed over: {fault}",))
        finally:
            self._sent.clear()
        return SelfTestReport(True, ("all dots: handed over", "example call: handed over", "arrival: not confirmed"))

    def close(self) -> None:
        """Let go of the line; the display keeps what it shows."""
        self._transport.close()

    def _converge(self) -> None:
        """Send the parts of the wanted frame that differ from what was sent, or were sent long ago."""
        if self._wanted is None:
            return
        now = self._now()
        lines = self._turns.now(now)
        frame = msgspec.structs.replace(self._wanted, rows=lines.rows)
        for message in self._codec.frame(frame, alone=lines.alone):
            last, at = self._sent.get(message.part, (None, 0.0))
            if message != last or now - at >= AGAIN_S:
                self._send(message)
        self._turns.shown(self._now())

    def _send(self, message: Message) -> None:
        """Piece by piece; a part that broke off counts as never sent."""
        self._sent.pop(message.part, None)
        for piece in message.pieces:
            self._transport.write(piece, _WRITE_S)
            self._listen(len(piece) / self._wiring.bytes_per_s + self._wiring.pause_s)
        self._sent[message.part] = (message, self._now())

    def _listen(self, seconds: float) -> None:
        """Let the line carry what was written, and the display take it in: what a closed line still holds is lost.

        Listening instead of sleeping: a sign wired both ways may say something, which is dropped.
        """
        until = self._now() + seconds
        while (left := until - self._now()) > 0:
            self._transport.read(_CHUNK, left)
