"""Everything a payment terminal does beside payments: lookup, end-of-day, diagnosis, initialisation (PA00P015)."""

from datetime import datetime

from drivers.sim.payment_terminal import messages, receipts
from drivers.sim.payment_terminal.apdu import SET_TIME, Apdu
from drivers.sim.payment_terminal.book import Entry
from drivers.sim.payment_terminal.machine import Machine, show
from drivers.sim.payment_terminal.orders import (
    EndOfDay,
    Initialisation,
    Registration,
    RepeatReceipt,
    SetTime,
    StatusEnquiry,
)
from drivers.sim.payment_terminal.payment import refuse, report
from drivers.sim.payment_terminal.steps import Process, pause, say

_END_OF_DAY = 0x04
_NOT_READY = 0xA0


def register(m: Machine, order: Registration) -> Process[None]:
    """06 00."""
    m.register(order)
    yield from say(messages.registered(m, order), m.settings.answer_s)


def tell_status(m: Machine, order: StatusEnquiry) -> Process[None]:
    """05 01."""
    yield from say(messages.status_report(m, order, m.status), m.settings.answer_s)


def repeat_receipt(m: Machine, order: RepeatReceipt) -> Process[None]:
    """06 20: the lookup. Without anything to tell only the completion comes."""
    message = _looked_up(m, order)
    if message is not None and order.status_wanted:
        yield from report(m, message, m.settings.status_wait_s, m.settings.waits)
    last = m.book.last
    if order.prints and last is not None and not last.code:
        for kind in (receipts.CUSTOMER, receipts.MERCHANT):
            wanted = order.which == 1 or order.which == (3 if kind == receipts.CUSTOMER else 2)
            if wanted:
                yield from receipts.print_out(m, receipts.payment_receipt(m, last, kind), kind)
    yield from say(messages.DONE, m.settings.answer_s)


def end_of_day(m: Machine, order: EndOfDay) -> Process[None]:
    """06 50: the day is handed in, then told; 06 10 only tells it."""
    yield from show(m, 0x17)
    yield from pause(m.host_seconds())
    if order.closes and m.switches.end_of_day_fails:
        yield from refuse(m, _NOT_READY, None)
        return
    day = m.book.close_day(m.now()) if order.closes else m.book.totals(m.now())
    if order.closes:
        m.clear_states("end_of_day_due", "memory_full")
    if m.settings.prints == "before":
        yield from receipts.print_out(m, receipts.day_receipt(m, day), receipts.SERVICE)
    yield from report(m, messages.totals(day), m.settings.status_wait_s, m.settings.waits)
    if m.settings.prints == "after":
        yield from receipts.print_out(m, receipts.day_receipt(m, day), receipts.SERVICE)
    yield from say(messages.DONE, m.settings.answer_s)


def diagnose(m: Machine) -> Process[None]:
    """06 70: the host is asked, its time is told, a line is printed."""
    yield from show(m, 0xD2)
    yield from pause(m.host_seconds())
    if m.registration is None or m.registration.allows(SET_TIME):
        yield from say(messages.clock(m), m.settings.answer_s)
    yield from receipts.print_out(m, receipts.service_receipt(m, "Diagnose"), receipts.SERVICE)
    yield from say(messages.DONE, m.settings.answer_s)


def initialise(m: Machine, _order: Initialisation) -> Process[None]:
    """06 93: keys and limits come from the host; state 51 ends."""
    yield from show(m, 0x0E)
    yield from pause(m.host_seconds())
    m.clear_states("initialisation_needed")
    yield from receipts.print_out(m, receipts.service_receipt(m, "Initialisierung"), receipts.SERVICE)
    yield from say(messages.DONE, m.settings.answer_s)


def complete(m: Machine) -> Process[None]:
    """Only a completion."""
    yield from say(messages.DONE, m.settings.answer_s)


def set_time(m: Machine, order: SetTime) -> bool:
    """06 91; False for what is no date."""
    try:
        m.set_clock(datetime.strptime(order.stamp, "%y%m%d%H%M%S"))
    except ValueError:
        return False
    return True


def _looked_up(m: Machine, order: RepeatReceipt) -> Apdu | None:
    registration = m.registration
    hidden = m.settings.lookup == "controlled" and not (registration and registration.controls)
    if m.switches.lookup_none or m.settings.lookup == "none" or hidden:
        return None
    days = m.book.days
    by_default = m.settings.lookup_end_of_day and m.book.day_is_last and order.which == 1
    if days and (order.which == _END_OF_DAY or by_default):
        return messages.totals(days[-1])
    if order.which == _END_OF_DAY:
        return None
    entry = m.book.last_standing if m.settings.lookup == "approved" else m.book.last
    return None if entry is None else _again(m, entry)


def _again(m: Machine, entry: Entry) -> Apdu:
    if entry.code:
        return messages.declined(m, entry.code, entry.card)
    return messages.approved(m, entry, b"\x09\x78")
