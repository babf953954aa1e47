"""What a scanned code is: one of our slips, a page of ours, a payment letter, or something we do not know.

Two classes that must not be mixed up: slips carry the MAC of this hall and may act (bring a ticket into its queue);
payment codes are made by anybody, their check digits only tell slips of the pen - they may fill in a form, never pay.
Whatever a code holds is data: bounded here, escaped where it is shown.
"""

import re

import msgspec

from kiosk.vocabulary.slips import Forged, Slip, read_slip

LONGEST = 1024


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

_PAGE = re.compile(r"(https?://[^\s/]{1,250}(?:/[^\s]{0,200})?)/t/([0-9a-f]{32})\Z")
_RF = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}\Z")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}\Z")
_AMOUNT = re.compile(r"EUR([0-9]{1,9})(?:\.([0-9]{1,2}))?\Z")


def read_scan(text: str, slip_key: bytes, base_url: str = "") -> Scan:
    """What this code is. Without a key no slip can be believed: it counts as forged."""
    clean = text.strip()
    if len(clean) > LONGEST:
        return UnknownCode()
    slip = read_slip(clean, slip_key)
    if slip is not None:
        return slip if slip_key else Forged()
    if (page := _PAGE.match(clean)) and page[1] == base_url.rstrip("/"):
        return VisitorPage(page[2])
    if clean.startswith("BCD"):
        return _giro(clean.splitlines()) or UnknownCode()
    reference = clean.replace(" ", "").upper()
    if _RF.match(reference) and has_check_digits(reference):
        return PaymentReference(reference)
    return UnknownCode()


def has_check_digits(code: str) -> bool:
    """ISO 7064, MOD 97-10, as IBAN and RF references use it: first four characters to the end, A = 10, rest 1."""
    return (
        code.isalnum()
        and code.isascii()
        and int("".join(str(int(letter, 36)) for letter in code[4:] + code[:4])) % 97 == 1
    )


def _giro(lines: list[str]) -> Giro | None:
    head, lines = lines[:4], [*lines, *[""] * 12]
    if len(head) < 4 or head[1] not in ("001", "002") or head[2] not in "12345678" or head[3] != "SCT":
        return None
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
