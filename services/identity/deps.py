"""What identity's commands and endpoints use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.identity.hashing import Hasher
    from services.identity.settings import Settings
    from shared.crypto.keyring import Keyring
    from shared.crypto.sealing import Sealer
    from shared.crypto.signing import SigningKeys
    from shared.db.pool import Pool


@dataclass(frozen=True, kw_only=True)
class Deps:
    """`common` are the words that passwords are commonly made of."""

    pool: Pool
    settings: Settings
    signing: SigningKeys
    hasher: Hasher
    sealer: Sealer
    keyring: Keyring
    common: frozenset[str]
