"""An issuer whose every mistake can be made, and the JWKS it publishes."""

import base64
import hashlib
import hmac
import json
import time
from contextlib import asynccontextmanager

from joserfc import jwk

from shared.crypto import verify

ISSUER = "https://mandat.example.com/identity"
NOW = int(time.time())


def key(kid: str = "one") -> jwk.OKPKey:
    return jwk.OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig", "alg": "Ed25519"}, private=True)


def claims(**changes):
    base = {"iss": ISSUER, "aud": "mandat", "sub": "8f", "iat": NOW, "exp": NOW + 300}
    return {name: value for name, value in (base | changes).items() if value is not ...}


def sign(signer: jwk.OKPKey, body=None, **header) -> str:
    """Sign by hand: a library would not make most of these."""
    head = {"alg": "Ed25519", "typ": "at+jwt", "kid": signer.kid} | header
    text = unsigned({name: value for name, value in head.items() if value is not ...}, body or claims())
    return f"{text}.{coded(signer.private_key.sign(text.encode()))}"


def sign_symmetric(signer: jwk.OKPKey) -> str:
    """Sign with the public key as if it were a shared secret (RFC 8725 §2.1)."""
    text = unsigned({"alg": "HS256", "typ": "at+jwt", "kid": signer.kid}, claims())
    public = base64.urlsafe_b64decode(signer.as_dict(private=False)["x"] + "=")
    return f"{text}.{coded(hmac.new(public, text.encode(), hashlib.sha256).digest())}"


def unsigned(header, body) -> str:
    return f"{coded(header)}.{coded(body)}"


def coded(value) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Published:
    """Answers as an HTTP client does: with the keys, or not at all."""

    def __init__(self, *keys: jwk.OKPKey) -> None:
        self.keys = [one.as_dict(private=False) for one in keys]
        self.broken: Exception | None = None
        self.asked = 0

    @asynccontextmanager
    async def get(self, _url, **_more):
        self.asked += 1
        if self.broken:
            raise self.broken
        yield self

    def raise_for_status(self) -> None:
        pass

    async def json(self, **_more):
        return {"keys": self.keys}


class Time:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def verifier(published: Published, ticks: Time | None = None) -> verify.TokenVerifier:
    made = verify.TokenVerifier(published, {ISSUER: "https://identity/jwks"}, now=lambda: float(NOW))
    if ticks:
        made._sources[ISSUER]._ticks = ticks
    return made
