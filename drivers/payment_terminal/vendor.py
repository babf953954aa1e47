"""What is known of single makers and operators, as data. Sources: docs/payments.md, "Protocol settings by vendor"."""

from typing import Literal

import msgspec

from drivers.payment_terminal.codec.charsets import Charset

Prints = Literal["blocks", "lines", "none"]
"""How the terminal hands over its receipts: 06 D3, 06 D1, or not at all (it is composed from 04 0F)."""
Abort = Literal["completes", "ends_silently", "key_only"]
"""What comes after 06 B0 was taken: the usual end; nothing more; or the device cannot be stopped from here at all."""


class Quirks(msgspec.Struct, frozen=True, kw_only=True):
    """How a maker's terminals differ from the specification."""

    charset: Charset = "cp437"
    charset_fixed: bool = False
    """It sends this set whatever it announces (tag 14)."""
    prints: Prints = "blocks"
    abort: Abort = "completes"
    sends_tlv: bool = True
    """It may be sent a TLV container at registration, and then sends them itself."""
    startup: str = ""
    """What to do after each registration: "initialise" and "diagnose_N" (tag 1B), parted by blanks."""


Vendor = Literal["standard", "card_complete", "hobex", "feig_cvend", "ccv", "ccv_opm_c60", "pax", "global_payments"]

QUIRKS: dict[Vendor, Quirks] = {
    "standard": Quirks(),
    "card_complete": Quirks(charset="iso8859_15", charset_fixed=True),
    "hobex": Quirks(prints="none"),
    "feig_cvend": Quirks(charset="iso8859_1", charset_fixed=True),
    "ccv": Quirks(abort="ends_silently"),
    "ccv_opm_c60": Quirks(abort="ends_silently", startup="initialise diagnose_3 diagnose_4"),
    "pax": Quirks(),
    "global_payments": Quirks(abort="key_only"),
}
