"""The cards people hold before the simulated terminal. Their numbers are test numbers of the schemes, or made up."""

from typing import Literal

import msgspec

OWN_DIGITS = "7418529630"
"""The issuer's own digits on every track."""
PIN_BLOCK = bytes.fromhex("8D3F61A2C05B97E4")
"""An enciphered PIN (ISO 9564), the same for everybody."""

Brand = Literal["girocard", "jcb", "mastercard", "amex", "visa", "diners", "other"]
BRANDS: tuple[Brand, ...] = ("girocard", "jcb", "mastercard", "amex", "visa", "diners", "other")
"""In the order of BMP 60."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """``type_id``: BMP 8A. ``operator_id``: BMP 8C. ``name``: BMP 8B. ``aid``, ``label``: tags 43 and 44."""

    pan: str
    expiry: str
    """YYMM."""
    sequence: int | None = None
    brand: Brand
    type_id: int
    operator_id: int = 0
    name: str
    aid: str = ""
    label: str = ""
    chip_cvm: int = 2
    """Tag 1F10 where it is inserted: 02 online PIN, 03 offline enciphered PIN."""
    tap_limit_cents: int = 5000
    """Contactless without PIN up to this amount."""

    @property
    def track2(self) -> str:
        """Track 2 (ISO/IEC 7813): number, D for the separator, expiry, service code 201, the issuer's own digits."""
        return f"{self.pan}D{self.expiry}201{OWN_DIGITS}"


CARDS: dict[str, Card] = {
    "girocard": Card(
        pan="6725901234567890125", expiry="2912", sequence=1, brand="girocard", type_id=5, name="girocard",
        aid="A0000003591010028001", label="girocard",
    ),
    "mastercard": Card(
        pan="5555555555554444", expiry="2811", sequence=1, brand="mastercard", type_id=6, operator_id=1,
        name="MasterCard", aid="A0000000041010", label="Mastercard",
    ),
    "visa": Card(
        pan="4111111111111111", expiry="2710", brand="visa", type_id=10, operator_id=3, name="VISA",
        aid="A0000000031010", label="VISA DEBIT",
    ),
    "phone": Card(
        pan="5105105105105100", expiry="3001", brand="mastercard", type_id=6, operator_id=1, name="Debit Mastercard",
        aid="A0000000041010", label="Debit Mastercard", tap_limit_cents=10**9,
    ),
}  # fmt: skip
"""By the name scripts and the panel use. A phone verifies its owner itself: no PIN at any amount."""
