"""The registry's rows for receipt printers: one for each model."""

from collections.abc import Callable
from typing import Literal

from drivers.receipt_printer.driver import LONGEST_JOB_S, EscposPrinter, PrinterSettings
from drivers.receipt_printer.models import MODELS, Model
from drivers.spec import DriverSpec, Limits, Now, Simulator
from drivers.transport import Transport
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.outcomes import NotPrinted, Unconfirmed

_LIMITS = Limits(open_s=60.0, poll_s=30.0, execute_s=LONGEST_JOB_S + 60.0)
"""Progress renews nothing: a visitor waits, and the core's own deadline stands behind this one."""


def _builder(model: Model) -> Callable[[Transport, PrinterSettings, Now], EscposPrinter]:
    return lambda link, settings, now: EscposPrinter(link, model, settings, now)


def _simulator(model: Model) -> Callable[[str], Simulator]:
    def made(line: str) -> Simulator:
        from drivers.sim.printer import Abilities, PrinterPeer

        paper_mm: Literal[80, 58] = 80 if model.width_dots > 384 else 58
        return PrinterPeer(line, abilities=Abilities(paper_mm=paper_mm, native_qr=model.native_qr))

    return made


ROWS = tuple(
    DriverSpec(
        kind=DeviceKind.RECEIPT_PRINTER,
        model=model.name,
        title=model.title,
        settings=PrinterSettings,
        build=_builder(model),
        refuse=NotPrinted,
        unknown_outcome=Unconfirmed,
        simulator=_simulator(model),
        limits=_LIMITS,
    )
    for model in MODELS
)
