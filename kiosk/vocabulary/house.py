"""Whether the house has closed this terminal by an order, and with which words."""

import msgspec


class House(msgspec.Struct, frozen=True):
    """``message`` is what staff wrote, in their own language; "" = the page has words of its own."""

    closed: bool = False
    message: str = ""
