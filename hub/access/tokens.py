"""Random tokens of visitors' pages, drawn from the system in stock: one call for 256 of them."""

import os

TOKEN_BYTES = 16
STOCK = 256


class Tokens:
    """Gives 128 random bits as 32 hex digits; for the event loop's thread only."""

    def __init__(self) -> None:
        self._stock: list[str] = []

    def draw(self) -> str:
        """A token that nobody had before."""
        if not self._stock:
            drawn = os.urandom(TOKEN_BYTES * STOCK).hex()
            self._stock = [drawn[at : at + 2 * TOKEN_BYTES] for at in range(0, len(drawn), 2 * TOKEN_BYTES)]
        return self._stock.pop()
