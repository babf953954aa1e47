"""All hostile requests."""

from functools import cache

from tests.hostile.corpus import bodies, forms, headers, lines, names, paths
from tests.hostile.corpus.model import Hostile


@cache
def everything() -> tuple[Hostile, ...]:
    """Each with a name of its own."""
    parts = (lines, headers, names, paths, bodies, forms)
    return tuple(each for part in parts for each in part.requests())
