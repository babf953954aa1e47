"""What a scanned code is: one of our slips, a page of ours, a payment letter, or something we do not know.

Two classes that must not be mixed up: slips carry the MAC of this town hall and may act (bring a ticket into its
queue); payment codes are made by anybody, their check digits only tell slips of the pen - they may fill in a form,
never pay. Whatever a code holds is data: bounded here, escaped where it is shown.
"""

import re

import msgspec

from kiosk.vocabulary.hardware.reader_texts import readings
from kiosk.vocabulary.slips import Forged, FoundSlip, Slip, find_slip

LONGEST = 1024
PREFIX_MAX = 24
"""Letters of the first line of a GiroCode, with what readers are set to put in front."""


class VisitorPage(msgspec.Struct, frozen=True):
    """The page of a ticket that the hub numbered: it knows this one already."""

    token: str


class Giro(msgspec.Struct, frozen=True, kw_only=True):
    """A GiroCode (EPC069-12, "Quick response code: guidelines to enable data capture"), checked in form only."""

    name: str
    iban: str
    cents: int | None
    """None = the payer fills in the amount."""
    reference: str = ""
    text: str = ""


class PaymentReference(msgspec.Struct, frozen=True):
    """The reference of a payment letter (ISO 11649: RF, two check digits, up to 21 characters)."""

    reference: str


class UnknownCode(msgspec.Struct, frozen=True):
    """Anything else. Its text is not kept."""


Scan = Slip | Forged | VisitorPage | Giro | PaymentReference | UnknownCode

_PAGE = re.compile(r"(https?://[^\s/]{1,250}(?:/[^\s]{0,200})?)/t/([0-9a-f]{32})\Z", re.IGNORECASE)
_AIM = re.compile(r"\A[\x00-\x1f]*(?:\][A-Za-z][0-9A-Za-z])?")
"""What readers put in front of any code: control characters, the identifier of the symbology (ISO/IEC 15424)."""
_RF = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}\Z")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}\Z")
_AMOUNT = re.compile(r"EUR([0-9]{1,9})(?:\.([0-9]{1,2}))?\Z")


class Read(msgspec.Struct, frozen=True):
    """What a code is; ``text`` is a slip's code as it was printed, ``wrong_keyboard`` says that the reader must be set
    to another keyboard."""

    scan: Scan
    text: str = ""
    wrong_keyboard: bool = False


def read_code(text: str, slip_key: bytes, base_url: str = "") -> Read:
    """What this code is, whatever the reader put in front of it and whatever keyboard it was set to.

    Another keyboard is believed for what proves itself: a slip by its MAC, a page of ours by its address, a GiroCode by
    form and check digits, if no other keyboard gives another one. Not so a payment reference: two check digits are not
    enough for so many tries. Without a key no slip can be believed: it counts as forged.
    """
    clean = text.strip()
    if len(clean) > LONGEST:
        return Read(UnknownCode())
    slip = find_slip(clean, slip_key)
    if isinstance(slip, FoundSlip) and slip_key:
        return Read(slip.slip, slip.text, slip.reading.wrong_keyboard)
    if slip is not None:
        return Read(Forged())
    first, *others = readings(clean)
    scan = _page(first.text, base_url) or _payment(first.text)
    if scan is not None:
        return Read(scan)
    found = {scan for other in others if (scan := _page(other.text, base_url) or _giro(other.text)) is not None}
    return Read(found.pop(), wrong_keyboard=True) if len(found) == 1 else Read(UnknownCode())


def _page(text: str, base_url: str) -> VisitorPage | None:
    page = _PAGE.search(text)
    ours = base_url.rstrip("/").casefold()
    return VisitorPage(page[2].lower()) if page and page[1].casefold() == ours else None


def _payment(text: str) -> Giro | PaymentReference | None:
    if (giro := _giro(text)) is not None:
        return giro
    reference = _AIM.sub("", text).replace(" ", "").upper()
    return PaymentReference(reference) if _RF.match(reference) and has_check_digits(reference) else None


def has_check_digits(code: str) -> bool:
    """ISO 7064, MOD 97-10, as IBAN and RF references use it: first four characters to the end, A = 10, rest 1."""
    return (
        code.isalnum()
        and code.isascii()
        and int("".join(str(int(letter, 36)) for letter in code[4:] + code[:4])) % 97 == 1
    )


def _giro(text: str) -> Giro | None:
    """The GiroCode of this text; the reader may have put something before its first line."""
    lines = text.splitlines()
    if len(lines) < 4 or not lines[0].endswith("BCD") or len(lines[0]) > PREFIX_MAX:
        return None
    if lines[1] not in ("001", "002") or lines[2] not in "12345678" or lines[3] != "SCT":
        return None
    lines += [""] * 12
    _bic, name, iban, amount, _purpose, reference, text = lines[4:11]
    iban, reference = iban.replace(" ", "").upper(), reference.replace(" ", "").upper()
    money = _AMOUNT.match(amount)
    sound = (
        1 <= len(name) <= 70
        and _IBAN.match(iban)
        and has_check_digits(iban)
        and (money or not amount)
        and (not reference or (_RF.match(reference) and has_check_digits(reference)))
        and not (reference and text)
        and len(text) <= 140
    )
    if not sound:
        return None
    return Giro(name=name, iban=iban, cents=_cents(money) if money else None, reference=reference, text=text)


def _cents(money: re.Match[str]) -> int:
    return int(money[1]) * 100 + int((money[2] or "0").ljust(2, "0"))
