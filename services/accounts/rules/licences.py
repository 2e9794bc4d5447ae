"""The state of a licence, and the rows of a roster of licences; no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.accounts.rules import rosters
from shared.contracts.events.accounts import LicenceStatus
from shared.contracts.people import Language

if TYPE_CHECKING:
    from uuid import UUID


def status(holder: UUID | None, *, suspended: bool) -> LicenceStatus:
    """Name the state of a licence; a suspended one is that first (decision 11)."""
    if suspended:
        return LicenceStatus.SUSPENDED
    return LicenceStatus.ACTIVE if holder else LicenceStatus.UNCLAIMED


@dataclass(frozen=True, slots=True)
class Row:
    """One licence of a roster, validated; `line` is where it begins in the file."""

    line: int
    matricule: str
    first_name: str
    last_name: str
    email: str
    office: str
    language: Language

    @property
    def key(self) -> str:
        """What no other row of the file may have."""
        return self.matricule

    def facts(self) -> tuple[str, ...]:
        """What the roster says of the licence, to compare with what is known."""
        return (self.first_name, self.last_name, self.email, self.office, self.language.value)


def read_row(line: int, values: dict[str, str]) -> Row:
    """Validate one row; raises `RowFault`."""
    if not (values["matricule"].isascii() and values["matricule"].isdigit()):
        raise rosters.RowFault(line, "matricule", "matricule")
    language = rosters.language(line, values.pop("language", ""))
    values["email"] = rosters.email(line, values["email"])
    return Row(line=line, language=language, **values)


LAYOUT = rosters.Layout(
    key="matricule",
    columns={
        "matricule": ("matricule", "licence_number", "license_number"),
        "first_name": ("prenom", "first_name"),
        "last_name": ("nom", "last_name"),
        "email": ("courriel", "adresse_courriel", "email", "e_mail"),
        "office": ("bureau", "office"),
        "language": ("langue", "language"),
    },
    required=("matricule", "first_name", "last_name", "email", "office"),
    longest={"matricule": 10, "first_name": 100, "last_name": 100, "email": 254, "office": 200, "language": 2},
    read=read_row,
)
