"""Ids of different things are different types, so that mypy refuses the one where the other is wanted."""

import typing

import msgspec
import pytest

from drivers.host.host import HostCallbacks
from drivers.host.hosts import Hosts
from drivers.host.port import DeviceSaid, JobEnded
from drivers.receipt_printer.job import PrintJob
from kiosk.flows.scan.scan_visit import ScanVisit
from kiosk.flows.ticket.ticket_visit import TicketVisit
from kiosk.session.model import NewIds, Session
from kiosk.vocabulary import effects, events
from kiosk.vocabulary.ids import JobId, ScanId, TicketId
from kiosk.vocabulary.slips import Slip
from kiosk.vocabulary.tickets import Numbered, Standing, TicketIntent

_NAMES = ("id", "ticket", "scan", "job", "session", "help", "operation", "help_id", "scan_id")
_STRUCTS = [
    each
    for module in (effects, events)
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, effects.Effect | events.Event)
]


@pytest.mark.parametrize(
    "struct", [*_STRUCTS, Session, ScanVisit, TicketVisit, NewIds, Slip, TicketIntent, Numbered, Standing]
)
def test_no_id_is_a_bare_text(struct: type[msgspec.Struct]) -> None:
    hints = typing.get_type_hints(struct)
    assert [name for name in _NAMES if hints.get(name) is str] == []


def test_commands_of_devices_are_typed_wherever_they_pass() -> None:
    assert typing.get_type_hints(JobEnded)["job"] is JobId
    assert typing.get_type_hints(DeviceSaid)["job"] is JobId
    assert typing.get_type_hints(PrintJob)["job_id"] is JobId
    assert typing.get_type_hints(Hosts.submit)["job_id"] is JobId
    assert JobId in typing.get_args(typing.get_type_hints(HostCallbacks)["persist"])[0]


def test_a_scan_that_failed_carries_the_id_of_a_scan() -> None:
    assert typing.get_type_hints(events.StoreFailed)["ticket"] is TicketId
    assert typing.get_type_hints(events.ScanNotCommitted)["scan"] is ScanId
