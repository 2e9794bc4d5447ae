"""Forged, bent and broken tokens, made of real ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

from joserfc import jwk, jws

SEVEN = "ABCDEFG"
Claims = dict[str, Any]


def part(data: object) -> str:
    """Write a part of a token."""
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def read(token: str) -> tuple[Claims, Claims, str]:
    """Read header, claims and signature of a token, unverified."""
    header, claims, signature = token.split(".")
    head, body = (json.loads(base64.urlsafe_b64decode(one + "==")) for one in (header, claims))
    return head, body, signature


class Forger:
    """Has a real token, the published key of its issuer, and keys of his own."""

    def __init__(self, token: str, published: Claims) -> None:
        self.header, self.claims, self.signature = read(token)
        self.token, self.published = token, published
        self.own = jwk.OKPKey.generate_key("Ed25519", {"kid": self.header["kid"]}, private=True)
        self.ec = jwk.ECKey.generate_key("P-256", {"kid": self.header["kid"]}, private=True)
        self.rsa = jwk.RSAKey.generate_key(2048, {"kid": self.header["kid"]}, private=True)

    def signed(self, key: Any, algorithm: str, claims: Claims | None = None, **header: Any) -> str:
        """Sign with a key of the forger's."""
        head = self.header | {"alg": algorithm} | header
        if key is self.own:
            # By hand: the library refuses to write what it would refuse to read.
            start = f"{part(head)}.{part(self.claims if claims is None else claims)}"
            return f"{start}.{part(key.private_key.sign(start.encode()))}"
        registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
        body = json.dumps(self.claims if claims is None else claims).encode()
        return jws.serialize_compact({**head}, body, key, registry=registry)

    def mac(self, secret: bytes, **header: Any) -> str:
        """Sign with HMAC, the published key as the secret."""
        start = f"{part(self.header | {'alg': 'HS256'} | header)}.{part(self.claims)}"
        return f"{start}.{part(hmac.new(secret, start.encode(), hashlib.sha256).digest())}"

    def spliced(self, header: Claims | None = None, claims: Claims | None = None, signature: str | None = None) -> str:
        """Put parts together under a signature that was made for others."""
        signed = self.signature if signature is None else signature
        return f"{part(header or self.header)}.{part(claims or self.claims)}.{signed}"

    def all(self) -> Iterator[tuple[str, str]]:
        """Give every forged token with its name."""
        yield from self._algorithms()
        yield from self._headers()
        yield from self._claims()
        yield from self._texts()

    def _algorithms(self) -> Iterator[tuple[str, str]]:
        for name in ("none", "None", "NONE", "nOnE", "", None, 0, [], {}):
            for signature in ("", self.signature):
                yield f"alg {name!r} {bool(signature)}", self.spliced(self.header | {"alg": name}, signature=signature)
        for name in ("HS256", "HS384", "HS512", "RS256", "PS256", "ES256", "ES512", "EdDSA", "Ed448"):
            yield f"alg {name}, real signature", self.spliced(self.header | {"alg": name})
        x = self.published["x"].encode()
        for what, secret in {"x": x, "raw": base64.urlsafe_b64decode(x + b"=="), "empty": b""}.items():
            yield f"HS256 with the published key as {what}", self.mac(secret)
        yield "HS256 with the published key as JWK", self.mac(json.dumps(self.published).encode())
        yield "own Ed25519 key under the real kid", self.signed(self.own, "Ed25519")
        yield "own P-256 key", self.signed(self.ec, "ES256")
        yield "own RSA key", self.signed(self.rsa, "RS256")

    def _headers(self) -> Iterator[tuple[str, str]]:
        own = self.own.as_dict(private=False)
        extra: dict[str, Any] = {
            "jwk": own,
            "jku": "http://127.0.0.1:9/keys",
            "x5u": "http://127.0.0.1:9/keys",
            "x5c": ["MIIB"],
            "zip": "DEF",
            "cty": "JWT",
        }
        for name, value in extra.items():
            yield f"header {name}, own key", self.signed(self.own, "Ed25519", **{name: value})
            yield f"header {name}, real signature", self.spliced(self.header | {name: value})
        yield "header crit, real signature", self.spliced(self.header | {"crit": ["exp"]})
        yield "header b64, real signature", self.spliced(self.header | {"crit": ["b64"], "b64": False})
        paths = ("../../etc/passwd", "/dev/null", "' or 1=1 --", "", "\0", "x" * 500, "other", 1, None, ["a"])
        for kid in paths:
            yield f"kid {str(kid)[:20]!r}", self.spliced(self.header | {"kid": kid})
        for typ in ("JWT", "at+JWT ", "", None, "application/at+jwt+x", "dpop+jwt"):
            yield f"typ {typ!r}", self.spliced(self.header | {"typ": typ})
            yield f"typ {typ!r}, own key", self.signed(self.own, "Ed25519", typ=typ)

    def _claims(self) -> Iterator[tuple[str, str]]:
        now = int(time.time())
        changes: dict[str, Any] = {
            "another subject": {"sub": "0199a6a0-0000-7000-8000-000000000000"},
            "operator": {"roles": ["operator"]},
            "application": {"app": True, "client_id": "cadastre"},
            "another audience": {"aud": "other"},
            "several audiences": {"aud": ["mandat", "other"]},
            "another issuer": {"iss": "http://evil.example.com/identity"},
            "the other issuer": {"iss": self.claims["iss"].replace("identity", "delegation")},
            "expired": {"exp": now - 60},
            "long life": {"exp": now + 10**9},
            "exp as text": {"exp": str(now + 100)},
            "exp not a number": {"exp": "NaN"},
            "not yet": {"nbf": now + 3600},
            "from the future": {"iat": now + 3600},
            "acting": {"act": {"sub": self.claims["sub"]}},
            "nested acting": {"act": {"sub": self.claims["sub"], "act": {"sub": self.claims["sub"]}}},
            "acting for nobody": {"act": {}},
            "acting as text": {"act": "me"},
            "subject as list": {"sub": [self.claims["sub"]]},
            "huge": {"name": "x" * 20_000},
        }
        for name, change in changes.items():
            yield f"{name}, real signature", self.spliced(claims=self.claims | change)
            yield f"{name}, own key", self.signed(self.own, "Ed25519", self.claims | change)
        for name in ("sub", "exp", "iss", "aud", "iat"):
            rest = {key: value for key, value in self.claims.items() if key != name}
            yield f"without {name}", self.spliced(claims=rest)
            yield f"without {name}, own key", self.signed(self.own, "Ed25519", rest)

    def _texts(self) -> Iterator[tuple[str, str]]:
        head, body, signature = self.token.split(".")
        twice = f'{{"sub":"x",{json.dumps(self.claims)[1:]}'.encode()
        yield "claims twice", f"{head}.{part(twice)}.{signature}"
        yield "two parts", f"{head}.{body}"
        yield "empty signature", f"{head}.{body}."
        yield "four parts", f"{self.token}.{signature}"
        yield "five parts", f"{self.token}.a.b"
        yield "signature of zeros", f"{head}.{body}.{part(bytes(64))}"
        yield "signature cut", self.token[:-8]
        yield "signature longer", f"{self.token}AAAA"
        yield "another letter", f"{head}.{body}.{SEVEN}{signature[7:]}"
        yield "standard base64", f"{head}.{body}.{signature[:-2]}+/"
        yield "padded", f"{head}.{body}.{signature}=="
        yield "spaces inside", f"{head}. {body}.{signature}"
        for text in ("x", "...", "null", "[]", "{}", "e30.e30.e30", "é.é.é", "A" * 9000, "a.b.c", "Bearer"):
            yield f"text {text[:10]!r}", text
