"""At start-up: create signing keys and catalogue records for databases made by older versions."""

import logging

from sqlalchemy import Connection

from hub.catalogue.content import state, versions
from hub.catalogue.importers.draft import Draft
from hub.catalogue.publication import publishing, signing
from hub.log import event
from hub.sites import sites

LOGGER = logging.getLogger("hub.catalogue")


def settle(connection: Connection, now_ms: int) -> None:
    """Bring every site to what this hub expects, and number the manifests anew.

    A new number at every start: the same catalogue may be packed to other bytes by another zlib. What an older hub
    published with names of offices that are not there is mended.
    """
    for site in sites(connection):
        signing.ensure(connection, site.id, now_ms)
        known = state.read(connection, site.id)
        if known is None:
            continue
        if known.cursor:
            state.reissue(connection, site.id, now_ms)
            if not publishing.own_faults(connection, site.id):
                publishing.republish(connection, site.id, now_ms)
        elif (draft := versions.draft(connection, site.id, known.import_n)) is not None:
            _take_apart(connection, site.id, draft, now_ms)


def _take_apart(connection: Connection, site: str, draft: Draft, now_ms: int) -> None:
    outcome = publishing.publish(connection, site, draft, draft.origin, now_ms)
    if not isinstance(outcome, publishing.InForce):
        text = "the catalogue of %s cannot be published: %s"
        LOGGER.error(text, site, outcome, extra=event("catalogue.refused"))
