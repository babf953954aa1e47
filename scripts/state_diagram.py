"""Draws the session machine from its table: docs/session.md. Run it after changing a flow."""

import sys
from pathlib import Path

from kiosk.flows.common import shared_rows
from kiosk.flows.rules import FLOWS
from kiosk.session.states import EVERYWHERE, Group, State
from kiosk.session.table import Place, Row, Target, always

PAGE = Path(__file__).resolve().parent.parent / "docs" / "session.md"
STATES = tuple(state for flow in FLOWS for state in flow.states)


def rows() -> tuple[Row, ...]:
    """The rows that do something, in the order they are tried."""
    return (*(row for flow in FLOWS for row in flow.rows), *shared_rows.ROWS)


def diagram() -> str:
    """The ticket flow as a Mermaid state diagram: every row that goes to a state of its own."""
    lines = ["stateDiagram-v2", "    [*] --> start"]
    for row in rows():
        if row.target is Target.STAY or row.places == EVERYWHERE:
            continue
        target = row.target.value if isinstance(row.target, State) else f"({row.target.value})"
        for state in (each for each in STATES if row.covers(each)):
            lines.append(f"    {state.value} --> {_node(target)}: {_label(row)}")
    return "\n".join(lines)


def _node(target: str) -> str:
    return {"(home)": "[*]", "(back)": "previous"}.get(target, target)


def _label(row: Row) -> str:
    guard = "" if row.guard is always else f" [{row.guard.__name__}]"
    return f"{_trigger(row)}{guard}"


def _trigger(row: Row) -> str:
    return f"after {row.after_s:g} s" if row.after_s else row.trigger.__name__


def table() -> str:
    """Every row in words."""
    lines = ["| In | on | when | does | goes to |", "| --- | --- | --- | --- | --- |"]
    for row in rows():
        states = _names(row.places)
        guard = "" if row.guard is always else row.guard.__name__
        action = "" if row.action.__name__ == "nothing" else row.action.__name__
        lines.append(f"| {states} | {_trigger(row)} | {guard} | {action} | {row.target.value} |")
    return "\n".join(lines)


def _names(places: frozenset[Place]) -> str:
    if places == EVERYWHERE:
        return "everywhere"
    groups = [f"*{group.value}*" for group in Group if group in places]
    return ", ".join([*groups, *(state.value for state in STATES if state in places)])


def page() -> str:
    """The whole document."""
    groups = "\n".join(
        f"- *{group.value}*: {', '.join(sorted(state.value for state in STATES if state.group is group))}"
        for group in Group
    )
    return f"""# The session machine

Drawn from the table by `scripts/state_diagram.py`; a test fails when this page and the table differ.
A session is one frozen value; `kiosk.session.step` answers one event; rows come from `kiosk/flows`, first match wins.
What no row below answers is left out on purpose, with its reason, under `IGNORES` of each flow.

Groups of states:

{groups}

```mermaid
{diagram()}
```

## Rows

{table()}
"""


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    sys.exit(0)
