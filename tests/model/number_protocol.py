"""The number protocol as states and steps: what one terminal-to-hub exchange may do, in any order, with anything lost.

A state is a tuple of frozen values, a step gives another. Every step ends where something is durable (or has left), so
a crash between any two steps is a crash at each step of the protocol. Messages lie in a bag: whichever is taken next is
delivered (delay, reorder); budgets say how many may be lost or doubled. A mutant is the protocol with one rule broken.
"""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple


class Mutant(Enum):
    """One rule broken (docs/number-protocol.md, "The five mutants")."""

    NONE = "the protocol"
    NOT_IDEMPOTENT = "the hub numbers a known id again"
    MERGE_INSERTS = "the hub inserts an own number beside the ticket it gave the id before"
    PAPER_FIRST = "paper moves before the own number is committed"
    SLOT_REUSED = "the hub gives a wiped terminal its old slot"
    NO_TOMBSTONE = "the hub forgets a cancel of an id it does not know"


class Limits(NamedTuple):
    """The bounds of one search."""

    terminals: int
    visitors: int
    crashes: int = 1
    wipes: int = 1
    losses: int = 1
    doubles: int = 1


class Label(NamedTuple):
    """Slot 0 is the hub."""

    slot: int
    n: int


class Message(NamedTuple):
    """On its way: ask, given, fact, heard, join, joined."""

    kind: str
    terminal: int
    about: int
    label: Label | None = None


class Terminal(NamedTuple):
    """Durable: generation, slot, n, tickets (id -> label, None = intent), outbox. Volatile: serving, phase."""

    at: int
    generation: int
    slot: int = 0
    n: int = 0
    tickets: tuple[tuple[int, Label | None], ...] = ()
    outbox: tuple[Message, ...] = ()
    serving: int = 0
    phase: str = "idle"


class Row(NamedTuple):
    """A ticket at the hub."""

    id: int
    label: Label
    live: bool


class Hub(NamedTuple):
    """Durable all of it; a grant is (generation, slot), the last of a terminal; spent slots had an owner today."""

    n: int = 0
    rows: tuple[Row, ...] = ()
    tombstones: frozenset[int] = frozenset()
    grants: tuple[tuple[int, int], ...] = ()
    spent: frozenset[int] = frozenset()


class State(NamedTuple):
    """Everything. ``paper`` is what visitors hold; ``excused`` are ids whose only copy a crash or a wipe took."""

    terminals: tuple[Terminal, ...]
    hub: Hub
    bag: tuple[Message, ...]
    paper: frozenset[tuple[int, Label]]
    excused: frozenset[int]
    tapped: int
    generations: int
    left: Limits


Step = tuple[str, State]


def begin(limits: Limits) -> State:
    """Nothing has happened yet."""
    terminals = tuple(Terminal(at, generation=at + 1) for at in range(limits.terminals))
    grants = tuple((0, 0) for _ in terminals)
    return State(terminals, Hub(grants=grants), (), frozenset(), frozenset(), 0, limits.terminals, limits)


def steps(state: State, mutant: Mutant) -> Iterator[Step]:
    """Every step that may come next, with its name."""
    for terminal in state.terminals:
        yield from _serve(state, terminal, mutant)
        yield from _speak(state, terminal)
        yield from _fail(state, terminal)
    for message in dict.fromkeys(state.bag):
        yield from _travel(state, message, mutant)


