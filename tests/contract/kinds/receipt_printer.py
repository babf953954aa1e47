"""Cases of receipt printers: what stands on the slips."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

import zxingcpp

from drivers.receipt_printer.job import PrintJob
from drivers.sim.paper import dots
from drivers.sim.peer import Peer
from drivers.sim.printer import Abilities, PrinterPeer
from drivers.sim.roll import Slip
from drivers.spec import DriverSpec
from kiosk.paper import Big, Document, Kind, Pair, Qr, Text
from kiosk.vocabulary.outcomes import NotPrinted, Printed, Unconfirmed
from tests.contract.peers import simulator_of


class PrinterBench:
    settings: ClassVar[dict[str, Any]] = {}
    on_line: ClassVar[dict[str, dict[str, Any]]] = {}
    tries = 2
    pause_s = 0.0
    proves = True
    outcomes = (Printed, NotPrinted, Unconfirmed)

    def peers(self, spec: DriverSpec) -> dict[str, Callable[[str], Peer]]:
        return {
            "by_mark": simulator_of(spec),
            "by_sensor": lambda line: PrinterPeer(line, abilities=Abilities(process_id=False)),
            "never": lambda line: PrinterPeer(line, abilities=Abilities(process_id=False, gs_r=False, identity=False)),
        }

    def command(self, job_id: str, after_doubt: bool) -> PrintJob:
        number = (Text(job_id), Big(job_id))
        blocks = (Text("Guten Tag"), *number, Pair("Fee", "37 EUR"), Qr(f"q{job_id}"), Text(f"Ende {job_id}"))
        return PrintJob(job_id, Document(kind=Kind.TICKET, lang="de", blocks=blocks), after_doubt)

    def times_done(self, peer: Peer, job_id: str) -> int:
        assert isinstance(peer, PrinterPeer)
        with peer.lock:
            slips = [*peer.printer.slips, peer.printer.hanging()]
        return sum(
            sum(line == f"Ende {job_id}" for line in slip.texts)
            for slip in slips
            if "Guten Tag" in slip.texts and job_id in slip.texts and f"q{job_id}" in codes_on(slip)
        )

    def mixed(self, peer: Peer) -> list[Any]:
        assert isinstance(peer, PrinterPeer)
        if not peer.printer.abilities.process_id and not peer.printer.abilities.gs_r:
            return []  # It never confirms: each of its slips is in doubt, and none can be told from a begun one.
        return [slip.texts for slip in peer.slips if slip.texts.count("Guten Tag") > 1]

    def claims_done(self, outcome: Any) -> bool:
        return isinstance(outcome, Printed)

    def claims_undone(self, outcome: Any) -> bool:
        return isinstance(outcome, NotPrinted)


@lru_cache(maxsize=256)
def codes_on(slip: Slip) -> tuple[str, ...]:
    """What a telephone reads on a slip; printers without a QR code of their own get it as dots."""
    return tuple(slip.qr_codes) or tuple(code.text for code in zxingcpp.read_barcodes(dots(slip).convert("L")))


PRINTER = PrinterBench()
BENCHES = dict.fromkeys(
    ("escpos_80", "escpos_58", "epson_tm_t20", "epson_tm_t88", "citizen_ct_s", "star_tsp_escpos", "wincor_th230"),
    PRINTER,
)
