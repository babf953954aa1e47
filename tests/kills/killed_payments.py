"""A terminal's payments in a process of its own that is killed at any moment: machine, store and driver, no window.

As in ``killed_store``: one process that has loaded everything forks one that pays for each order on stdin ("folder
last"). It says "ready" once what an earlier life left open is settled, then "paid", "not_charged", ... for each payment
when the machine says so. ``last`` above 0: after so many payments it says "over" and ends by itself.
"""

import itertools
import os
from pathlib import Path

from kiosk import config as configuration
from kiosk.config import TerminalConfig
from kiosk.main.pay_test import PayTest
from kiosk.payments.model import Finished
from kiosk.vocabulary.payments import Money
from tests.kills.killed_store import say, wait_for_orders

AMOUNT = Money(4600)


def main(folder: Path, last: int) -> None:
    config = configuration.read(folder / "config.toml")
    assert isinstance(config, TerminalConfig), config
    test = PayTest(config, "pt", folder, lambda key, **values: None)
    fault = test.open()
    assert fault is None, fault
    test.settle()
    say("ready")
    for _ in itertools.islice(itertools.count(), last or None):
        done = test.pay(AMOUNT)
        if isinstance(done, Finished):
            say(f"{done.to.value} {done.attempt.id}")
        else:
            say(f"refused {done.value}")
    test.close()
    say("over")
    os._exit(0)


if __name__ == "__main__":
    wait_for_orders(main)
