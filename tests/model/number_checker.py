"""Looks through the states of the number protocol, nearest first and at random, and says what is wrong with one."""

import random
from collections import deque
from typing import NamedTuple

from tests.model.number_protocol import Limits, Mutant, State, begin, steps


class Found(NamedTuple):
    """How a search ended: states seen, those at rest, depth; the first fault and the way there."""

    states: int
    at_rest: int
    depth: int
    fault: str = ""
    way: tuple[str, ...] = ()


class _Node(NamedTuple):
    state: State
    depth: int
    step: str
    before: "_Node | None"


def search(limits: Limits, mutant: Mutant, most: int, seed: int | None = None) -> Found:
    """Look at ``most`` states at most, in order of depth; with a seed, in any order (which finds the deep ones)."""
    draw = random.Random(seed) if seed is not None else None
    first = _Node(begin(limits), 0, "begin", None)
    seen, waiting = {hash(first.state)}, deque([first])
    at_rest = depth = 0
    while waiting:
        node = waiting.popleft() if draw is None else _any(waiting, draw)
        depth = max(depth, node.depth)
        resting = _rests(node.state)
        at_rest += resting
        if fault := _wrong(node.state) or (_wrong_at_rest(node.state) if resting else ""):
            return Found(len(seen), at_rest, depth, fault, _way(node))
        for step, state in steps(node.state, mutant):
            if len(seen) < most and hash(state) not in seen:
                seen.add(hash(state))
                waiting.append(_Node(state, node.depth + 1, step, node))
    return Found(len(seen), at_rest, depth)


def _any(waiting: "deque[_Node]", draw: random.Random) -> _Node:
    """Mostly the newest (deep), now and then any other."""
    if draw.random() < 0.2:
        waiting.rotate(draw.randrange(len(waiting)))
    return waiting.pop()


def _wrong(state: State) -> str:
    """What may never be, not for a moment."""
    labels = [label for _, label in state.paper]
    if len(labels) != len(set(labels)):
        return "one number on two slips"
    live = [row for row in state.hub.rows if row.live]
    if len({row.label for row in live}) != len(live):
        return "one number waits twice"
    if len({row.id for row in live}) != len(live):
        return "one visitor waits twice"
    holders = {label: ident for ident, label in state.paper}
    if any(holders.get(row.label, row.id) != row.id for row in live):
        return "the number on a slip belongs to somebody else"
    return ""


def _rests(state: State) -> bool:
    """Nothing is on its way and nothing is owed; who has nothing to say is silent."""
    idle = all(one.phase == "idle" and not one.outbox for one in state.terminals)
    return idle and not any(message.kind not in ("join", "joined") for message in state.bag)


def _wrong_at_rest(state: State) -> str:
    """What must hold once everything was heard."""
    live = {(row.id, row.label) for row in state.hub.rows if row.live}
    holders = {ident for ident, _ in state.paper}
    if any(ident not in holders | state.excused for ident, _ in live):
        return "a ghost waits: nobody holds this number"
    lost = {(ident, label) for ident, label in state.paper if ident not in state.excused}
    if not lost <= live:
        return "a visitor with a slip does not wait"
    return ""


def _way(node: _Node) -> tuple[str, ...]:
    names = []
    step: _Node | None = node
    while step is not None:
        names.append(step.step)
        step = step.before
    return tuple(reversed(names))
