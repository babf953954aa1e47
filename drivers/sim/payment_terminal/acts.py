"""What can be done to the simulated payment terminal from a script or the panel: a JSON object with an ``act``.

``{"act": "insert", "card": "girocard"}``, ``{"act": "message_faults", "faults": [{"at": 6, "what": "drop"}]}``, ...
"""

from typing import Any, assert_never

import msgspec

from drivers.sim.payment_terminal.book import Entry, stands
from drivers.sim.payment_terminal.cards import CARDS
from drivers.sim.payment_terminal.machine import PaymentScript
from drivers.sim.payment_terminal.settings import Settings
from drivers.sim.payment_terminal.steps import Touch
from drivers.sim.payment_terminal.switches import MessageFault, Mishap
from drivers.sim.payment_terminal.terminal import PaymentTerminal

BUTTONS = ("insert", "tap", "pin", "wrong_pin", "remove", "stop", "reboot")
"""Acts the panel has a button for."""


class _Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="act"):
    pass


class Insert(_Act, frozen=True, tag="insert"):
    """Put a card into the slot."""

    card: str = "girocard"


class Tap(_Act, frozen=True, tag="tap"):
    """Hold a card before it."""

    card: str = "girocard"


class Remove(_Act, frozen=True, tag="remove"):
    """Take the card out."""


class Pin(_Act, frozen=True, tag="pin"):
    """Type the right PIN."""


class WrongPin(_Act, frozen=True, tag="wrong_pin"):
    """Type a wrong PIN."""


class Stop(_Act, frozen=True, tag="stop"):
    """Press the red key."""


class Scripts(_Act, frozen=True, tag="scripts"):
    """How the next payments go, in order."""

    scripts: tuple[PaymentScript, ...]


class OneMessageFault(_Act, frozen=True, tag="message_fault"):
    """One more mishap, as a form says it (see ``MessageFault``)."""

    at: int
    what: Mishap
    count: int = 0
    command: str = "0601"


class MessageFaults(_Act, frozen=True, tag="message_faults"):
    """Mishaps of single messages; those set before are forgotten."""

    faults: tuple[MessageFault, ...]


class Change(_Act, frozen=True, tag="settings"):
    """Other habits, by name; those that are not named stay."""

    changes: dict[str, Any]


class Reboot(_Act, frozen=True, tag="reboot"):
    """Restart, away for so long."""

    seconds: float = 20.0


class ReverseByHand(_Act, frozen=True, tag="reverse"):
    """Staff reverse a payment at the device itself."""

    receipt: int


class Unasked(_Act, frozen=True, tag="unasked"):
    """A status information nobody asked for: of a payment started at the device, or (no ``cents``) the last again."""

    cents: int | None = None


class Heal(_Act, frozen=True, tag="heal"):
    """A silence ends."""


Act = (
    Insert
    | Tap
    | Remove
    | Pin
    | WrongPin
    | Stop
    | Scripts
    | OneMessageFault
    | MessageFaults
    | Change
    | Reboot
    | ReverseByHand
    | Unasked
    | Heal
)


def read(body: dict[str, Any]) -> Act:
    """An act from JSON or a form, which sends its card with every button. Raises ValueError that says what is wrong."""
    needed = body if body.get("act") in ("insert", "tap") else {key: body[key] for key in body if key != "card"}
    try:
        act: Act = msgspec.convert(needed, Act, strict=False)
    except msgspec.ValidationError as fault:
        raise ValueError(f"no act of the payment terminal: {fault}") from fault
    return act


def do(terminal: PaymentTerminal, act: Act) -> None:
    """Do it. Raises ValueError where it cannot be done now."""
    match act:
        case Insert(card=card) | Tap(card=card):
            if card not in CARDS:
                raise ValueError(f"no card {card!r}; there are: {', '.join(CARDS)}")
            _touch(terminal, Touch.INSERT if isinstance(act, Insert) else Touch.TAP, card)
        case Remove() | Pin() | WrongPin() | Stop():
            _touch(terminal, _TOUCHES[type(act)], "")
        case Scripts(scripts=scripts):
            _check_cards(scripts)
            terminal.machine.scripts.extend(scripts)
        case OneMessageFault(at=at, what=what, count=count, command=command):
            terminal.link.counter.faults.append(MessageFault(at, what, count, command))
        case MessageFaults(faults=faults):
            terminal.link.counter.faults = list(faults)
        case Change(changes=changes):
            terminal.machine.settings = _changed(terminal.machine.settings, changes)
        case Reboot(seconds=seconds):
            terminal.reboot(seconds)
        case ReverseByHand(receipt=receipt):
            reversal = terminal.machine.book.reverse(receipt, terminal.machine.now(), "by hand")
            if not isinstance(reversal, Entry):
                raise ValueError(f"receipt {receipt} cannot be reversed: {reversal:02X}")
        case Unasked(cents=cents):
            if not terminal.say_unasked(cents):
                raise ValueError("the payment terminal is busy")
        case Heal():
            terminal.link.heal()
        case _:
            assert_never(act)


_TOUCHES: dict[type[Act], Touch] = {
    Remove: Touch.REMOVE,
    Pin: Touch.PIN,
    WrongPin: Touch.WRONG_PIN,
    Stop: Touch.STOP,
}


def possible(terminal: PaymentTerminal) -> tuple[str, ...]:
    """The buttons that do something now."""
    can = {str(touch) for touch in terminal.awaited} | {"reboot"}
    can |= {"remove"} if terminal.machine.card_inside is not None else set()
    return tuple(button for button in BUTTONS if button in can)


def report(terminal: PaymentTerminal) -> dict[str, Any]:
    """State, messages of the running or last process, and the book, for programs. Card numbers are left out."""
    machine = terminal.machine
    book = machine.book
    return {
        "status": machine.status,
        "running": terminal.running,
        "display": machine.text,
        "awaits": sorted(terminal.awaited),
        "balance": book.balance,
        "entries": [_row(entry) for entry in book.entries],
        "days": book.days,
        "messages": terminal.link.counter.messages,
    }


def _row(entry: Entry) -> dict[str, Any]:
    row = msgspec.structs.asdict(entry)
    return row | {"card": entry.card.name if entry.card else "", "stands": stands(entry)}


def _touch(terminal: PaymentTerminal, touch: Touch, card: str) -> None:
    if not terminal.touch(touch, CARDS.get(card)):
        awaited = ", ".join(sorted(terminal.awaited)) or "nothing"
        raise ValueError(f"the payment terminal does not wait for {touch}; it waits for: {awaited}")


def _check_cards(scripts: tuple[PaymentScript, ...]) -> None:
    for script in scripts:
        if script.card not in CARDS:
            raise ValueError(f"no card {script.card!r}; there are: {', '.join(CARDS)}")


def _changed(settings: Settings, changes: dict[str, Any]) -> Settings:
    try:
        return msgspec.convert({**msgspec.structs.asdict(settings), **changes}, Settings)
    except msgspec.ValidationError as fault:
        raise ValueError(f"no such setting or value: {fault}") from fault
