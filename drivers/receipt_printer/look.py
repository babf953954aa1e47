"""Asking a printer how it is: four questions, whose answers are believed only together.

An answer to ``DLE EOT n`` does not say which n it answers. ``Conversation`` never has two questions open at once;
what may still go wrong (a byte too many on the line, an answer that came when it counted as lost) shows in answers that
cannot belong together, and then all four are asked again on a quiet line.
"""

from drivers.receipt_printer.condition import Condition, agree, condition_of, in_conflict, silent
from drivers.receipt_printer.conversation import Conversation, Enough

_QUESTIONS = (1, 2, 3, 4)
_QUIET_TRIES = 4

Answers = dict[int, int]


class Look:
    """Looks at one printer. ``quiet_s``: a line on which nothing came for so long is quiet."""

    def __init__(self, talk: Conversation, quiet_s: float) -> None:
        self._talk, self._quiet_s = talk, quiet_s
        self._odd: Answers = {}
        """Answers that do not agree, given twice in a row on a quiet line: this printer is like that."""

    def at_it(self) -> Condition:
        """How it is. Raises LinkFault."""
        first, doubtful = self._ask()
        if len(first) < len(_QUESTIONS):
            return silent(len(first) + 1)
        if not doubtful:
            return condition_of(first)
        if not self._quiet():
            return in_conflict()
        second, _ = self._ask()
        if len(second) < len(_QUESTIONS):
            return silent(len(second) + 1)
        if agree(second):
            return condition_of(second)
        if second != first or not self._talk.tidy():
            return in_conflict()
        self._odd = second
        return condition_of(second)

    def glance(self, enough: Enough) -> Condition | None:
        """How it is, while a job may stand before every question; None = nobody knows. Raises LinkFault."""
        answers, doubtful = self._ask(enough)
        return None if len(answers) < len(_QUESTIONS) or doubtful else condition_of(answers)

    def _ask(self, enough: Enough = lambda: False) -> tuple[Answers, bool]:
        """The answers, up to the first that does not come; and whether they may belong to other questions."""
        strays, answers = self._talk.strays, Answers()
        for n in _QUESTIONS:
            byte = self._talk.real_time(n, enough)
            if byte is None:
                return answers, True
            answers[n] = byte
        return answers, self._talk.strays != strays or not (agree(answers) or answers == self._odd)

    def _quiet(self) -> bool:
        """Let the line become quiet; False when it does not."""
        return any(self._talk.quiet_for(self._quiet_s) for _ in range(_QUIET_TRIES))
