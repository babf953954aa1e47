"""A number drawn at the real hub and printed by the real driver on a simulated printer that hears bytes."""

from drivers.receipt_printer.job import PrintJob
from kiosk import wire
from kiosk.catalogue.model import Service
from kiosk.config import Site
from kiosk.i18n.texts import Texts
from kiosk.paper.ticket import SlipTexts, ticket_document
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.outcomes import Printed
from kiosk.vocabulary.tickets import Numbered
from offline_cache.http.answers import Answer
from tests.device_jobs import RecordedJob
from tests.paper_numbers import number_on
from tests.unit.drivers.receipt_printer.test_printer_driver import Bench
from tests.unit.offline_cache.test_catalogue_follow import Terminal

PLACE = Site(town="Musterstadt", name="Rathaus", timezone="Europe/Berlin")


def on_paper(here: Terminal, service: Service, ident: str) -> str:
    """Draw a number at the hub and print its slip; what the printer understood."""
    assert here.catalogue is not None
    answer = here.client.ticket(wire.TicketRequest(id=ident, service=service.id))
    assert isinstance(answer, Answer), answer
    told = answer.value
    ticket = Numbered(
        id=ident,
        label=Label(told.series, 0, told.n),
        service=told.service,
        queue=told.queue,
        business_day=told.business_day,
        issued_at=told.issued_at,
        ahead=told.ahead,
        slip_code=told.slip_code,
    )
    slip = SlipTexts(service=service.names, bring=service.bring)
    document = ticket_document(ticket, slip, PLACE, Texts.load("terminal"), "de")
    bench = Bench()
    assert bench.opened().execute(PrintJob("job", document), RecordedJob()) == Printed()
    slip = bench.printer.slips[-1]
    return " ".join([number_on(slip), *slip.texts])
