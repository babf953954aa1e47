"""How a printer is, from its four real-time answers."""

from collections.abc import Mapping

import msgspec

from drivers.receipt_printer.status import PAPER_SENSORS, STOPS, is_offline, problems_of
from kiosk.vocabulary.hardware.devices import Status
from kiosk.vocabulary.hardware.problems import REMEDIES, Problem, Severity


class Condition(msgspec.Struct, frozen=True):
    """Its status for the terminal, and whether a slip sent now would stay inside."""

    status: Status
    stopped: bool

    @property
    def reason(self) -> Problem:
        """The gravest problem of a stopped printer."""
        return self.status.problems[0]


def silent(n: int) -> Condition:
    """No answer to ``DLE EOT n``: nothing is known."""
    return Condition(Status((Problem.SILENT,), unknown=True, detail=f"no answer to DLE EOT {n}"), stopped=True)


def in_conflict() -> Condition:
    """Answers that cannot belong together: nothing is known."""
    detail = "its answers contradict each other: late ones, or another device on the line"
    return Condition(Status((Problem.SILENT,), unknown=True, detail=detail), stopped=True)


def agree(answers: Mapping[int, int]) -> bool:
    """Whether the answers to ``DLE EOT`` 1-4 can belong together.

    Whatever stops a printer makes it offline (n = 1), and the two bits of each paper sensor (n = 4) are alike.
    """
    halves = all(answers[4] & sensor in (0, sensor) for sensor in PAPER_SENSORS)
    return halves and (is_offline(answers[1]) or not any(answers[n] & STOPS[n] for n in STOPS))


def condition_of(answers: Mapping[int, int]) -> Condition:
    """From the bytes answered to ``DLE EOT`` 1-4."""
    problems = {problem for n, byte in answers.items() for problem in problems_of(n, byte)}
    if Problem.PAPER_OUT in problems:
        problems.discard(Problem.PAPER_NEAR_END)
    offline = is_offline(answers[1])
    if offline and not problems - {Problem.PAPER_NEAR_END}:
        problems.add(Problem.PRINTER_ERROR)
    ordered = tuple(sorted(problems, key=_gravity))
    return Condition(Status(ordered), stopped=offline or any(map(_stops, ordered)))


def _stops(problem: Problem) -> bool:
    return REMEDIES[problem].severity is Severity.STOP


def _gravity(problem: Problem) -> tuple[bool, bool, str]:
    """Worst first; of two warnings the one that can stop a printer (heat) before the one that cannot."""
    return not _stops(problem), problem is Problem.PAPER_NEAR_END, problem
