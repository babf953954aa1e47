"""The modules of two-dimensional codes, while a visit shows them: encoding takes longer than laying out the page."""

from functools import lru_cache

import segno

_KEPT = 4


@lru_cache(maxsize=_KEPT)
def modules(content: str) -> tuple[tuple[bool, ...], ...]:
    """The rows of the QR code of this content, one bool per module, without its quiet zone."""
    return tuple(tuple(bool(module) for module in row) for row in segno.make(content, micro=False).matrix)


def forget() -> None:
    """Drop them: they hold a visitor's number."""
    modules.cache_clear()
