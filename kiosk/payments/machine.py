"""The payment machine: its whole table, its step, and what the core needs to run it beside the session."""

from collections.abc import Iterable

from kiosk.payments import day_rows, pay_rows, resolve_rows, restore_rows, void_rows
from kiosk.payments import events as it
from kiosk.payments import guards as when
from kiosk.payments.acting import (
    commit_again,
    note_late,
    take_approval,
    take_condition,
    take_link,
    take_numbers,
    take_order,
    take_settings,
    take_unasked,
)
from kiosk.payments.model import Moment, Payments
from kiosk.payments.states import PayState
from kiosk.payments.table import EVERYWHERE, Next, PayTable, Row, ignore, row, triggers
from kiosk.session.lasting import LastingMachine
from kiosk.session.model import Lasting, World
from kiosk.vocabulary.effects import Effect
from kiosk.vocabulary.events import Event, Tick

S = PayState

NEWS: tuple[Row, ...] = (
    row(S.BOOKING, Tick, None, commit_again, when.due),
    row(S.BOOKING, it.StatusStored, None, take_approval, when.approves),
    row(EVERYWHERE, it.ConditionTold, None, take_condition),
    row(EVERYWHERE, it.DeviceLinked, None, take_link),
    row(EVERYWHERE, it.NumbersSure, None, take_numbers),
    row(EVERYWHERE, it.SettingsTaken, None, take_settings),
    row(EVERYWHERE, it.UnaskedStored, None, take_unasked),
    row(EVERYWHERE, it.OrderTaken, None, take_order),
    row(EVERYWHERE, it.TerminalAnsweredLate, None, note_late),
)
"""What is taken in every state."""

IGNORES: tuple[Row, ...] = (
    # The visitor's wishes: about no open attempt, or too late.
    *ignore(EVERYWHERE, it.CancelPayment, it.DropCharge),
    # Answers that nobody waits for any more: of a job or an entry that was given up, or asked again.
    *ignore(EVERYWHERE, it.TerminalAnswered, it.PaymentCommitted, it.PaymentNotCommitted),
    *ignore(EVERYWHERE - {S.RESTORING}, it.PaymentsRestored, it.PaymentsNotRestored),
    # That the terminal took another command than an authorisation, or that one after its status came.
    *ignore(EVERYWHERE, it.TerminalTook),
    # What the display says of a reversal or an end-of-day: nobody stands before it.
    *ignore(EVERYWHERE, it.TerminalSaid),
    # A status information with another result than 0, of a reversal, or of an attempt that is over: the store has it.
    *ignore(EVERYWHERE, it.StatusStored),
    # Nothing is due.
    *ignore(EVERYWHERE, Tick),
)
"""What is left out on purpose."""


def rows() -> tuple[Row, ...]:
    """The rows that do something, in the order they are tried."""
    return (*restore_rows.ROWS, *pay_rows.ROWS, *resolve_rows.ROWS, *void_rows.ROWS, *day_rows.ROWS, *NEWS)


def table(doing: Iterable[Row] | None = None) -> PayTable:
    """The whole table. Raises ValueError with every gap."""
    return PayTable((*(rows() if doing is None else doing), *IGNORES), triggers())


TABLE = table()


def step(payments: Payments, event: Event, at: Moment) -> Next:
    """Answer one event. Raises LookupError for an event that is not the machine's."""
    return TABLE.step(payments, event, at)


def machine() -> LastingMachine:
    """The machine as the core runs it, restored by ``RestorePayments``. Its settings come as ``SettingsTaken``."""
    mine = frozenset(TABLE.events)

    def beside(lasting: Lasting, event: Event, facts: World) -> tuple[Lasting, tuple[Effect, ...]]:
        assert isinstance(lasting, Payments)
        if type(event) not in mine:
            return lasting, ()  # the visitor's and the devices' affairs
        return step(lasting, event, Moment(facts.mono, facts.now, facts.new_ids.operation))

    return LastingMachine(Payments(), beside, (it.RestorePayments(),))
