"""Draws the payment machine from its table into docs/payments.md, between two marks. Run it after changing a row."""

import sys
from pathlib import Path

from kiosk.payments.machine import rows
from kiosk.payments.states import PayState
from kiosk.payments.table import EVERYWHERE, Row, always

PAGE = Path(__file__).resolve().parent.parent / "docs" / "payments.md"
BEGIN, END = "<!-- drawn from the table by scripts/payment_diagram.py -->", "<!-- end -->"


def diagram() -> str:
    """A Mermaid state diagram: every row that goes to a state."""
    lines = ["stateDiagram-v2", f"    [*] --> {PayState.RESTORING.value}"]
    for row in rows():
        if row.target is not None:
            lines += [
                f"    {state.value} --> {row.target.value}: {_trigger(row)}{_when(row, ' [', ']')}"
                for state in PayState
                if state in row.places
            ]
    return "\n".join(lines)


def table() -> str:
    """Every row in words."""
    lines = ["| In | on | when | does | goes to |", "| --- | --- | --- | --- | --- |"]
    for row in rows():
        places = "everywhere" if row.places == EVERYWHERE else ", ".join(s.value for s in PayState if s in row.places)
        action = "" if row.action.__name__ == "nothing" else row.action.__name__
        target = row.target.value if row.target is not None else "(stays)"
        lines.append(f"| {places} | {_trigger(row)} | {_when(row)} | {action} | {target} |")
    return "\n".join(lines)


def _trigger(row: Row) -> str:
    return row.event.__name__


def _when(row: Row, before: str = "", behind: str = "") -> str:
    return "" if row.guard is always else f"{before}{row.guard.__name__}{behind}"


def drawn() -> str:
    """What stands between the marks."""
    return f"{BEGIN}\n\n```mermaid\n{diagram()}\n```\n\n### Rows\n\nThe first that holds counts.\n\n{table()}\n\n{END}"


def page() -> str:
    """The whole document with the drawing of today. Raises ValueError when a mark is missing."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, found, behind = rest.partition(END)
    if not found:
        raise ValueError(f"{PAGE}: {BEGIN} or {END} is missing")
    return before + drawn() + behind


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    sys.exit(0)
