"""Settings come from the environment as `MANDAT_*`, are read once and never change."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.contracts.audiences import MANDAT
from shared.web.clients import Networks

PREFIX = "MANDAT_"
FOR_TESTS = "MANDAT_TEST_"


def _without_slash(url: str) -> str:
    return url.rstrip("/")


Url = Annotated[str, Field(pattern=r"^https?://[^\s?#]+$"), AfterValidator(_without_slash)]


def _same_as_public(data: dict[str, Any]) -> str:
    return str(data["public_url"])


class ServiceSettings(BaseSettings):
    """What every service is told from outside; a service adds its own fields, each with a default.

    `secrets` is the folder of key files; `identity_url` and `delegation_url` are the addresses
    inside the system, by default the public one; `pool_size` is in connections.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    public_url: Url
    secrets: Path
    database_url: str = Field(repr=False)
    amqp_url: str | None = Field(default=None, repr=False)
    migrate: bool = True
    """Whether the service itself brings its database to the newest version; where it may not, it waits for that."""
    declare: bool = True
    """Whether the service itself declares exchanges and queues; where it may not, it checks that they are there."""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    pool_size: int = Field(default=10, ge=1, le=200)
    identity_url: Url = Field(default_factory=_same_as_public)
    delegation_url: Url = Field(default_factory=_same_as_public)
    development: bool = False
    trusted_proxies: Networks = ()
    """Networks whose `X-Forwarded-For` is believed, separated by commas: `172.16.0.0/12, 10.0.0.0/8`."""
    failpoints: str = ""
    """For chaos runs alone: where to end the process (`shared/failpoints.py`)."""
    drain: float = Field(default=3.0, ge=0, le=60)
    """Seconds between not being ready and not listening any more, for whoever balances the load to notice."""

    @property
    def audiences(self) -> frozenset[str]:
        """For whom a token has to be that is believed here (RFC 7519 §4.1.3)."""
        return frozenset({MANDAT})

    @classmethod
    def read(cls) -> Self:
        """Read the environment, and what it does not say from files of the folder of secrets.

        Such a file has the name of the variable, in any case: `mandat_database_url`.
        """
        folder = os.environ.get(f"{PREFIX}SECRETS", "")
        return cls(_secrets_dir=folder if Path(folder).is_dir() else None)


class UnknownSettings(Exception):
    """Environment variables that look like settings of ours and are none: most likely typing errors."""


def variables(*classes: type[ServiceSettings]) -> set[str]:
    """Name every environment variable that these settings classes read."""
    return {PREFIX + field.upper() for one in classes for field in one.model_fields}


def check_environment(known: set[str], environment: Mapping[str, str] | None = None) -> None:
    """Refuse `MANDAT_*` variables that nobody reads (`UnknownSettings`); `MANDAT_TEST_*` is left to the tests."""
    present = os.environ if environment is None else environment
    ours = {name for name in present if name.startswith(PREFIX) and not name.startswith(FOR_TESTS)}
    unknown = sorted(ours - known)
    if unknown:
        raise UnknownSettings("; ".join(_complaint(name, known) for name in unknown))


def _complaint(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    hint = f", did you mean {near[0]}?" if near else ""
    return f"{name} is not a setting of Mandat{hint}"
