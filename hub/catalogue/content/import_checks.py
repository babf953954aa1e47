"""Checks of an import: one that looks like an accident stops and asks a person before anything changes."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

import msgspec
from sqlalchemy import Connection

from hub.catalogue.content import records, state
from hub.catalogue.importers.draft import Draft
from hub.store.sql import run
from kiosk.catalogue.model import Service

DELETIONS_PERCENT = 20
FEE_PERCENT = 50
UNGUARDED = frozenset({"demo", "empty"})
"""Starting catalogues: the first real one replaces all of it, an empty one does not."""
FEES_LISTED = 50

Amounts = dict[str, int]
"""Fee id -> cents."""


class FindingKind(StrEnum):
    """What looks like an accident."""

    EMPTY = "empty"
    """There is no service in it."""
    DELETIONS = "deletions"
    """``now`` of ``was`` services would go."""
    FEE = "fee"
    """The amount of ``place`` (service, fee) would go from ``was`` to ``now`` cents."""
    MORE_FEES = "more_fees"
    """``now`` further amounts would change as much."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that a person should look at."""

    kind: FindingKind
    was: int = 0
    now: int = 0
    service: str = ""
    name: str = ""
    fee: str = ""

    def __str__(self) -> str:
        match self.kind:
            case FindingKind.EMPTY:
                return f"It has no services; {self.was} are in force."
            case FindingKind.DELETIONS:
                return f"{self.now} of {self.was} services would be deleted (more than {DELETIONS_PERCENT} %)."
            case FindingKind.FEE:
                amounts = f"from {_euros(self.was)} to {_euros(self.now)} (more than {FEE_PERCENT} %)"
                return f"{self.name} ({self.service}), fee {self.fee}: {amounts}."
            case FindingKind.MORE_FEES:
                return f"{self.now} more fees would change as much."


def findings(connection: Connection, site: str, draft: Draft) -> tuple[Finding, ...]:
    """What is suspicious about putting this draft in force; () = nothing."""
    known = state.read(connection, site)
    if known is None:
        return ()
    before = records.ids(connection, site, "service")
    if not draft.count:
        return (Finding(FindingKind.EMPTY, was=len(before)),) if before else ()
    if known.origin in UNGUARDED:
        return ()
    amounts, gone, changed = _amounts(connection, site), set(before), list[Finding]()
    for service in draft.services():
        gone.discard(service.id)
        changed += _fees(service, amounts.get(service.id, {}))
    deletions = Finding(FindingKind.DELETIONS, was=len(before), now=len(gone))
    too_many = len(gone) * 100 > len(before) * DELETIONS_PERCENT
    listed = changed[:FEES_LISTED]
    if rest := len(changed) - len(listed):
        listed.append(Finding(FindingKind.MORE_FEES, now=rest))
    return (*((deletions,) if too_many else ()), *listed)


def _fees(service: Service, before: Mapping[str, int]) -> Iterator[Finding]:
    for fee in service.fees:
        was = before.get(fee.id)
        if was is not None and fee.cents is not None and abs(fee.cents - was) * 100 > was * FEE_PERCENT:
            name = service.names.get("de") or next(iter(service.names.values()), "")
            yield Finding(FindingKind.FEE, was, fee.cents, service.id, name, fee.id)


def _amounts(connection: Connection, site: str) -> dict[str, Amounts]:
    """The amounts in force by service."""
    rows = run(
        connection,
        "SELECT id, json_extract(CAST(body AS TEXT), '$.fees') AS fees FROM catalogue_record WHERE site_id = ?"
        " AND kind = 'service' AND lang = '' AND deleted_ms IS NULL AND fees IS NOT NULL",
        site,
    )
    decode = msgspec.json.Decoder(tuple[_Amount, ...]).decode
    return {ident: {fee.id: fee.cents for fee in decode(fees) if fee.cents is not None} for ident, fees in rows}


class _Amount(msgspec.Struct, frozen=True):
    id: str
    cents: int | None = None


def _euros(cents: int) -> str:
    return f"{cents / 100:.2f} EUR"
