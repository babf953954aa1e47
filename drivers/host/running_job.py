"""The call a driver works on, as its host gives it (``port.Job``)."""

from collections.abc import Callable

from kiosk.vocabulary.hardware.device_events import DeviceEvent, DeviceFact
from kiosk.vocabulary.ids import JobId


class RunningJob:
    """One call of one generation. A driver whose call was given up still has it: it reads that it is cancelled, what it
    persists is kept all the same, and what it tells is dropped."""

    def __init__(
        self,
        job_id: JobId,
        *,
        cancelled: Callable[[], bool],
        progress: Callable[[DeviceEvent], None],
        emit: Callable[[DeviceEvent], None],
        persist: Callable[[DeviceFact], None],
    ) -> None:
        self._id = job_id
        self._cancelled, self._progress, self._emit, self._persist = cancelled, progress, emit, persist

    @property
    def id(self) -> JobId:
        """The command's id; NO_JOB during a poll."""
        return self._id

    def cancelled(self) -> bool:
        """Whether nobody wants the result any more."""
        return self._cancelled()

    def progress(self, event: DeviceEvent) -> None:
        """Tell how far it is, and be given more time."""
        self._progress(event)

    def emit(self, event: DeviceEvent) -> None:
        """Tell what the device said unasked."""
        self._emit(event)

    def persist(self, fact: DeviceFact) -> None:
        """Keep a fact. Raises NotDurable."""
        self._persist(fact)
