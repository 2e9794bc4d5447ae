"""What the portal is told from outside."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from services.portal.applications import EXAMPLES, Listed
from shared.settings import ServiceSettings, Url


def _same_as_public(data: dict[str, Any]) -> str:
    return str(data["public_url"])


def _parsed(given: Any) -> Any:
    """Read the list from the environment or from a file, where it is JSON; nothing is an empty list."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given) if given.strip() else ()
    except ValueError as error:
        raise ValueError(f"this is no JSON: {error}") from None


def _each_once(listed: tuple[Listed, ...]) -> tuple[Listed, ...]:
    for slug, times in Counter(one.slug for one in listed).items():
        if times > 1:
            raise ValueError(f"the slug {slug} stands {times} times: each application has one of its own")
    return listed


Applications = Annotated[tuple[Listed, ...], NoDecode, BeforeValidator(_parsed), AfterValidator(_each_once)]


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
    applications: Applications = ()
    """Further connected applications whose pages the portal shows, as JSON (`docs/connecting.md`)."""
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

    def application_of(self, path: str) -> str | None:
        """Give the client id of the application that a path leads to; None for a service of ours."""
        name = path[1:].partition("/")[0]
        return name if name in self._client_ids else None

    @cached_property
    def _client_ids(self) -> frozenset[str]:
        return frozenset(one.slug for one in (*EXAMPLES, *self.applications))

    def url_of(self, path: str) -> str:
        """Give the whole address of `/<service>/…`, or of `/<slug>/…` at a further application."""
        name, _, rest = path[1:].partition("/")
        listed = next((one for one in self.applications if one.slug == name), None)
        return f"{listed.url}/{rest}" if listed else f"{getattr(self, f'{name}_url')}{path}"
