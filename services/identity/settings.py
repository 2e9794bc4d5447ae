"""What identity is told from outside."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Lifetimes and limits. Limits are per client address (IPv6: per /64) unless `in_all` is said.

    `hash_threads` defaults to one less than there are cores.
    """

    hash_threads: int | None = Field(default=None, ge=1)
    access_token_seconds: int = Field(default=300, ge=30, le=300)
    session_days: int = Field(default=30, ge=1)
    session_idle_hours: int = Field(default=12, ge=1)
    signing_key_days: int = Field(default=30, ge=1)
    worker_seconds: float = Field(default=0.5, gt=0)
    registrations_per_hour: int = Field(default=30, ge=1)
    letters_per_hour: int = Field(default=30, ge=1)
    letters_per_person_per_hour: int = Field(default=3, ge=1)
    failures_per_hour: int = Field(default=60, ge=1)
    failures_in_all_per_hour: int = Field(default=5000, ge=1)

    @property
    def issuer(self) -> str:
        """The `iss` of our tokens."""
        return f"{self.public_url}/identity"

    @property
    def session_lifetime(self) -> timedelta:
        """A session ends this long after its sign-in, however much it is used."""
        return timedelta(days=self.session_days)

    @property
    def idle_lifetime(self) -> timedelta:
        """A session ends when it is not refreshed for this long."""
        return timedelta(hours=self.session_idle_hours)
