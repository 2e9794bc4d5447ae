"""What delegation does now and then."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from shared import service

if TYPE_CHECKING:
    from shared.crypto.signing import SigningKeys

KEY_AGE = timedelta(days=90)
HOUR = 3600.0


def table(keys: SigningKeys) -> tuple[service.Worker, ...]:
    """Give the workers: each signing key signs for 90 days, then another takes over."""
    return (service.every("delegation.keys", HOUR, partial(keys.rotate_when_due, KEY_AGE)),)
