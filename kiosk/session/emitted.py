"""Which effects an action can emit, read from its code: an action that names no effect cannot make one.

So nobody has to say it a second time beside the action, and what is said cannot be out of date. An effect counts as
emitted when the action, or a function of ours that it calls, names its class at all.
"""

from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from kiosk.vocabulary.effects import Effect


def effects_of(action: Callable[..., Any]) -> frozenset[type[Effect]]:
    """Every kind of effect that this action can emit. Raises ValueError when its code cannot be read."""
    found: set[type[Effect]] = set()
    seen: set[object] = set()
    todo: list[object] = [action]
    while todo:
        function = todo.pop()
        if not isinstance(function, FunctionType):
            raise ValueError(f"{function!r} is no plain function: what it emits cannot be read from it")
        seen.add(function)
        for named in (*_named(function.__code__, function.__globals__), *_enclosed(function)):
            if isinstance(named, type) and issubclass(named, Effect) and named is not Effect:
                found.add(named)
            elif isinstance(named, FunctionType) and named not in seen and _is_ours(named, action):
                todo.append(named)
    return frozenset(found)


def _enclosed(function: FunctionType) -> Iterator[object]:
    """What a function that was made inside another one has from there."""
    for cell in function.__closure__ or ():
        yield cell.cell_contents


def _is_ours(function: FunctionType, action: Callable[..., Any]) -> bool:
    return function.__module__.partition(".")[0] in ("kiosk", action.__module__.partition(".")[0])


def _named(code: CodeType, names: dict[str, Any]) -> Iterator[object]:
    """What the code names: of its module, and of modules that it names."""
    direct = [names[name] for name in code.co_names if name in names]
    yield from direct
    for module in direct:
        if isinstance(module, ModuleType):
            yield from (getattr(module, name) for name in code.co_names if hasattr(module, name))
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _named(inner, names)
