"""A payment, and the reversal of one, as the terminal works through them (PA00P015 sections 2.2 and 2.14)."""

from enum import Enum, auto

import msgspec

from drivers.sim.payment_terminal import messages, receipts
from drivers.sim.payment_terminal.apdu import Apdu
from drivers.sim.payment_terminal.book import NOT_POSSIBLE, Entry
from drivers.sim.payment_terminal.cards import CARDS, Card
from drivers.sim.payment_terminal.machine import Machine, show
from drivers.sim.payment_terminal.orders import Payment, Reversal
from drivers.sim.payment_terminal.receipts import Printed
from drivers.sim.payment_terminal.steps import Process, Touch, pause, person, say
from drivers.sim.payment_terminal.texts import ASK_PIN, euros

CANCELLED, PRINTER, SYSTEM, TOO_SMALL, TOO_LARGE, BY_COMMAND = 0x6C, 0xCC, 0xFF, 0xC8, 0xC3, 0x16C
"""Results; the last one is 6C because of the other side's 06 B0."""
_WRONG_PIN, _PIN_BLOCKED, _TRIES = 55, 75, 3
_PLEASE_WAIT = 0x9C
_REMOVE_S = 30.0
_EXTRA_CENTS = 100


class Given(msgspec.Struct, frozen=True):
    """A card that was presented."""

    card: Card
    tapped: bool


class Verdict(Enum):
    """What the other side said to a status information in the end."""

    ACCEPTED = auto()
    REJECTED = auto()
    UNANSWERED = auto()


def pay(m: Machine, order: Payment) -> Process[None]:
    """06 01, from behind its 80 00 00 to completion or abort."""
    synchronise(m, order.sync)
    cents = order.cents or 0
    if code := m.status if m.status in (0x51, 0xF0, 0xB1, 0xCC) else _amount_fault(m, cents):
        yield from refuse(m, code, None)
        return
    m.begin_script()
    m.amount = cents
    given = yield from _card(m, order)
    if isinstance(given, int):
        yield from refuse(m, given, None)
        return
    code = yield from _authorise(m, given, cents)
    if code:
        m.book.decline(Entry(code=code, cents=cents, when=m.now(), card=given.card, reference=order.reference))
        yield from _removed(m)
        yield from refuse(m, code, given.card)
        return
    entry = _captured(m, order, given, cents + _EXTRA_CENTS * m.switches.other_amount)
    yield from _removed(m)
    yield from _settle(m, entry, order)


def reverse(m: Machine, order: Reversal) -> Process[None]:
    """06 30: allowed for a payment of the open day."""
    synchronise(m, order.sync)
    yield from show(m, 0x0E)
    yield from pause(m.host_seconds())
    code = _reversal_fault(m, order)
    reversal = code or m.book.reverse(order.receipt or 0, m.now(), "command", order.cents)
    if isinstance(reversal, int):
        code = m.settings.not_found_code if reversal == NOT_POSSIBLE and not code else reversal
        yield from refuse(m, code, None)
        return
    if m.settings.prints == "before":
        yield from _print(m, reversal)
    yield from report(m, messages.approved(m, reversal, order.currency), m.settings.status_wait_s, m.settings.waits)
    if m.settings.prints == "after":
        yield from _print(m, reversal)
    yield from say(messages.DONE, m.settings.answer_s)


def unasked(m: Machine, cents: int | None) -> Process[None]:
    """A status information nobody asked for: of a payment started at the device, or (None) the last one again."""
    last = m.book.last
    if cents is not None:
        card = CARDS["girocard"]
        entry = m.book.capture(Entry(cents=cents, when=m.now(), card=card, tapped=True, approval=_approval(m)))
        m.pending = entry.receipt
        yield from _settle(m, entry, None)
    elif last is not None:
        message = messages.declined(m, last.code, last.card) if last.code else messages.approved(m, last, None)
        yield from report(m, message, m.settings.status_wait_s, m.settings.waits)


def refuse(m: Machine, code: int, card: Card | None) -> Process[None]:
    """Status information with the result, then abort."""
    result = code & 0xFF
    m.text = "Vorgang abgebrochen" if result == CANCELLED else "Zahlung nicht möglich"
    yield from say(messages.declined(m, result, card), m.settings.status_wait_s)
    yield from say(messages.aborted(m, result, by_command=code == BY_COMMAND), m.settings.answer_s)


def synchronise(m: Machine, theirs: int | None) -> None:
    """Tag 1F1F one behind ours: the other side never saw our last payment, so it is reversed."""
    last = m.book.last_standing
    if m.settings.sync_tag and last is not None and theirs == last.receipt - 1 and m.sync_receipt == last.receipt:
        m.book.reverse(last.receipt, m.now(), "1F1F")


def report(m: Machine, message: Apdu, wait_s: float, waits: int) -> Process[Verdict]:
    """04 0F until it is accepted, rejected, or given up; 84 9C asks to come again later."""
    unanswered = 0
    while True:
        answer = yield from say(message, wait_s)
        if answer is None:
            unanswered += 1
            if unanswered > m.settings.status_repeats:
                return Verdict.UNANSWERED
        elif answer.refusal == _PLEASE_WAIT:
            if waits == 0:
                return Verdict.REJECTED
            waits -= 1
            yield from pause(m.settings.wait_repeat_s)
        elif answer.refusal:
            return Verdict.REJECTED
        else:
            if m.switches.status_twice:
                yield from say(message, wait_s)
            return Verdict.ACCEPTED


def _amount_fault(m: Machine, cents: int) -> int:
    if cents <= 0:
        return TOO_SMALL
    return TOO_LARGE if cents > m.settings.limit_cents else 0


