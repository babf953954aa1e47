"""Whom the terminal believes to be the hub: one pinned authority, the hub's name - and no clock.

A kiosk without a battery clock wakes up in 1970, before any certificate begins, and learns the time from the hub: so
dates in certificates are not looked at (docs/decisions/0140). Chain, signature and name are.
"""

import ssl
from typing import Final

from kiosk.vocabulary.enrolment import fingerprint

_NO_CHECK_TIME: Final = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL (x509_vfy.h); Python has no name for it."""


def pinned(ca: str) -> ssl.SSLContext:
    """Believe only what this authority (PEM) has signed. Without a usable authority nobody is believed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # demands a certificate and its name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME) | ssl.VERIFY_X509_PARTIAL_CHAIN
    if certificate := only_certificate(ca):
        context.load_verify_locations(cadata=certificate)
    return context


def blind() -> ssl.SSLContext:
    """Believe anybody: only for fetching the authority whose fingerprint is compared next. Nothing secret goes here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def only_certificate(pem: str) -> str:
    """The first certificate of a PEM text, alone and readable; "" when there is none.

    What stands behind it is dropped: a fingerprint speaks for one certificate only.
    """
    start, end = pem.find(ssl.PEM_HEADER), pem.find(ssl.PEM_FOOTER)
    if start < 0 or end < start:
        return ""
    try:
        alone = ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(pem[start : end + len(ssl.PEM_FOOTER)]))
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=alone)
    except (ssl.SSLError, ValueError):
        return ""
    return alone


def fingerprint_of(certificate: str) -> str:
    """The 16 letters of a certificate that ``only_certificate`` gave."""
    return fingerprint(ssl.PEM_cert_to_DER_cert(certificate))


def refused_certificate(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """The refusal of a certificate somewhere inside an error of ``requests``, if that is what happened."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ssl.SSLCertVerificationError):
            return one
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            waiting += [*one.args, one.__cause__, one.__context__, getattr(one, "reason", None)]
    return None
