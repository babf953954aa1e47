"""Whether staff have closed this terminal by an order, and the sentence it shows."""

import msgspec


class TerminalClosure(msgspec.Struct, frozen=True):
    """``message`` is what staff wrote, in their own language; "" = the page has words of its own."""

    closed: bool = False
    message: str = ""
