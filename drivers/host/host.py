"""The host of one device: its states, its back-off, and the memory of what it has done.

The host knows no protocol. Everything that goes wrong becomes a state. A call that does not come back within its limit
is given up: its thread is abandoned and the next generation starts with a new driver. Nothing waits in line for a
device that is away: a slip that comes out minutes later is worse than none.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from drivers.host.clock import Clock
from drivers.host.device_thread import DeviceThread
from drivers.host.job_book import JobBook
from drivers.host.port import DeviceSaid, Driver, DriverFault, JobEnded, Recovered
from drivers.spec import Limits
from kiosk.vocabulary.events import DeviceChanged
from kiosk.vocabulary.hardware.device_events import DeviceEvent, DeviceFact
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus, Identity, Status
from kiosk.vocabulary.hardware.problems import REMEDIES, Problem, Severity
from kiosk.vocabulary.ids import NO_JOB, JobId

C = TypeVar("C")
R = TypeVar("R")

_WAITING_MAX = 16
_ABANDONED_MAX = 4
"""So many hung threads may lie about; then the host waits for one to wake instead of making more."""
_BACKOFF_S = (1.0, 30.0)
_SETTLED_S = 10.0
"""A device that was well for so long starts its back-off anew."""
_FAILED = frozenset({Problem.BAD_CONFIG, Problem.WRONG_DEVICE, Problem.HUNG, Problem.BUG})
_CLOSED = frozenset({DeviceState.DISABLED, DeviceState.OFFLINE, DeviceState.FAILED})


class HostCallbacks(msgspec.Struct, frozen=True, kw_only=True):
    """What a host calls. Called from its threads, without its lock; all but ``persist`` must be quick.

    ``emit``: the status is another than before. ``finished``: a command ended, once for each ``submit`` (a ``submit``
    of an id under way is answered together with the first). ``late``: the real outcome of a command that had been given
    up came after all; its first outcome stands, and this one is evidence to be kept. ``recovered``: what became of a
    command that was in doubt when the program ended. ``progress``, ``unsolicited``: as the driver told it.
    ``persist(device, job, fact)`` returns only when the fact is durable and raises NotDurable.
    """

    emit: Callable[[DeviceChanged], None]
    finished: Callable[[JobEnded], None]
    late: Callable[[JobEnded], None]
    recovered: Callable[[Recovered], None]
    progress: Callable[[DeviceSaid], None]
    unsolicited: Callable[[DeviceSaid], None]
    persist: Callable[[str, JobId, DeviceFact], None]


class DriverFactory(msgspec.Struct, Generic[C, R], frozen=True, kw_only=True):
    """What a host needs to know of its driver.

    ``driver()`` makes a new, closed one (or raises DriverFault). ``refuse(problem)`` is the outcome of a command that
    never reached the driver, ``doubt(problem)`` of one during which the driver hung or broke.
    """

    driver: Callable[[], Driver[C, R]]
    refuse: Callable[[Problem], R]
    unknown_outcome: Callable[[Problem], R]
    limits: Limits = Limits()


class DeviceHost(Generic[C, R]):
    """One device of a terminal. Any thread may call it."""

    def __init__(
        self,
        device: str,
        kind: DeviceKind,
        make: DriverFactory[C, R],
        ends: HostCallbacks,
        clock: Clock,
        enabled: bool = True,
    ) -> None:
        self._make, self._ends, self._clock = make, ends, clock
        self._status = DeviceStatus(device, kind, DeviceState.CONNECTING if enabled else DeviceState.DISABLED)
        self._identity = Identity()
        self._lock = threading.Condition()
        self._book: JobBook[C, R] = JobBook()
        self._now: DeviceThread[C, R] | None = None
        self._doubts: deque[DeviceFact] = deque()
        self._cancelled: set[JobId] = set()
        """Ids under way that nobody wants any more."""
        self._abandoned: list[DeviceThread[C, R]] = []
        self._count = 0
        self._enabled = enabled
        self._pause_s = _BACKOFF_S[0]
        self._well_since = self._next_start = 0.0
        self._try_now = False

    @property
    def status(self) -> DeviceStatus:
        """As last emitted."""
        return self._status

    @property
    def identity(self) -> Identity:
        """What answered at the other end, as last opened."""
        return self._identity

    def start(self) -> None:
        """Say how it stands and begin the first generation (not for a disabled device)."""
        self._ends.emit(DeviceChanged(self._status))
        self.check()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End; a running command may finish within the time. False when the thread had to be left behind."""
        with self._lock:
            self._enabled = False
            last = self._now
            self._lock.notify_all()
        ended = last is None or last.join(timeout_s)
        with self._lock:
            self._now = None
        self._refuse_waiting(Problem.LINK_LOST)
        self._say(DeviceState.DISABLED)
        return ended

    def submit(self, job_id: JobId, command: C) -> None:
        """Do this once. A finished id is answered with its remembered outcome and never done again."""
        with self._lock:
            answer = self._book.outcome(job_id)
            if answer is None and not self._book.is_under_way(job_id):
                if (problem := self._why_not()) is None:
                    self._book.add(job_id, command)
                else:
                    answer = self._make.refuse(problem)
                    self._book.end(job_id, answer)
                    self._try_now = True
            self._lock.notify_all()
        if answer is not None:
            self._ends.finished(self._ended(job_id, answer))

    def cancel(self, job_id: JobId) -> None:
        """Nobody wants this command any more: one that waits is refused, the one that runs reads it in its job."""
        with self._lock:
            waits = self._book.take_out(job_id)
            if not waits and self._book.is_under_way(job_id):
                self._cancelled.add(job_id)
        if waits:
            self._end(job_id, self._make.refuse(Problem.CANCELLED))

    def recover(self, fact: DeviceFact) -> None:
        """Ask the device, after the next connecting and before anything else, what became of this."""
        with self._lock:
            self._doubts.append(fact)

    def check(self) -> None:
        """Give up a call past its limit and a thread that ended; start the next generation when it is time.

        Called about once a second.
        """
        if (hung := self._abandon_if_hung()) is not None:
            self._gave_up(hung, DriverFault(Problem.HUNG, "the driver did not come back in time"))
        elif (dead := self._forget_if_dead()) is not None:
            self._gave_up(dead, DriverFault(Problem.BUG, "its thread ended"))
        with self._lock:
            self._abandoned = [one for one in self._abandoned if one.alive]
            due = self._clock.now() >= self._next_start and len(self._abandoned) < _ABANDONED_MAX
            if not (self._enabled and self._now is None and due):
                return
            self._count += 1
            self._now = started = self._generation(self._count)
        started.start()

    # -- for the generation's thread (generation.Owner)

    def wanted(self, who: DeviceThread[C, R]) -> bool:
        """Whether this generation is still the one."""
        return self._enabled and self._now is who

    def within(self, who: DeviceThread[C, R], limit_s: float | None, longest_s: float = 0.0) -> None:
        """A call into the driver begins, or is back (None)."""
        with self._lock:
            now = self._clock.now()
            who.deadline = None if limit_s is None else now + limit_s
            who.renewal_s = limit_s or 0.0
            who.latest = now + max(limit_s or 0.0, longest_s)

    def is_cancelled(self, who: DeviceThread[C, R], job_id: JobId) -> bool:
        """Whether nobody wants this call's result: it was cancelled or given up, or the host ends."""
        return job_id in self._cancelled or not self.wanted(who)

    def progressed(self, who: DeviceThread[C, R], job_id: JobId, event: DeviceEvent) -> None:
        """The call at hand goes on. What an abandoned one tells is dropped."""
        with self._lock:
            current = self._now is who
            if current and who.deadline is not None:
                who.deadline = min(self._clock.now() + who.renewal_s, who.latest)
        if current:
            self._ends.progress(self._said(job_id, event))

    def unsolicited(self, who: DeviceThread[C, R], job_id: JobId, event: DeviceEvent) -> None:
        """The device said this unasked."""
        if self._now is who:
            self._ends.unsolicited(self._said(job_id, event))

    def persist(self, job_id: JobId, fact: DeviceFact) -> None:
        """Make a fact durable; also one of an abandoned call, which is evidence. Raises NotDurable."""
        self._ends.persist(self._status.device, job_id, fact)

    def next_doubt(self, who: DeviceThread[C, R]) -> DeviceFact | None:
        """The oldest fact whose command is in doubt."""
        with self._lock:
            return self._doubts[0] if self._doubts and self.wanted(who) else None

    def recovered(self, who: DeviceThread[C, R], fact: DeviceFact, outcome: R) -> None:
        """That doubt is settled, as far as the device can say."""
        with self._lock:
            if self._now is not who or not self._doubts or self._doubts[0] is not fact:
                return
            self._doubts.popleft()
        self._ends.recovered(Recovered(self._status.device, self._status.kind, fact, outcome))

    def connected(self, who: DeviceThread[C, R], identity: Identity) -> None:
        """The device is open."""
        with self._lock:
            if self._now is who:
                self._count += 1
                self._identity = identity
                self._well_since = self._clock.now()

    def polled(self, who: DeviceThread[C, R], status: Status) -> None:
        """How the device is."""
        stopped = any(REMEDIES[problem].severity is Severity.STOP for problem in status.problems)
        if self._now is who:
            state = DeviceState.NEEDS_ATTENTION if stopped else DeviceState.READY
            self._say(state, status.problems, status.unknown, status.detail)

    def next_job(self, who: DeviceThread[C, R], wait_s: float) -> tuple[JobId, C] | None:
        """The next command; None after the time or when the generation is no longer wanted."""
        with self._lock:
            if self.wanted(who) and not self._book:
                self._clock.wait(self._lock, wait_s)
            job = self._book.take() if self.wanted(who) else None
            if job is not None:
                who.running = job[0]
        if job is not None:
            self._say(DeviceState.BUSY, self._status.problems, self._status.unknown, self._status.detail)
        return job

    def finished(self, who: DeviceThread[C, R], job_id: JobId, outcome: R) -> None:
        """A command ended. Of one that had been given up the first outcome stands, and this one is evidence."""
        with self._lock:
            who.running = NO_JOB
        if not self._end(job_id, outcome):
            self._ends.late(self._ended(job_id, outcome))

    def lost(self, who: DeviceThread[C, R], fault: DriverFault) -> None:
        """The device is gone: say so, and wait out the pause (or a command that shows somebody needs it)."""
        if self._now is not who:
            return
        if who.running:  # a bug between the taking of the command and its end: nobody knows what became of it
            self._end(who.running, self._make.unknown_outcome(fault.problem))
            who.running = NO_JOB
        self._go_down(fault)
        with self._lock:
            until = self._next_start
            while self.wanted(who) and not self._try_now and (left := until - self._clock.now()) > 0:
                self._clock.wait(self._lock, left)
            self._try_now = False

    # -- inside

    def _generation(self, number: int) -> DeviceThread[C, R]:
        return DeviceThread(
            number,
            self._status.device,
            self,
            self._make.driver,
            self._make.unknown_outcome,
            self._make.limits,
        )

    def _abandon_if_hung(self) -> DeviceThread[C, R] | None:
        with self._lock:
            one = self._now
            if one is None or one.deadline is None or self._clock.now() < one.deadline:
                return None
            self._now = None
            self._abandoned.append(one)
            return one

    def _forget_if_dead(self) -> DeviceThread[C, R] | None:
        with self._lock:
            one = self._now
            if one is None or not self._enabled or not one.started or one.alive:
                return None
            self._now = None
            return one

    def _gave_up(self, one: DeviceThread[C, R], fault: DriverFault) -> None:
        if one.running:
            self._end(one.running, self._make.unknown_outcome(fault.problem))
        self._go_down(fault)

    def _why_not(self) -> Problem | None:
        """Why no command can be taken now."""
        if not self._enabled or self._status.state in _CLOSED:
            return self._status.problems[0] if self._status.problems else Problem.LINK_LOST
        return Problem.TIMED_OUT if len(self._book) >= _WAITING_MAX else None

    def _go_down(self, fault: DriverFault) -> None:
        with self._lock:
            now = self._clock.now()
            if now - self._well_since >= _SETTLED_S and self._status.state not in _CLOSED:
                self._pause_s = _BACKOFF_S[0]
            self._next_start = now + self._pause_s
            self._pause_s = min(_BACKOFF_S[1], 2 * self._pause_s)
        state = DeviceState.FAILED if fault.problem in _FAILED else DeviceState.OFFLINE
        self._say(state, (fault.problem,), detail=fault.detail)
        self._refuse_waiting(fault.problem)

    def _refuse_waiting(self, problem: Problem) -> None:
        with self._lock:
            waiting = self._book.clear()
        for job_id in waiting:
            self._end(job_id, self._make.refuse(problem))

    def _end(self, job_id: JobId, outcome: R) -> bool:
        """Note the outcome and tell it; False when the command had ended before."""
        with self._lock:
            self._cancelled.discard(job_id)
            first = self._book.end(job_id, outcome)
        if first:
            self._ends.finished(self._ended(job_id, outcome))
        return first

    def _said(self, job_id: JobId, event: DeviceEvent) -> DeviceSaid:
        return DeviceSaid(self._status.device, self._status.kind, job_id, event)

    def _ended(self, job_id: JobId, outcome: R) -> JobEnded:
        return JobEnded(self._status.device, self._status.kind, job_id, outcome)

    def _say(
        self, state: DeviceState, problems: tuple[Problem, ...] = (), unknown: bool = False, detail: str = ""
    ) -> None:
        with self._lock:
            old = self._status
            new = DeviceStatus(old.device, old.kind, state, problems, unknown, detail, self._count)
            self._status = new
        if new != old:
            self._ends.emit(DeviceChanged(new))
