"""Between a dialogue and the job of a call: messages become facts and events of the payment machine."""

from drivers.host.port import Job, NotDurable
from drivers.payment_terminal.codec.charsets import Charset, read_text
from drivers.payment_terminal.codec.messages import IntermediateStatus, StatusInformation
from drivers.payment_terminal.codec.tlv import every
from drivers.payment_terminal.conversation import Progress
from drivers.payment_terminal.dialogue import Answered, Keep, NoAbort, Rejected, Show, Taken
from drivers.payment_terminal.outcomes import Reader
from drivers.payment_terminal.receipts import lines_of
from drivers.payment_terminal.records import raw_of, totals_of
from kiosk.vocabulary.hardware.device_events import DeviceEvent, DeviceFact
from kiosk.vocabulary.payments import (
    AbortRefused,
    Authorise,
    EndDay,
    PaymentBegun,
    PaymentCommand,
    PrintReceived,
    Reverse,
    StatusKept,
    StatusReceived,
    StatusUnasked,
    TerminalShows,
    TotalsReceived,
    UnaskedRefused,
)

_TEXT_LINE = 0x07


class Texts:
    """How one terminal's texts are read. ``fixed``: tag 14 of a message does not change it."""

    def __init__(self, charset: Charset, fixed: bool, currency: str) -> None:
        self.charset, self.fixed, self.currency = charset, fixed, currency

    @property
    def reader(self) -> Reader:
        """Outcomes and records in these settings."""
        return Reader(self.charset, self.currency)


class JobListener:
    """Hears for a job. ``command`` is what it is about; None during a poll."""

    def __init__(self, job: Job, texts: Texts, command: PaymentCommand | None = None) -> None:
        self._job, self._texts, self._command = job, texts, command

    def keep(self, keep: Keep) -> bool:
        """See ``conversation.Listener``."""
        fact = self._fact(keep)
        if isinstance(fact, StatusUnasked):
            self._job.persist(fact)
            return True
        try:
            self._job.persist(fact)
        except NotDurable:
            return False
        return True

    def tell(self, progress: Progress) -> None:
        """See ``conversation.Listener``."""
        match progress:
            case Rejected(status=status):
                self._job.emit(UnaskedRefused(self._texts.reader.record(status)))
            case _ if self._command is not None:
                self._job.progress(self._event(progress))
            case _:
                pass  # of registration and status enquiry: the condition is told

    def cancelled(self) -> bool:
        """See ``conversation.Listener``. Only a payment can be stopped by a visitor."""
        return isinstance(self._command, Authorise) and self._job.cancelled()

    def _fact(self, keep: Keep) -> DeviceFact:
        message = keep.message
        if not isinstance(message, StatusInformation):
            receipt, lines = lines_of(message, self._texts.charset, self._texts.fixed)
            return PrintReceived(self._about(), receipt, lines)
        if isinstance(self._command, EndDay) and not keep.unasked:
            return TotalsReceived(self._command.day, totals_of(message, self._texts.currency), raw_of(message))
        record = self._texts.reader.record(message)
        if isinstance(self._command, Authorise | Reverse) and not keep.unasked:
            return StatusReceived(self._command.payment, record, raw_of(message))
        return StatusUnasked(record, raw_of(message))

    def _about(self) -> str:
        match self._command:
            case Authorise(payment=payment) | Reverse(payment=payment):
                return payment
            case EndDay(day=day):
                return day
            case _:
                return ""

    def _event(self, progress: Answered | Show | Taken | NoAbort) -> DeviceEvent:
        match progress:
            case Answered(status=status, accepted=accepted):
                return StatusKept(self._texts.reader.record(status), accepted)
            case Show(status=status):
                return TerminalShows(status.status, shown_text(status, self._texts.charset))
            case Taken():
                return PaymentBegun()
            case NoAbort():
                return AbortRefused()


class NobodyListens:
    """Hears for a call that has no job: nothing can be kept, so nothing that must be is answered."""

    def keep(self, keep: Keep) -> bool:
        """Raises NotDurable."""
        raise NotDurable("connecting: what came unasked is kept at the first poll")

    def tell(self, progress: Progress) -> None:
        """Nobody hears it."""

    def cancelled(self) -> bool:
        """Nobody can."""
        return False


def shown_text(status: IntermediateStatus, charset: Charset) -> str:
    """The terminal's own text (tags 24 and 07), line by line."""
    lines = [each.value for each in every(status.fields.tlvs) if each.tag == _TEXT_LINE]
    return "\n".join(read_text(line, charset) for line in lines)
