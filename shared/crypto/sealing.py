"""Secrets on their way to notifications: sealed by many, opened by one (JWE, RFC 7516; design §3).

`notifications.pub.jwk` is given to every service that seals; `notifications.jwk` to
notifications alone. It may be a key set (`{"keys": […]}`), so that a key is replaced
while letters sealed for the old one are still on their way.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from joserfc import jwe, jwk
from joserfc.errors import JoseError
from pydantic import BaseModel

from shared.crypto import files
from shared.crypto.keyring import KeyFileWrong, Unreadable

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE = "notifications.jwk"
PUBLIC = "notifications.pub.jwk"
ALGORITHMS = ["ECDH-ES+A256KW", "A256GCM"]

M = TypeVar("M", bound=BaseModel)


class Sealer:
    """Seals for notifications; cannot open what it sealed."""

    def __init__(self, key: jwk.OKPKey) -> None:
        self._key = key

    @classmethod
    def load(cls, folder: Path) -> Sealer:
        """Read `notifications.pub.jwk`; `KeyFileWrong` when it is missing or malformed."""
        return cls(_import(_read(folder / PUBLIC), folder / PUBLIC))

    def seal(self, model: BaseModel) -> str:
        """Seal a model of `shared.contracts.secrets` as compact JWE; its class is named in the protected header."""
        header = {"alg": ALGORITHMS[0], "enc": ALGORITHMS[1], "kid": self._key.kid, "cty": type(model).__name__}
        return jwe.encrypt_compact(header, model.model_dump_json(), self._key, algorithms=ALGORITHMS)


class Opener:
    """Opens what was sealed for notifications."""

    def __init__(self, keys: jwk.KeySet) -> None:
        self._keys = keys

    @classmethod
    def load(cls, folder: Path) -> Opener:
        """Read `notifications.jwk`; `KeyFileWrong` when it is missing or malformed."""
        path = folder / PRIVATE
        content = _read(path)
        return cls(jwk.KeySet([_import(one, path) for one in content.get("keys", [content])]))

    def open(self, text: str, model: type[M]) -> M:
        """Open as this model; `Unreadable` when it was changed, sealed as another one, or for a key we have not."""
        try:
            opened = jwe.decrypt_compact(text, self._keys, algorithms=ALGORITHMS)
            if opened.headers().get("cty") != model.__name__ or opened.plaintext is None:
                raise Unreadable(model.__name__)
            return model.model_validate_json(opened.plaintext)
        except (JoseError, ValueError) as error:
            raise Unreadable(model.__name__) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise KeyFileWrong(f"{path} cannot be read: {type(error).__name__}") from error
    if not isinstance(content, dict):
        raise KeyFileWrong(f"{path} is not a JSON object")
    return content


def _import(content: dict[str, Any], path: Path) -> jwk.OKPKey:
    try:
        return jwk.OKPKey.import_key(content)
    except (JoseError, ValueError, TypeError) as error:
        raise KeyFileWrong(f"{path} is not an X25519 key") from error


def ensure(folder: Path) -> None:
    """Make both files when the private one is missing; safe with many starters at once."""
    private = folder / PRIVATE
    if not private.exists():
        key = jwk.OKPKey.generate_key("X25519", {"use": "enc"}, private=True, auto_kid=True)
        files.write_once(private, json.dumps(key.as_dict(private=True)))
    if not (folder / PUBLIC).exists():
        content = _read(private)
        current = _import(content.get("keys", [content])[0], private)
        files.write_once(folder / PUBLIC, json.dumps(current.as_dict(private=False)))
