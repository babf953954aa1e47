"""The registry's rows for receipt printers: one for each model."""

from collections.abc import Callable

from drivers.receipt_printer.driver import LONGEST_JOB_S, EscposPrinter, PrinterSettings
from drivers.receipt_printer.models import MODELS, Model
from drivers.registry import DriverSpec, Limits, Now
from drivers.transport import Transport
from kiosk.vocabulary.devices import DeviceKind
from kiosk.vocabulary.outcomes import NotPrinted, Unconfirmed

_LIMITS = Limits(open_s=60.0, poll_s=30.0, execute_s=LONGEST_JOB_S + 60.0)


def _builder(model: Model) -> Callable[[Transport, PrinterSettings, Now], EscposPrinter]:
    return lambda link, settings, now: EscposPrinter(link, model, settings, now)


ROWS = tuple(
    DriverSpec(
        kind=DeviceKind.RECEIPT_PRINTER,
        model=model.name,
        title=model.title,
        settings=PrinterSettings,
        build=_builder(model),
        refuse=NotPrinted,
        doubt=Unconfirmed,
        limits=_LIMITS,
    )
    for model in MODELS
)
