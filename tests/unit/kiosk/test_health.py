"""From device states to what may be offered; unknown is never folded into well."""

import pytest

from kiosk.health import Paper, assess
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus
from kiosk.vocabulary.hardware.problems import Problem

KIND = DeviceKind.RECEIPT_PRINTER


def printer(state: DeviceState, *problems: Problem) -> dict[str, DeviceStatus]:
    return {"printer": DeviceStatus("printer", KIND, state, problems)}


@pytest.mark.parametrize(
    ("state", "problems", "paper", "why"),
    [
        (DeviceState.READY, (), Paper.READY, None),
        (DeviceState.BUSY, (), Paper.READY, None),
        (DeviceState.READY, (Problem.PAPER_NEAR_END,), Paper.READY, None),
        (DeviceState.NEEDS_ATTENTION, (Problem.PAPER_OUT,), Paper.TROUBLE, Problem.PAPER_OUT),
        (DeviceState.READY, (Problem.COVER_OPEN,), Paper.TROUBLE, Problem.COVER_OPEN),
        (DeviceState.OFFLINE, (Problem.LINK_LOST,), Paper.TROUBLE, Problem.LINK_LOST),
        (DeviceState.CONNECTING, (), Paper.TROUBLE, Problem.SILENT),
        (DeviceState.FAILED, (Problem.HUNG,), Paper.TROUBLE, Problem.HUNG),
        (DeviceState.DISABLED, (), Paper.ABSENT, None),
    ],
)
def test_paper(state: DeviceState, problems: tuple[Problem, ...], paper: Paper, why: Problem | None) -> None:
    health = assess(printer(state, *problems), hub=True)
    assert health.paper is paper
    assert health.paper_problem is why


def test_the_better_of_two_printers_counts() -> None:
    two = {
        "a": DeviceStatus("a", KIND, DeviceState.OFFLINE, (Problem.SILENT,)),
        "b": DeviceStatus("b", KIND, DeviceState.READY),
    }
    assert assess(two, hub=False).paper is Paper.READY


def test_without_a_printer_paper_is_absent() -> None:
    assert assess({}, hub=True).paper is Paper.ABSENT
