"""Where the reports of devices go, and what a slip's late or recovered outcome says of its ticket."""

import pytest

from drivers.host.port import DeviceSaid, JobEnded, Recovered
from kiosk.main.device_routes import DeviceRoutes, KindRoute, PrintLedger, no_commands
from kiosk.vocabulary.effects import CommitPaper
from kiosk.vocabulary.hardware.device_events import CodeRead, PrintInDoubt
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.outcomes import NotPrinted, Printed, Shown, Unconfirmed
from kiosk.vocabulary.tickets import PaperState

DOUBT = Unconfirmed(Problem.HUNG)


class Told:
    """A route for every kind that notes what it is given."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def kinds(self) -> dict[DeviceKind, KindRoute]:
        return {kind: self._route(kind) for kind in DeviceKind}

    def _route(self, kind: DeviceKind) -> KindRoute:
        return KindRoute(
            ended=lambda job, outcome: self.told.append((kind, "ended", job, outcome)),
            late=lambda job, outcome: self.told.append((kind, "late", job, outcome)),
            recovered=lambda fact, outcome: self.told.append((kind, "recovered", fact, outcome)),
            said=lambda said: self.told.append((kind, "said", said.device, said.event)),
        )


def test_reports_go_by_the_kind_of_their_device() -> None:
    told = Told()
    routes = DeviceRoutes(told.kinds())
    routes.finished(JobEnded("sign", DeviceKind.QUEUE_DISPLAY, "f1", Shown()))
    routes.late(JobEnded("printer", DeviceKind.RECEIPT_PRINTER, "j1", Printed()))
    routes.recovered(Recovered("printer", DeviceKind.RECEIPT_PRINTER, PrintInDoubt("t1"), DOUBT))
    routes.said(DeviceSaid("scanner", DeviceKind.SCANNER, "", CodeRead("A")))
    assert told.told == [
        (DeviceKind.QUEUE_DISPLAY, "ended", "f1", Shown()),
        (DeviceKind.RECEIPT_PRINTER, "late", "j1", Printed()),
        (DeviceKind.RECEIPT_PRINTER, "recovered", PrintInDoubt("t1"), DOUBT),
        (DeviceKind.SCANNER, "said", "scanner", CodeRead("A")),
    ]


@pytest.mark.parametrize("kind", DeviceKind)
def test_kind_without_a_route_is_an_error_when_the_terminal_is_built(kind: DeviceKind) -> None:
    kinds = Told().kinds()
    del kinds[kind]
    with pytest.raises(ValueError, match=kind.value):
        DeviceRoutes(kinds)


def test_command_for_a_device_that_takes_none_is_a_bug() -> None:
    with pytest.raises(RuntimeError, match="j1"):
        no_commands("j1", Problem.LINK_LOST)


def ledger(*jobs: tuple[str, str]) -> PrintLedger:
    made = PrintLedger()
    for job, ticket in jobs:
        made.begins(job, ticket)
    return made


def test_late_slip_is_a_fact_of_its_ticket() -> None:
    prints = ledger(("j1", "t1"), ("j2", "t2"))
    assert prints.late_paper("j1", Printed()) == CommitPaper("t1", PaperState.PRINTED)


def test_late_refusal_counts_only_for_the_newest_slip_of_a_ticket() -> None:
    prints = ledger(("j1", "t1"), ("j2", "t2"), ("j3", "t1"))
    refused = NotPrinted(Problem.PAPER_OUT)
    assert prints.late_paper("j1", refused) is None
    assert prints.late_paper("j3", refused) == CommitPaper("t1", PaperState.NOT_PRINTED, "paper_out")


@pytest.mark.parametrize(("job", "outcome"), [("j1", DOUBT), ("unknown", Printed())])
def test_late_word_that_says_nothing_new(job: str, outcome: Printed | Unconfirmed) -> None:
    assert ledger(("j1", "t1")).late_paper(job, outcome) is None


def test_late_slip_leaves_the_doubt_that_cuts_before_the_next() -> None:
    prints = ledger(("j1", "t1"))
    prints.ended(DOUBT)
    prints.late_paper("j1", Printed())
    assert prints.in_doubt


@pytest.mark.parametrize(("outcome", "doubt"), [(Printed(), False), (DOUBT, True), (NotPrinted(Problem.SILENT), True)])
def test_only_a_slip_that_came_ends_the_doubt(outcome: Printed | NotPrinted | Unconfirmed, doubt: bool) -> None:
    prints = ledger(("j1", "t1"))
    prints.ended(DOUBT)
    prints.ended(outcome)
    assert prints.in_doubt is doubt


def test_recovered_slip_ends_the_doubt_and_is_a_fact() -> None:
    prints = ledger()
    prints.in_doubt = True
    assert prints.recovered_paper(PrintInDoubt("t1"), DOUBT) is None
    assert prints.in_doubt
    assert prints.recovered_paper(PrintInDoubt("t1"), Printed()) == CommitPaper("t1", PaperState.PRINTED)
    assert not prints.in_doubt


def test_ledger_forgets_old_jobs() -> None:
    prints = ledger(*((f"j{n}", f"t{n}") for n in range(1001)))
    assert prints.late_paper("j0", Printed()) is None
    assert prints.late_paper("j1", Printed()) == CommitPaper("t1", PaperState.PRINTED)
