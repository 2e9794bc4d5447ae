"""The only user of `sql/`: people, and what waits to be done about them. Sessions and applications have their own."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from shared import requests
from shared.db import queries

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Connection, Pool

SQL = queries.load("services.identity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a person gave to register; `password_hash` is Argon2id's."""

    id: UUID
    username: str
    username_key: str
    email: str
    email_key: str
    first_name: str
    last_name: str
    language: str
    password_hash: str

    def __repr__(self) -> str:
        return f"Registration({self.id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as the database has him; `version` is that of the last event about him."""

    id: UUID
    username: str
    email: str
    first_name: str
    last_name: str
    language: str
    password_hash: str
    password_changed_at: datetime
    verified_at: datetime | None
    operator: bool
    version: int

    def __repr__(self) -> str:
        return f"Person({self.id})"

    @property
    def verified(self) -> bool:
        """Whether he proved his e-mail address."""
        return self.verified_at is not None

    @property
    def names(self) -> tuple[str, ...]:
        """What a password must not be made of."""
        return (self.username, self.email.partition("@")[0], self.first_name, self.last_name)


@dataclass(frozen=True, slots=True)
class Request:
    """Something to be done after the answer: `value` is what was typed, or a registration's id."""

    id: int
    kind: str
    value: str = field(repr=False)
    person_id: UUID | None
    origin: requests.Origin


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was mailed: whose it is, and the address it was sent to."""

    person_id: UUID
    email: str
    live: bool
    used: bool


def _person(row: Record | None) -> Person | None:
    return Person(**row) if row else None


async def lock_key(connection: Connection, key: str) -> None:
    """Take a user name or an address for the rest of the transaction, whether somebody has it or not."""
    await connection.execute(SQL["lock_key"], key)


async def insert_registration(connection: Connection, registration: Registration) -> bool:
    """Keep a registration; tell whether its user name was free."""
    values = asdict(registration).values()
    return await connection.fetchval(SQL["insert_registration"], *values) is not None


async def find_registration(connection: Connection, registration_id: UUID) -> Registration | None:
    """Give a registration that is to be worked off."""
    row = await connection.fetchrow(SQL["find_registration"], registration_id)
    return Registration(**row) if row else None


async def delete_registration(connection: Connection, registration_id: UUID) -> None:
    """Let go of a registration, and of its user name."""
    await connection.execute(SQL["delete_registration"], registration_id)


async def insert_request(connection: Connection | Pool, kind: str, value: str, person_id: UUID | None = None) -> None:
    """Note what is to be done after the answer, and where it came from."""
    await connection.execute(SQL["insert_request"], kind, value, person_id, asdict(requests.current()))


async def take_request(connection: Connection) -> Request | None:
    """Take out the request that is due longest and that no other worker has."""
    row = await connection.fetchrow(SQL["take_request"])
    return Request(**(dict(row) | {"origin": requests.Origin(**row["origin"])})) if row else None


async def postpone_request(pool: Pool, request_id: int) -> None:
    """Try a request again in a minute."""
    await pool.execute(SQL["postpone_request"], request_id)


async def insert_person(connection: Connection, registration: Registration) -> None:
    """Add a person who has not proved the address yet."""
    await connection.execute(SQL["insert_person"], *asdict(registration).values())


async def find_person(connection: Connection | Pool, key: str) -> Person | None:
    """Find a person by the key of user name or e-mail address."""
    return _person(await connection.fetchrow(SQL["find_person"], key))


async def lock_person(connection: Connection, person_id: UUID) -> Person | None:
    """Give a person and keep others from changing him."""
    return _person(await connection.fetchrow(SQL["lock_person"], person_id))


async def raise_version(connection: Connection, person_id: UUID) -> Person:
    """Give the person as he is now, under the version of the event that says so."""
    row = await connection.fetchrow(SQL["raise_version"], person_id)
    if row is None:
        raise LookupError("there is no such person")
    return Person(**row)


async def lock_stale(connection: Connection, keys: Iterable[str]) -> list[UUID]:
    """Name unverified people whose link has expired and who hold one of these user names or addresses."""
    return [row["id"] for row in await connection.fetch(SQL["lock_stale"], list(keys))]


async def list_purgeable(connection: Connection, age: timedelta) -> list[UUID]:
    """Name unverified people of at least this age, at most 100."""
    return [row["id"] for row in await connection.fetch(SQL["list_purgeable"], age)]


async def delete_person(connection: Connection, person_id: UUID) -> None:
    """Forget a person with everything of his."""
    await connection.execute(SQL["delete_person"], person_id)


async def set_verified(connection: Connection, person_id: UUID) -> bool:
    """Note that the person proved the address; tell whether that was new."""
    return await connection.execute(SQL["set_verified"], person_id) == "UPDATE 1"


async def set_profile(connection: Connection, person_id: UUID, first: str, last: str, language: str) -> None:
    """Change names and language."""
    await connection.execute(SQL["set_profile"], person_id, first, last, language)


async def set_password(connection: Connection, person_id: UUID, hashed: str) -> datetime:
    """Change the password and give the time of it."""
    changed_at: datetime = await connection.fetchval(SQL["set_password"], person_id, hashed)
    return changed_at


async def set_hash(connection: Connection | Pool, person_id: UUID, old: str, new: str) -> None:
    """Keep the same password under better parameters, unless it was changed meanwhile."""
    await connection.execute(SQL["set_hash"], person_id, old, new)


async def set_email(connection: Connection, person_id: UUID, email: str, key: str) -> None:
    """Change the e-mail address."""
    await connection.execute(SQL["set_email"], person_id, email, key)


async def set_operator(connection: Connection, person_id: UUID, *, operator: bool) -> bool:
    """Give or take the operator role; tell whether that changed anything."""
    return await connection.execute(SQL["set_operator"], person_id, operator) == "UPDATE 1"


async def list_operators(connection: Connection | Pool) -> list[Person]:
    """Give the operators in the order of their user names."""
    return [Person(**row) for row in await connection.fetch(SQL["list_operators"])]


async def lock_operators(connection: Connection) -> list[UUID]:
    """Keep the set of operators as it is."""
    return [row["id"] for row in await connection.fetch(SQL["lock_operators"])]


async def insert_link(
    connection: Connection, digest: bytes, person_id: UUID, purpose: str, *, email: tuple[str, str], lifetime: timedelta
) -> None:
    """Keep the digest of a link's token; `email` is the address and its key."""
    await connection.execute(SQL["insert_link"], digest, person_id, purpose, *email, lifetime)


