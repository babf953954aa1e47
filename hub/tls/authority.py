"""Certificates as values: an authority (EC P-256, 20 years) and what it signs for the hub (one year).

Profile after RFC 5280: the authority may sign only servers (path length 0), server certificates name the hub in
``subjectAltName`` alone. Times begin a day early, because clocks in a town hall differ.
"""

import ipaddress
from datetime import datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIVES = timedelta(days=20 * 365)
SERVER_LIVES = timedelta(days=365)
"""Browsers refuse private certificates that live longer than 825 days."""
RENEW_BEFORE = timedelta(days=30)
_EARLY = timedelta(days=1)


class Pair(msgspec.Struct, frozen=True):
    """A certificate and its key, PEM."""

    certificate: bytes
    key: bytes


def new_authority(now: datetime) -> Pair:
    """An authority for one hub; ``now`` in UTC."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Townhall Kiosk hub authority")
    builder = (
        _begin(name, name, key.public_key(), now, AUTHORITY_LIVES)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Pair(_pem(builder.sign(key, hashes.SHA256())), _key_pem(key))


def new_server(authority: Pair, names: tuple[str, ...], now: datetime) -> Pair:
    """A certificate for these host names and addresses, with a key of its own. Raises ValueError for a broken pair."""
    issuer = x509.load_pem_x509_certificate(authority.certificate)
    issuer_key = serialization.load_pem_private_key(authority.key, None)
    if not isinstance(issuer_key, ec.EllipticCurvePrivateKey) or issuer_key.public_key() != issuer.public_key():
        raise ValueError("the authority's key does not belong to its certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        _begin(_name("Townhall Kiosk hub"), issuer.subject, key.public_key(), now, SERVER_LIVES)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    return Pair(_pem(builder.sign(issuer_key, hashes.SHA256())), _key_pem(key))


def names_of(certificate: bytes) -> tuple[str, ...]:
    """The host names and addresses a certificate (PEM) stands for. Raises ValueError when it is none."""
    found = x509.load_pem_x509_certificate(certificate)
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return tuple(str(name.value) for name in names)


def due(certificate: bytes, now: datetime) -> bool:
    """Whether a certificate (PEM) is to be renewed now: it ends soon, or it was made by a clock that was ahead and is
    not valid yet. Raises ValueError when it is none."""
    found = x509.load_pem_x509_certificate(certificate)
    return found.not_valid_after_utc - now < RENEW_BEFORE or found.not_valid_before_utc > now


def ends(certificate: bytes) -> datetime:
    """Until when a certificate (PEM) is good, UTC. Raises ValueError when it is none."""
    return x509.load_pem_x509_certificate(certificate).not_valid_after_utc


def checked_name(text: str) -> str | None:
    """A host name (with umlauts as xn--) or an address, as certificates write it; None when it is neither."""
    text = text.strip().strip("[]").rstrip(".")
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        name = text.encode("idna").decode().lower()
    except UnicodeError:
        return None
    letters = set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    return name if name and set(name) <= letters and len(name) <= 253 else None


def _begin(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, lives: timedelta
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return (
        builder.serial_number(x509.random_serial_number()).not_valid_before(now - _EARLY).not_valid_after(now + lives)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
