"""What the portal is told from outside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field

from shared.settings import ServiceSettings, Url


def _same_as_public(data: dict[str, Any]) -> str:
    return str(data["public_url"])


class Settings(ServiceSettings):
    """Where the services are that the portal talks to, and how long a visit may last.

    Each address is the public one unless said otherwise. A web session ends after `web_session_idle_hours`
    without a page, and after `web_session_days` in any case.
    """

    accounts_url: Url = Field(default_factory=_same_as_public)
    audit_url: Url = Field(default_factory=_same_as_public)
    notifications_url: Url = Field(default_factory=_same_as_public)
    cadastre_url: Url = Field(default_factory=_same_as_public)
    permits_url: Url = Field(default_factory=_same_as_public)
    web_session_idle_hours: int = Field(default=12, ge=1, le=72)
    web_session_days: int = Field(default=30, ge=1, le=90)
    support: str = "soutien@mandat.example.com"
    """The address that people write to for help."""

    @property
    def secure(self) -> bool:
        """Whether visitors come by https: cookies then carry the `__Host-` prefix."""
        return self.public_url.startswith("https://")

    @property
    def idle(self) -> timedelta:
        """A session ends after this long without a page."""
        return timedelta(hours=self.web_session_idle_hours)

    @property
    def longest(self) -> timedelta:
        """A session ends this long after sign-in, however much it is used."""
        return timedelta(days=self.web_session_days)

    def address_of(self, path: str) -> str:
        """Give the base address of the service that answers `/<service>/…`."""
        return str(getattr(self, f"{path.split('/')[1]}_url"))
