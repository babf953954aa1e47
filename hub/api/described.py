"""What a route of the API takes and gives: written beside its handler, read by the API's document (``document``)."""

from typing import Any

import msgspec

KEY = "api"
JSON = "application/json"


class Query(msgspec.Struct, frozen=True):
    """One field of the address behind the ``?``."""

    name: str
    kind: Any
    needed: bool = True


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """One route. ``takes`` is the struct of the body, ``gives`` that of the answer; None = there is none."""

    takes: Any = None
    gives: Any = None
    kind: str = JSON
    """Media type of the answer; one that is not JSON has no struct."""
    query: tuple[Query, ...] = ()
    refuses: tuple[int, ...] = ()
    """Statuses of refusals beside those that every route has."""
    also: tuple[int, ...] = ()
    """Further statuses that are no refusals: 204, 206, 304."""
    key: bool = True
    """Whether a terminal's key is needed."""

    def __deepcopy__(self, _memo: object) -> "Described":
        """Itself: Litestar copies ``opt`` for each handler, and types cannot be copied."""
        return self


def says(**what: Any) -> dict[str, Any]:
    """The ``opt`` of a handler of the API; the fields are those of ``Described``."""
    return {KEY: Described(**what)}
