"""What was asked of a device: each id at most once, and how it ended. Not thread-safe; the host holds its lock."""

from collections import OrderedDict, deque
from typing import Generic, TypeVar

from kiosk.vocabulary.ids import JobId

C = TypeVar("C")
R = TypeVar("R")

REMEMBERED = 1000
"""So many finished ids are kept; a terminal prints fewer in a day."""


class JobBook(Generic[C, R]):
    """Commands waiting, the one running, and the outcomes of those that ended."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[JobId, C]] = deque()
        self._under_way: set[JobId] = set()
        self._ended: OrderedDict[JobId, R] = OrderedDict()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def is_under_way(self, job_id: JobId) -> bool:
        """Whether this id waits or runs now."""
        return job_id in self._under_way

    def outcome(self, job_id: JobId) -> R | None:
        """How this id ended; None when it is not known."""
        return self._ended.get(job_id)

    def add(self, job_id: JobId, command: C) -> None:
        """Put a new command in line."""
        self._under_way.add(job_id)
        self._waiting.append((job_id, command))

    def take(self) -> tuple[JobId, C] | None:
        """The next command; it stays under way until ``end``."""
        return self._waiting.popleft() if self._waiting else None

    def take_out(self, job_id: JobId) -> bool:
        """Take a command out of the line before its turn; False when it does not stand there."""
        before = len(self._waiting)
        self._waiting = deque(each for each in self._waiting if each[0] != job_id)
        return len(self._waiting) < before

    def clear(self) -> list[JobId]:
        """Empty the line; the ids that stood in it (still under way until ``end``)."""
        ids = [job_id for job_id, _ in self._waiting]
        self._waiting.clear()
        return ids

    def end(self, job_id: JobId, outcome: R) -> bool:
        """Note the outcome. False when it had already ended: then the first outcome stands."""
        self._under_way.discard(job_id)
        if job_id in self._ended:
            return False
        self._ended[job_id] = outcome
        while len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)
        return True
