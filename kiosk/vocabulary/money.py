"""Money as integer minor units (cents). Never a float, never a bool."""

import msgspec


class Money(msgspec.Struct, frozen=True):
    """An amount in minor units of one currency (4600 EUR = 46,00 €)."""

    cents: int
    currency: str = "EUR"
