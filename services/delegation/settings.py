"""What delegation is told from outside: settings, and the service catalogue that operators may change."""

from __future__ import annotations

import tomllib
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from shared.contracts import permissions
from shared.contracts.permissions import Permission
from shared.settings import ServiceSettings

PACKAGED = Path(str(resources.files("services.delegation") / "catalogue.toml"))


class Settings(ServiceSettings):
    """`catalogue` is the file of the services that surveyors use; `searches_per_hour` is per surveyor (decision 8)."""

    catalogue: Path = PACKAGED
    searches_per_hour: int = Field(default=30, ge=1, le=10_000)


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Texts(_Entry):
    """A text in both languages."""

    fr: str = Field(min_length=1, max_length=500)
    en: str = Field(min_length=1, max_length=500)


class Service(_Entry):
    """One service of the catalogue. A reserved one is for the surveyor in person and has no permission (Q10)."""

    id: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=60)
    permission: Permission | None = None
    reserved: bool = False
    name: Texts
    description: Texts

    @field_validator("permission")
    @classmethod
    def _delegable(cls, permission: Permission | None) -> Permission | None:
        if permission is not None and permission not in permissions.DELEGABLE:
            raise ValueError(f"{permission} is not the permission of a delegable service")
        return permission

    @model_validator(mode="after")
    def _reserved_or_permitted(self) -> Self:
        if self.reserved and self.permission is not None:
            raise ValueError(f"{self.id} is reserved and must not have a permission")
        if not self.reserved and self.permission is None:
            raise ValueError(f"{self.id} needs a permission, or reserved = true")
        return self


class Catalogue(_Entry):
    """The services that surveyors use (Q9), with those that are never delegated (Q10)."""

    services: tuple[Service, ...] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = Counter(name for service in self.services for name in (service.id, service.permission) if name)
        twice = sorted(name for name, times in names.items() if times > 1)
        if twice:
            raise ValueError(f"named more than once: {', '.join(twice)}")
        return self

    def by_name(self) -> dict[str, Service]:
        """Give the services by id and by permission."""
        names = {service.id: service for service in self.services}
        return names | {str(service.permission): service for service in self.services if service.permission}


class CatalogueInvalid(Exception):
    """The catalogue file cannot be used; the message names each fault and its place."""


def load_catalogue(path: Path) -> Catalogue:
    """Read and check the service catalogue; `CatalogueInvalid` says all that is wrong with it."""
    try:
        return Catalogue.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        faults = (f"\n  {_place(fault['loc'])}: {fault['msg']}" for fault in error.errors(include_url=False))
        raise CatalogueInvalid(f"the service catalogue {path} is not valid:{''.join(faults)}") from error
    except (OSError, ValueError) as error:
        raise CatalogueInvalid(f"the service catalogue {path} cannot be read: {error}") from error


def _place(loc: tuple[int | str, ...]) -> str:
    words = [f"service {part + 1}" if isinstance(part, int) else part for part in loc if part != "services"]
    return ", ".join(words) or "services"