def _reversal_fault(m: Machine, order: Reversal) -> int:
    if m.switches.reversal_impossible:
        return NOT_POSSIBLE
    last = m.book.last
    only_last = m.settings.reverses == "last" and last is not None and order.receipt is not None
    if only_last and last is not None and order.receipt not in (last.receipt, last.original_receipt):
        return NOT_POSSIBLE
    return 0


def _card(m: Machine, order: Payment) -> Process[Given | int]:
    """A card, or the result why there is none."""
    m.text = f"EUR {euros(m.amount)}"
    if not (yield from show(m, 0x0A)) and not m.settings.goes_on_alone:
        return CANCELLED
    m.text = f"EUR {euros(m.amount)}\n{m.text}"
    did = yield from person(order.card_wait_s or m.settings.card_s, Touch.INSERT, Touch.TAP)
    if did is None or did.card is None:
        return BY_COMMAND if did is not None and did.touch is Touch.ABORT else CANCELLED
    if did.touch is Touch.INSERT:
        m.card_inside = did.card
    return Given(did.card, did.touch is Touch.TAP)


def _authorise(m: Machine, given: Given, cents: int) -> Process[int]:
    """PIN and host: 0, or the result why not. A wrong PIN may be tried again twice."""
    for tried in range(1, _TRIES + 1):
        right = True
        if not given.tapped or cents > given.card.tap_limit_cents:
            yield from show(m, 0x01)
            m.text = f"EUR {euros(m.amount)}\n{ASK_PIN}"
            did = yield from person(m.settings.pin_s, Touch.PIN, Touch.WRONG_PIN)
            if did is None or did.touch not in (Touch.PIN, Touch.WRONG_PIN):
                return BY_COMMAND if did is not None and did.touch is Touch.ABORT else CANCELLED
            right = did.touch is Touch.PIN
        if not (yield from show(m, 0x0E)) and not m.settings.goes_on_alone:
            return CANCELLED
        yield from pause(m.host_seconds())
        if right:
            return m.switches.declined_code or (m.script.host_code if m.script else 0)
        if tried < _TRIES:
            if m.settings.status_per_try:
                yield from say(messages.declined(m, _WRONG_PIN, given.card), m.settings.status_wait_s)
            yield from show(m, 0x15)
    yield from show(m, 0x18)
    return _PIN_BLOCKED


def _removed(m: Machine) -> Process[None]:
    if m.card_inside is None:
        return
    yield from show(m, 0x0B)
    did = yield from person(_REMOVE_S, Touch.REMOVE)
    if did is not None and did.touch is Touch.REMOVE:
        m.card_inside = None


def _captured(m: Machine, order: Payment, given: Given, cents: int) -> Entry:
    entry = Entry(
        cents=cents,
        when=m.now(),
        card=given.card,
        tapped=given.tapped,
        approval=(m.script.approval if m.script else "") or _approval(m),
        reference=order.reference,
    )
    booked = m.book.capture(entry)
    m.pending = booked.receipt
    return booked


def _approval(m: Machine) -> str:
    """Six digits that look like a host's."""
    return f"{m.book.trace * 7919 % 1_000_000:06d}"


def _settle(m: Machine, entry: Entry, order: Payment | None) -> Process[None]:
    """Prints and status information in the maker's order; the payment stands when all of it was acknowledged."""
    wait_s = (order.status_wait_s if order else None) or m.settings.status_wait_s
    waits = order.waits if order and order.waits is not None else m.settings.waits
    if m.settings.prints == "before" and not (yield from _printed_or_undone(m, entry)):
        return
    message = messages.approved(m, entry, order.currency if order else None)
    verdict = yield from report(m, message, wait_s, waits)
    if verdict is Verdict.UNANSWERED and not (yield from _left_alone(m, entry)):
        return
    if verdict is Verdict.REJECTED:
        yield from _undo(m, entry, "rejected", CANCELLED)
        return
    if m.switches.revoked:
        yield from _undo(m, entry, "revoked", SYSTEM)
        return
    if m.settings.prints == "after" and not (yield from _printed_or_undone(m, entry)):
        return
    m.text = "Zahlung erfolgt"
    m.pending = None
    yield from say(messages.DONE, m.settings.answer_s)


def _printed_or_undone(m: Machine, entry: Entry) -> Process[bool]:
    """Whether the payment goes on: a print that is refused or never answered makes it end like a missing answer."""
    match (yield from _print(m, entry)):
        case Printed.REFUSED:
            yield from _undo(m, entry, "printer", PRINTER)
            return False
        case Printed.UNANSWERED:
            return (yield from _left_alone(m, entry))
        case Printed.TAKEN:
            return True


def _print(m: Machine, entry: Entry) -> Process[Printed]:
    kinds = {"customer": receipts.CUSTOMER, "merchant": receipts.MERCHANT}
    for name in m.settings.receipts:
        kind = kinds[name]
        printed = yield from receipts.print_out(m, receipts.payment_receipt(m, entry, kind), kind)
        if printed is not Printed.TAKEN:
            return printed
    return Printed.TAKEN


def _left_alone(m: Machine, entry: Entry) -> Process[bool]:
    """Nobody acknowledges. True = the payment stands and the process goes on."""
    match m.settings.no_answer:
        case "keep":
            return True
        case "decline":
            m.book.unmake(entry.receipt)
            m.pending = None
        case "reverse":
            yield from _undo(m, entry, "no answer", CANCELLED)
    return False


def _undo(m: Machine, entry: Entry, why: str, code: int) -> Process[None]:
    """Automatic reversal: the host first, then the book, then result and abort for the other side."""
    yield from show(m, 0x05)
    yield from pause(m.settings.reversal_s)
    m.book.reverse(entry.receipt, m.now(), why)
    m.pending = None
    yield from refuse(m, code, entry.card)
