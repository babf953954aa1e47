"""Which effects an action can emit, read from its code: an action that names no effect cannot make one.

So nobody has to say it a second time beside the action, and what is said cannot be out of date. An effect counts as
emitted when the action, or a function of ours that it calls, names its class at all.
"""

import dis
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from kiosk.vocabulary.effects import Effect


def effects_of(action: Callable[..., Any]) -> frozenset[type[Effect]]:
    """Every kind of effect that this action can emit. Raises ValueError when its code cannot be read."""
    if not isinstance(action, FunctionType):
        raise ValueError(f"{action!r} is no plain function: what it emits cannot be read from it")
    return frozenset(_effects(action, (action.__module__.partition(".")[0], "kiosk"), {}))


def _effects(
    function: FunctionType, ours: tuple[str, ...], known: dict[FunctionType, set[type[Effect]]]
) -> set[type[Effect]]:
    """``ours``: the packages whose functions are followed; ``known``: those that were read, or are being read."""
    if function in known:
        return known[function]
    found = known[function] = set()
    for name, named in (*_named(function.__code__, function.__globals__), *_enclosed(function)):
        if isinstance(named, type) and issubclass(named, Effect) and named is not Effect:
            found.add(named)
        elif isinstance(named, FunctionType) and named.__module__.partition(".")[0] in ours:
            inner = _effects(named, ours, known)
            # An attribute may bear the name of a function (``visit.ask``); looked at only where it matters.
            if inner and (not name or _loads(function.__code__, name)):
                found |= inner
    return found


def _enclosed(function: FunctionType) -> Iterator[tuple[str, object]]:
    """What a function that was made inside another one has from there."""
    for cell in function.__closure__ or ():
        yield "", cell.cell_contents


def _named(code: CodeType, names: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """What the code names: of its module, by its name there, and of modules that it names ("")."""
    direct = [(name, names[name]) for name in code.co_names if name in names]
    yield from direct
    for _, module in direct:
        if isinstance(module, ModuleType):
            yield from (("", getattr(module, name)) for name in code.co_names if hasattr(module, name))
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _named(inner, names)


def _loads(code: CodeType, name: str) -> bool:
    """Whether the code, or one inside it, takes this name from its module."""
    if any(each.opname == "LOAD_GLOBAL" and each.argval == name for each in dis.get_instructions(code)):
        return True
    return any(_loads(inner, name) for inner in code.co_consts if isinstance(inner, CodeType))