def _serve(state: State, terminal: Terminal, mutant: Mutant) -> Iterator[Step]:
    """The visitor's way: intent committed, number committed, paper."""
    match terminal.phase:
        case "idle" if state.tapped < state.left.visitors:
            ident = state.tapped + 1
            tapped = _keep(terminal, ident, None)._replace(serving=ident, phase="intent")
            yield "tap", _put(state._replace(tapped=ident), tapped)
        case "intent":
            asked = _put(state, terminal._replace(phase="asking"))
            yield "ask", _send(asked, Message("ask", terminal.at, terminal.serving))
            yield from _silence(state, terminal, mutant)
        case "asking":
            yield from _silence(state, terminal, mutant)
            yield "leave", _put(state, _cancel(terminal, terminal.serving)._replace(serving=0, phase="idle"))
        case "paper first":
            yield "commit late", _put(state, _own(terminal)._replace(serving=0, phase="idle"))
        case "numbered":
            label = dict(terminal.tickets)[terminal.serving]
            assert label is not None
            out = state._replace(paper=state.paper | {(terminal.serving, label)})
            yield "print", _put(out, terminal._replace(serving=0, phase="idle"))


def _silence(state: State, terminal: Terminal, mutant: Mutant) -> Iterator[Step]:
    """No answer within the deadline, or none expected: a number of the own slot, where there is one."""
    if terminal.slot == 0:
        return
    if mutant is Mutant.PAPER_FIRST:
        out = state._replace(paper=state.paper | {(terminal.serving, Label(terminal.slot, terminal.n + 1))})
        yield "print uncommitted", _put(out, terminal._replace(phase="paper first"))
    else:
        yield "own number", _put(state, _own(terminal)._replace(phase="numbered"))


def _speak(state: State, terminal: Terminal) -> Iterator[Step]:
    """The outbox sends its oldest, a terminal without a slot asks for one."""
    if terminal.outbox and terminal.outbox[0] not in state.bag:
        yield "sync", _send(state, terminal.outbox[0])
    join = Message("join", terminal.at, terminal.generation)
    if terminal.slot == 0 and join not in state.bag:
        yield "join", _send(state, join)


def _fail(state: State, terminal: Terminal) -> Iterator[Step]:
    """Power goes; or the disk is replaced."""
    if state.left.crashes and terminal.phase != "idle":
        left = state.left._replace(crashes=state.left.crashes - 1)
        excused = state.excused | {terminal.serving} if terminal.phase == "numbered" else state.excused
        yield "crash", _put(state._replace(left=left, excused=excused), _restarted(terminal))
    if state.left.wipes and (terminal.tickets or terminal.slot):
        left = state.left._replace(wipes=state.left.wipes - 1)
        lost = state.excused | {ident for ident, _ in terminal.tickets} | {op.about for op in terminal.outbox}
        fresh = Terminal(terminal.at, generation=state.generations + 1)
        yield "wipe", _put(state._replace(left=left, excused=lost, generations=fresh.generation), fresh)


def _travel(state: State, message: Message, mutant: Mutant) -> Iterator[Step]:
    """A message arrives, is lost, or comes twice."""
    if state.left.doubles:
        left = state.left._replace(doubles=state.left.doubles - 1)
        yield f"double {message.kind}", _send(state._replace(left=left), message)
    gone = _taken(state, message)
    if state.left.losses:
        yield f"lose {message.kind}", gone._replace(left=state.left._replace(losses=state.left.losses - 1))
    yield f"deliver {message.kind}", _arrive(gone, message, mutant)


def _arrive(state: State, message: Message, mutant: Mutant) -> State:
    hub, terminal = state.hub, state.terminals[message.terminal]
    match message.kind:
        case "ask":
            asked, label = _hub_numbers(hub, message.about, mutant)
            answered = state._replace(hub=asked)
            return _send(answered, message._replace(kind="given", label=label)) if label else answered
        case "given" if terminal.phase == "asking" and terminal.serving == message.about:
            return _put(state, _keep(terminal, message.about, message.label)._replace(phase="numbered"))
        case "fact" | "cancel":
            merged = _hub_merges(hub, message, mutant)
            return _send(state._replace(hub=merged), message._replace(kind=f"heard {message.kind}"))
        case "heard fact" | "heard cancel":
            told = message._replace(kind=message.kind.removeprefix("heard "))
            return _put(state, terminal._replace(outbox=tuple(op for op in terminal.outbox if op != told)))
        case "join":
            granted, slot = _hub_grants(hub, message, mutant)
            return _send(state._replace(hub=granted), message._replace(kind="joined", label=Label(slot, 0)))
        case "joined" if terminal.generation == message.about and terminal.slot == 0 and message.label:
            return _put(state, terminal._replace(slot=message.label.slot))
        case _:
            return state


