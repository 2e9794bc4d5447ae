"""An issuer of access tokens for tests, trusted through the real verifier."""

from __future__ import annotations

import time
from typing import Any, Self
from uuid import UUID, uuid4

import aiohttp
from joserfc import jwk, jwt

from shared import service
from shared.crypto import verify
from shared.db.pool import Pool

IDENTITY = "http://mandat.example.com/identity"
DELEGATION = "http://mandat.example.com/delegation"


class Issuer:
    """Signs tokens as identity and delegation do."""

    def __init__(self) -> None:
        options = {"kid": "test", "use": "sig", "alg": "Ed25519"}
        self.key = jwk.OKPKey.generate_key("Ed25519", options, private=True)

    def sign(self, claims: dict[str, Any], *, issuer: str = IDENTITY, seconds: int = 300, typ: str = "at+jwt") -> str:
        now = int(time.time())
        base = {"iss": issuer, "aud": "mandat", "iat": now, "exp": now + seconds, "jti": uuid4().hex}
        header = {"alg": "Ed25519", "typ": typ, "kid": "test"}
        return jwt.encode(header, base | claims, self.key, algorithms=["Ed25519"])

    def person(self, user: UUID, *, name: str = "Jean Piette", **claims: Any) -> str:
        base = {"sub": str(user), "sid": str(uuid4()), "name": name, "username": "jpiette", "lang": "fr"}
        return self.sign(base | {"roles": [], "pwd_at": int(time.time())} | claims)

    def operator(self, user: UUID, **claims: Any) -> str:
        return self.person(user, **({"name": "Odile Pelletier", "roles": ["operator"]} | claims))

    def acting(self, *, delegator: UUID, delegate: UUID, **claims: Any) -> str:
        base = {"sub": str(delegator), "name": "Jean Piette", "lang": "fr", "licence": str(uuid4())}
        act = {"sub": str(delegate), "name": "Édith Descartes"}
        base |= {"matricule": "5003", "dlg": str(uuid4()), "dlg_v": 1, "act": act}
        return self.sign(base | claims, issuer=DELEGATION, seconds=60)

    def application(self, client_id: str = "cadastre", **claims: Any) -> str:
        return self.sign({"sub": client_id, "client_id": client_id, "app": True} | claims)

    def verifier(self) -> verify.TokenVerifier:
        """Give the real verifier; the keys come from memory instead of over HTTP."""
        urls = {IDENTITY: "memory:identity", DELEGATION: "memory:delegation"}
        return verify.TokenVerifier(_Published(self.key.as_dict(private=False)), urls)  # type: ignore[arg-type]


class _Published:
    """Answers like an HTTP client that finds the JWKS."""

    def __init__(self, key: dict[str, Any]) -> None:
        self._document = {"keys": [key]}

    def get(self, *_: Any, **__: Any) -> _Published:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    status = 200
    ok = True

    def raise_for_status(self) -> None:
        return None

    async def json(self, **_: Any) -> dict[str, Any]:
        return self._document


def infra(pool: Pool, issuer: Issuer, http: aiohttp.ClientSession | None = None) -> service.Infra:
    """Give what `build` is given."""
    return service.Infra(pool=pool, http=http, tokens=issuer.verifier())  # type: ignore[arg-type]
