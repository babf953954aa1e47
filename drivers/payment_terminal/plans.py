"""How a status information is judged while a command runs: whether it is the command's, and right."""

from collections.abc import Callable

from drivers.payment_terminal.codec.messages import StatusInformation
from drivers.payment_terminal.dialogue import Verdict, has_totals, is_done, is_undone
from drivers.payment_terminal.records import amount_of, is_end_of_day, terminal_id_of
from kiosk.vocabulary.payments import Money

Judge = Callable[[StatusInformation], Verdict]


def payment(asked: Money, terminal_id: str) -> Judge:
    """A charge of exactly this, by the terminal that registered; or its refusal."""

    def judged(status: StatusInformation) -> Verdict:
        if has_totals(status):
            return Verdict.UNASKED
        if is_undone(status):
            return Verdict.ACCEPT
        told = amount_of(status.fields, asked.currency)
        right = is_done(status) and told == asked and _is_same(status, terminal_id)
        return Verdict.ACCEPT if right else Verdict.REFUSE

    return judged


def reversal(asked: Money, terminal_id: str) -> Judge:
    """Some tell what was reversed, some what is left of it (0), some nothing."""
    unsaid = (None, asked, Money(0, asked.currency))

    def judged(status: StatusInformation) -> Verdict:
        if has_totals(status):
            return Verdict.UNASKED
        if is_undone(status):
            return Verdict.ACCEPT
        told = amount_of(status.fields, asked.currency)
        right = is_done(status) and told in unsaid and _is_same(status, terminal_id)
        return Verdict.ACCEPT if right else Verdict.REFUSE

    return judged


def lookup(status: StatusInformation) -> Verdict:
    """What is told again is read."""
    return Verdict.READ


def end_of_day(status: StatusInformation) -> Verdict:
    """Totals are kept; that there are none is only read; a payment has no place here."""
    if is_undone(status):
        return Verdict.READ
    return Verdict.ACCEPT if is_end_of_day(status) else Verdict.UNASKED


def _is_same(status: StatusInformation, terminal_id: str) -> bool:
    """Whether it comes from the terminal that registered, as far as terminals say who they are."""
    return terminal_id_of(status.fields) == terminal_id