async def find_link(connection: Connection | Pool, digest: bytes, purpose: str) -> Link | None:
    """Find a link by its token's digest."""
    row = await connection.fetchrow(SQL["find_link"], digest, purpose)
    return Link(**row) if row else None


async def use_link(connection: Connection, digest: bytes, purpose: str) -> Record | None:
    """Use a link up: person_id, email and email_key for the one of many who gets it."""
    return await connection.fetchrow(SQL["use_link"], digest, purpose)


async def delete_links(connection: Connection, person_id: UUID, purpose: str) -> None:
    """Make a person's unused links of a purpose worthless."""
    await connection.execute(SQL["delete_links"], person_id, purpose)


async def tidy(pool: Pool) -> None:
    """Forget what has ended long ago."""
    for name in ("sessions", "refresh", "links", "attempts", "devices", "requests"):
        await pool.execute(SQL[f"delete_old_{name}"])


async def charge_attempt(pool: Pool, key: bytes) -> bool:
    """Count an attempt before it is made; false when it comes too early."""
    return await pool.fetchval(SQL["charge_attempt"], key) is not None


async def find_wait(pool: Pool, key: bytes) -> int:
    """Say in seconds how long the next attempt has to wait."""
    wait: int | None = await pool.fetchval(SQL["find_wait"], key)
    return max(wait or 0, 1)


async def clear_attempts(connection: Connection | Pool, *keys: bytes) -> None:
    """Forget the attempts before a success."""
    await connection.execute(SQL["clear_attempts"], list(keys))
