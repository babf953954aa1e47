"""Whoever finds out who is asking says so to the connection: it is closed last when room is needed."""

from typing import Any

from litestar.types import HTTPScope

from hub.connections.book import Connections

KEY = "proof"


class Proof:
    """Stands in a request's scope while the hub runs behind its own protocol."""

    def __init__(self, book: Connections, key: Any) -> None:
        self._book, self._key = book, key

    def given(self) -> None:
        """The request carried a terminal's key or a session that is good."""
        self._book.proved(self._key)


def prove(scope: HTTPScope) -> None:
    """The request of this scope is from somebody we know. Without our protocol (the app alone) nothing happens."""
    proof = scope.get("state", {}).get(KEY)
    if isinstance(proof, Proof):
        proof.given()
