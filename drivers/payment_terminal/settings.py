"""The settings of a payment terminal in ``config.toml``: line, password, timers, and what its vendor does otherwise."""

from typing import Annotated, Literal

import msgspec

from drivers.payment_terminal.codec.charsets import Charset
from drivers.payment_terminal.vendor import QUIRKS, Abort, Prints, Quirks, Vendor

Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]
Short = Annotated[float, msgspec.Meta(gt=0, le=60)]
Long = Annotated[float, msgspec.Meta(gt=0, le=600)]
CURRENCIES = {"EUR": 978, "CHF": 756, "DKK": 208, "PLN": 985, "CZK": 203}
"""ISO 4217. More are a line each."""
_PRINTS_HERE, _STATUS, _NO_START, _NO_ADMIN = 0x02 | 0x04 | 0x80, 0x08, 0x10, 0x20


class ZvtSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``framing`` is independent of the link: a serial terminal behind a serial server sends serial frames over TCP.

    Times are seconds. T1 to T4 are those of PA00P015 and PA00P016. What is None comes from
    ``vendor``.
    """

    framing: Literal["tcp", "serial"] = "tcp"
    vendor: Vendor = "standard"
    password: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}\Z")] = "000000"
    currency: Literal["EUR", "CHF", "DKK", "PLN", "CZK"] = "EUR"
    columns: Annotated[int, msgspec.Meta(ge=16, le=99)] = 42
    """Characters in a line of our receipts; told to the terminal."""
    payment_type: Byte = 0x44
    """BMP 19 of 06 01: printer ready, and the terminal decides how it is paid (without GeldKarte)."""
    answer_wait_s: Byte = 60
    """How long the terminal is to wait for our answer to a status information (BMP 01); 0 = do not say."""
    t1_s: Short = 0.2
    t2_s: Short = 5.0
    t3_s: Short = 5.0
    t4_s: Long = 180.0
    write_s: Short = 3.0
    look_s: Annotated[float, msgspec.Meta(gt=0, le=5)] = 0.25
    """At most this long between two looks whether the visitor has cancelled."""
    enquiry_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 8.0
    """Pause between two status enquiries; the specification wants at least one a minute."""
    repair_s: Annotated[float, msgspec.Meta(ge=60, le=86_400)] = 600.0
    """Pause between two attempts to bring a terminal back that wants initialisation, diagnosis or the time."""
    charset: Charset | None = None
    charset_fixed: bool | None = None
    prints: Prints | None = None
    abort: Abort | None = None
    sends_tlv: bool | None = None
    startup: Annotated[str, msgspec.Meta(pattern=r"^((initialise|diagnose_[1-4])( |\Z))*\Z")] | None = None

    @property
    def quirks(self) -> Quirks:
        """The vendor's, with what is set here in their place."""
        own = {name: value for name in Quirks.__struct_fields__ if (value := getattr(self, name)) is not None}
        return msgspec.structs.replace(QUIRKS[self.vendor], **own)

    @property
    def config_byte(self) -> int:
        """Of 06 00: BE, or 3E where we compose receipts ourselves. No payment is started at the terminal itself."""
        ours = _PRINTS_HERE if self.quirks.prints != "none" else 0x06
        return ours | _STATUS | _NO_START | _NO_ADMIN

    @property
    def currency_code(self) -> int:
        """ISO 4217 number."""
        return CURRENCIES[self.currency]
