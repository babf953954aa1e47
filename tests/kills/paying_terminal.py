"""The real terminal program at which somebody presses "pay" again and again; every fourth charge is withdrawn at once.

Takes one word before those of the command ``kiosk``: "pay", or "settle" to begin no more payments. It says how each one
ended, as a line of JSON among those of the event log, when the payment machine says so.
"""

import json
import os
import sys
import uuid
from typing import Any

from msgspec.structs import replace

from kiosk import cli
from kiosk.core import Core
from kiosk.main import terminal
from kiosk.payments import events as it
from kiosk.payments.model import Finished, Payments
from kiosk.payments.states import AttemptState, PayState
from kiosk.session.lasting import LastingMachine, known
from kiosk.session.model import Lasting, World
from kiosk.vocabulary.effects import Effect, Tell
from kiosk.vocabulary.events import Event, Tick
from kiosk.vocabulary.ids import ChargeId
from kiosk.vocabulary.payments import Condition, Money

AMOUNT = Money(4600)


class Payer(Lasting, frozen=True):
    """How many payments were begun, and which end was said last."""

    begun: int = 0
    said: Finished | None = None


def beside(lasting: Lasting, event: Event, facts: World) -> tuple[Lasting, tuple[Effect, ...]]:
    """One step on the core's thread: say what ended, press "pay" when that can be done."""
    assert isinstance(lasting, Payer)
    payments = known(facts, Payments)
    if payments.finished is not None and payments.finished != lasting.said:
        done = payments.finished
        say(done)
        withdraws = done.to is AttemptState.PAID and lasting.begun % 4 == 0
        dropped = (Tell(it.DropCharge(done.attempt.charge)),) if withdraws else ()
        return replace(lasting, said=done), dropped
    ready = payments.state is PayState.IDLE and payments.numbers_sure and payments.condition is Condition.READY
    if not (isinstance(event, Tick) and ready):
        return lasting, ()
    pay = it.StartPayment(ChargeId(str(uuid.uuid4())), AMOUNT)
    return replace(lasting, begun=lasting.begun + 1), (Tell(pay),)


def say(done: Finished) -> None:
    told = {"event": "payment", "id": done.attempt.id, "state": done.to.value, "receipt": done.receipt_no}
    os.write(1, f"{json.dumps(told)}\n".encode())


class PayingCore(Core):
    """The core with one machine more."""

    def __init__(self, *, lasting: tuple[LastingMachine, ...], **others: Any) -> None:
        super().__init__(lasting=(*lasting, LastingMachine(Payer(), beside)), **others)


if __name__ == "__main__":
    if sys.argv.pop(1) == "pay":
        setattr(terminal, "Core", PayingCore)  # noqa: B010 - mypy takes a class for no variable
    sys.exit(cli.run())