def _hub_numbers(hub: Hub, ident: int, mutant: Mutant) -> tuple[Hub, Label | None]:
    if ident in hub.tombstones:
        return hub, None
    known = next((row for row in hub.rows if row.id == ident), None)
    if known is not None and mutant is not Mutant.NOT_IDEMPOTENT:
        return hub, known.label if known.live else None
    label = Label(0, hub.n + 1)
    return hub._replace(n=hub.n + 1, rows=(*hub.rows, Row(ident, label, True))), label


def _hub_merges(hub: Hub, fact: Message, mutant: Mutant) -> Hub:
    known = [row for row in hub.rows if row.id == fact.about]
    if fact.kind == "cancel":
        if not known:
            return hub if mutant is Mutant.NO_TOMBSTONE else hub._replace(tombstones=hub.tombstones | {fact.about})
        rows = tuple(row._replace(live=False) if row.id == fact.about else row for row in hub.rows)
        return hub._replace(rows=rows)
    assert fact.label is not None
    if fact.about in hub.tombstones or any(row.label == fact.label for row in known):
        return hub
    new = Row(fact.about, fact.label, True)
    if known and mutant is not Mutant.MERGE_INSERTS:
        return hub._replace(rows=tuple(new._replace(live=row.live) if row in known else row for row in hub.rows))
    return hub._replace(rows=(*hub.rows, new))


def _hub_grants(hub: Hub, join: Message, mutant: Mutant) -> tuple[Hub, int]:
    """A generation keeps its slot; another one gets a slot that nobody had today."""
    generation, slot = hub.grants[join.terminal]
    if generation == join.about:
        return hub, slot
    if generation > join.about:
        return hub, 0
    if not (slot and mutant is Mutant.SLOT_REUSED):
        slot = max(hub.spent, default=0) + 1
    grants = tuple((join.about, slot) if at == join.terminal else grant for at, grant in enumerate(hub.grants))
    return hub._replace(grants=grants, spent=hub.spent | {slot}), slot


def _own(terminal: Terminal) -> Terminal:
    """One commit: the counter, the number, what the hub must hear."""
    label = Label(terminal.slot, terminal.n + 1)
    fact = Message("fact", terminal.at, terminal.serving, label)
    return _keep(terminal, terminal.serving, label)._replace(n=terminal.n + 1, outbox=(*terminal.outbox, fact))


def _cancel(terminal: Terminal, ident: int) -> Terminal:
    """One commit: the intent is gone, the hub must hear it."""
    kept = tuple(ticket for ticket in terminal.tickets if ticket[0] != ident)
    return terminal._replace(tickets=kept, outbox=(*terminal.outbox, Message("cancel", terminal.at, ident)))


def _restarted(terminal: Terminal) -> Terminal:
    """What is durable, with every intent cancelled: nothing of it was on paper."""
    for ident, label in terminal.tickets:
        if label is None:
            terminal = _cancel(terminal, ident)
    return terminal._replace(serving=0, phase="idle")


def _keep(terminal: Terminal, ident: int, label: Label | None) -> Terminal:
    others = tuple(ticket for ticket in terminal.tickets if ticket[0] != ident)
    return terminal._replace(tickets=(*others, (ident, label)))


def _put(state: State, terminal: Terminal) -> State:
    terminals = tuple(terminal if one.at == terminal.at else one for one in state.terminals)
    return state._replace(terminals=terminals)


def _send(state: State, message: Message) -> State:
    return state._replace(bag=tuple(sorted((*state.bag, message), key=repr)))


def _taken(state: State, message: Message) -> State:
    at = state.bag.index(message)
    return state._replace(bag=state.bag[:at] + state.bag[at + 1 :])
