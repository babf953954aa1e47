"""Pay to wire, and approval to acknowledgement: how long a payment waits for our disk.

The real machine, store and driver pay at the simulated payment terminal over TCP; its own end of the line takes the
times. ``04 0F -> 80 00 00`` includes the durable write; ``pay -> 06 01`` a status enquiry, the lookup of the baseline
and the durable attempt. Beside them, taking turns: a bare durable commit (apsw, WAL, FULL) and a socket write, until
the peer has read it.
"""

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from figures import Figure, report, spread
from tap_to_paper import Bare

from drivers.sim.payment_terminal.peer import PaymentTerminalPeer
from kiosk import config as configuration
from kiosk.config import TerminalConfig
from kiosk.main.pay_test import PayTest
from kiosk.main.terminal import SWITCH_S
from kiosk.payments.model import Finished
from kiosk.payments.states import AttemptState
from kiosk.vocabulary.payments import Money

ACK_TIMES = 3.0
"""The acknowledgement's p99 against that of the bare commit and write."""
PAY, ACK, STATUS = b"\x06\x01", b"\x80\x00\x00", b"\x04\x0f"


class TimedTerminal(PaymentTerminalPeer):
    """Notes when a payment arrives, and how long its status information waits for an answer. Seconds."""

    def __init__(self) -> None:
        super().__init__("tcp")
        self.arrived = self.waited = 0.0
        self._sent = 0.0
        self._take_bytes, self._do_work = self.terminal.receive, self.terminal.work
        self.terminal.receive = self._timed_receive  # type: ignore[method-assign]
        self.terminal.work = self._timed_work  # type: ignore[method-assign]

    def _timed_receive(self, data: bytes) -> bytes:
        now = time.monotonic()
        if data.startswith(PAY):
            self.arrived = now
        if self._sent and data.startswith(ACK):
            self.waited, self._sent = now - self._sent, 0.0
        return self._noted(self._take_bytes(data))

    def _timed_work(self, now: float) -> bytes:
        return self._noted(self._do_work(now))

    def _noted(self, out: bytes) -> bytes:
        if self.arrived and out.startswith(STATUS):
            self._sent = time.monotonic()
        return out


def payments(count: int) -> list[tuple[float, float, float]]:
    """Milliseconds of each payment (pay -> 06 01, 04 0F -> 80 00 00) and of a bare commit and write after it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="townhall-bench-")))
        terminal = TimedTerminal()
        url = terminal.start()
        stack.callback(terminal.stop)
        terminal.switch(pays_by_itself=True)
        path = folder / "config.toml"
        path.write_text(
            f'[devices.pt]\nkind = "payment_terminal"\nmodel = "zvt"\nurl = "{url}"\n'
            '[devices.pt.settings]\npassword = "123456"\nenquiry_s = 60.0\n'
        )
        config = configuration.read(path)
        if not isinstance(config, TerminalConfig):
            raise RuntimeError(str(config))
        test = PayTest(config, "pt", folder, lambda key, **values: None)
        if (fault := test.open()) is not None:
            raise RuntimeError(str(fault))
        stack.callback(test.close)
        test.settle()
        bare = Bare(folder)
        stack.callback(bare.close)
        one_payment(test, terminal)  # the first one waits for the terminal to be ready
        return [(*one_payment(test, terminal), bare.once()) for _ in range(count)]


def one_payment(test: PayTest, terminal: TimedTerminal) -> tuple[float, float]:
    """One, paid. Raises RuntimeError when it is not."""
    terminal.arrived = 0.0
    began = time.monotonic()
    done = test.pay(Money(4600))
    if not isinstance(done, Finished) or done.to is not AttemptState.PAID:
        raise RuntimeError(f"not paid: {done}")
    return (terminal.arrived - began) * 1000, terminal.waited * 1000


def main() -> int:
    """Measure and report; exit code 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sys.setswitchinterval(SWITCH_S)  # as the terminal does
    pay, ack, base = (spread(column) for column in zip(*payments(options.count), strict=True))
    figures = [
        *(Figure(f"pay -> 06 01, {n}", getattr(pay, n), "ms", getattr(base, n)) for n in ("p50", "p99")),
        Figure("04 0F -> 80 00 00, p50", ack.p50, "ms", base.p50),
        Figure("04 0F -> 80 00 00, p99", ack.p99, "ms", base.p99, times=ACK_TIMES),
    ]
    return report("Payments and our disk", "bare durable commit + socket write", figures, options.json)


if __name__ == "__main__":
    sys.exit(main())
