"""From a ticket to its slip: what the catalogue says of service and place joins the number."""

from kiosk.catalogue.index import CatalogueIndex
from kiosk.config import Site
from kiosk.i18n.texts import Texts
from kiosk.paper.document import Bitmap, Document
from kiosk.paper.ticket import SlipTexts, ticket_document
from kiosk.vocabulary.effects import PrintTicket


class Slips:
    """Builds the paper documents of this terminal."""

    def __init__(self, texts: Texts, site: Site) -> None:
        self._texts, self._site = texts, site

    def ticket(self, order: PrintTicket, index: CatalogueIndex) -> Document:
        """The ticket's slip; a service that has left the catalogue meanwhile leaves its line empty."""
        service = index.services.get(order.ticket.service)
        queue = index.queues.get(order.ticket.queue)
        said = SlipTexts(
            service=service.names if service else {},
            place=queue.places if queue else {},
            bring=service.bring if service else {},
        )
        found = index.face.arms_on_paper
        arms = Bitmap(found.width, found.height, found.data) if found else None
        return ticket_document(order.ticket, said, self._site, self._texts, order.lang, copy=order.copy, arms=arms)
