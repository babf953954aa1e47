"""The keys that sign manifests: Ed25519, made with the site, kept in the hub's database, two valid at a time."""

import msgspec
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from sqlalchemy import Connection, insert, select, update

from hub.store import tables as t
from kiosk.wire import MANIFEST_TYPE, Manifest, PublicKey

_K = t.signing_key


class Signer(msgspec.Struct, frozen=True):
    """A key with its private part (base64url, RFC 8037); never leaves this process."""

    kid: str
    x: str
    d: str

    def sign(self, manifest: Manifest) -> bytes:
        """The manifest as a compact JWS. The same manifest gives the same bytes: Ed25519 draws nothing."""
        token = JWS(msgspec.json.encode(manifest))
        head = {"alg": "EdDSA", "kid": self.kid, "typ": MANIFEST_TYPE}
        key = JWK(kty="OKP", crv="Ed25519", x=self.x, d=self.d)
        token.add_signature(key, None, msgspec.json.encode(head).decode())
        return str(token.serialize(compact=True)).encode()


def ensure(connection: Connection, site: str, now_ms: int) -> None:
    """Make the keys that are missing: one that signs, one that comes next."""
    have = set(connection.execute(select(_K.c.state).where(_K.c.site_id == site)).scalars())
    for each in ("signs", "next"):
        if each not in have:
            _make(connection, site, each, now_ms)


def rotate(connection: Connection, site: str, now_ms: int) -> None:
    """The next key signs from now on, the old one is retired, a new one comes next."""
    ensure(connection, site, now_ms)
    for was, becomes in (("signs", "retired"), ("next", "signs")):
        mine = (_K.c.site_id == site) & (_K.c.state == was)
        connection.execute(update(_K).where(mine).values(state=becomes))
    ensure(connection, site, now_ms)


def signer(connection: Connection, site: str) -> Signer | None:
    """The key that signs."""
    mine = (_K.c.site_id == site) & (_K.c.state == "signs")
    row = connection.execute(select(_K.c.kid, _K.c.public, _K.c.private).where(mine)).first()
    return None if row is None else Signer(*row)


def public_keys(connection: Connection, site: str) -> tuple[PublicKey, ...]:
    """What terminals trust: the key that signs, then the one that comes next."""
    mine = (_K.c.site_id == site) & (_K.c.state != "retired")
    rows = connection.execute(select(_K.c.kid, _K.c.public).where(mine).order_by(_K.c.state.desc()))
    return tuple(PublicKey(kid=kid, x=public) for kid, public in rows)


def _make(connection: Connection, site: str, becomes: str, now_ms: int) -> None:
    key = JWK.generate(kty="OKP", crv="Ed25519")
    made = msgspec.json.decode(key.export_private(), type=dict[str, str])
    values = {"kid": key.thumbprint()[:16], "state": becomes, "private": made["d"], "public": made["x"]}
    connection.execute(insert(_K).values(site_id=site, created_ms=now_ms, **values))
