"""The enrolment code, as people carry it from the hub's page to a terminal: ``K7MQ-2XPD`` or, with TLS, 16 more.

The first 8 characters are the one-time secret (40 bits). The 16 behind them are the fingerprint of the hub's
certificate authority (80 bits of the SHA-256 of its DER form): the terminal compares it before it says the secret.
"""

import hashlib

import msgspec

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O: a code is typed by hand. 32 of them: five bits each."""
CODE_LENGTH = 8
FINGERPRINT_LENGTH = 16
GROUP = 4


class EnrolCode(msgspec.Struct, frozen=True):
    """A code as typed; ``fingerprint`` is "" when only the secret was given (hubs without TLS, on this machine)."""

    secret: str
    fingerprint: str = ""


def plain(typed: str) -> str:
    """What counts of a code, however it was typed: ``abcd-2345`` is ``ABCD2345``."""
    return "".join(letter for letter in typed.upper() if letter in LETTERS)


def read_code(typed: str) -> EnrolCode | None:
    """The code, or None when letters are missing or too many."""
    letters = plain(typed)
    if len(letters) not in (CODE_LENGTH, CODE_LENGTH + FINGERPRINT_LENGTH):
        return None
    return EnrolCode(letters[:CODE_LENGTH], letters[CODE_LENGTH:])


def grouped(letters: str) -> str:
    """In groups of four, as it is shown and typed: ``K7MQ-2XPD-...``."""
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def fingerprint(certificate: bytes) -> str:
    """80 bits that name a certificate (DER)."""
    bits = int.from_bytes(hashlib.sha256(certificate).digest()[:10], "big")
    return "".join(LETTERS[bits >> (5 * place) & 31] for place in reversed(range(FINGERPRINT_LENGTH)))
