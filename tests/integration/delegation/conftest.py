"""The delegation service on a real database, with people and licences that it has heard of."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from services.delegation import app, settings, subscribers
from shared import ids, substrate
from shared.contracts.envelope import Envelope, Event
from shared.contracts.events import accounts, identity
from shared.crypto import keyring, signing
from shared.db.pool import Pool
from shared.messaging.bus import Delivery
from shared.messaging.consumer import Consumer
from tests.support import tokens, web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PUBLIC = "http://mandat.example.com"


@dataclass
class Somebody:
    """A person; a matricule makes him a surveyor."""

    username: str
    first_name: str
    last_name: str
    matricule: str | None = None
    id: UUID = field(default_factory=ids.uuid7)
    licence: UUID = field(default_factory=ids.uuid7)
    versions: dict[str, int] = field(default_factory=lambda: {"user": 0, "licence": 0})

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def email(self) -> str:
        return f"{self.username}@mandat.example.com"

    def user(self, **changes: Any) -> dict[str, Any]:
        names = {"username": self.username, "first_name": self.first_name, "last_name": self.last_name}
        rest = {"id": self.id, "email": self.email, "language": "fr", "verified": True, "operator": False}
        return names | rest | changes

    def roster(self, **changes: Any) -> dict[str, Any]:
        names = {"matricule": self.matricule, "first_name": self.first_name, "last_name": self.last_name}
        rest = {"id": self.licence, "email": self.email, "office": "Québec", "language": "fr"}
        return names | rest | {"status": "active", "holder": self.id} | changes


@dataclass
class World:
    """The service, its database, and those who call it."""

    base: str
    pool: Pool
    issuer: tokens.Issuer
    consumer: Consumer

    async def hear(self, event: Event, sequence: int, event_id: UUID | None = None) -> None:
        """Deliver an event as the bus does."""
        envelope = Envelope(
            id=event_id or ids.uuid7(),
            source="/" + event.type.split(".")[0],
            type=event.type,
            subject=event.subject(),
            time=datetime.now(UTC),
            data=event.model_dump(mode="json"),
            sequence=sequence,
        )
        await self.consumer.receive([Delivery(envelope.to_json(), str(envelope.id))])

    async def says_identity(self, person: Somebody, kind: type[identity.User], **changes: Any) -> None:
        """Let identity say something about a person."""
        person.versions["user"] += 1
        await self.hear(kind.model_validate(person.user(**changes)), person.versions["user"])

    async def says_accounts(self, person: Somebody, kind: type[accounts.Licence], **changes: Any) -> None:
        """Let accounts say something about a licence."""
        person.versions["licence"] += 1
        await self.hear(kind.model_validate(person.roster(**changes)), person.versions["licence"])

    async def know(self, *people: Somebody) -> None:
        """Let people be verified, and surveyors hold their licence."""
        for person in people:
            await self.says_identity(person, identity.UserVerified)
            if person.matricule:
                await self.says_accounts(person, accounts.LicenceGranted)

    async def suspend(self, surveyor: Somebody) -> None:
        await self.says_accounts(surveyor, accounts.LicenceSuspended, status="suspended", reason="Essai")

    async def reinstate(self, surveyor: Somebody) -> None:
        await self.says_accounts(surveyor, accounts.LicenceReinstated, reason="Essai")

    def token(self, person: Somebody, **claims: Any) -> str:
        return self.issuer.person(person.id, name=person.name, username=person.username, **claims)

    def as_(self, person: Somebody, **claims: Any) -> web.Api:
        """Call as a person, by default with a password changed just now."""
        return web.Api(self.base, self.token(person, **claims))

    def with_old_password(self, person: Somebody, hours: float = 25) -> web.Api:
        return self.as_(person, pwd_at=int(time.time() - hours * 3600))

    def as_application(self) -> web.Api:
        return web.Api(self.base, self.issuer.application())

    def anonymous(self) -> web.Api:
        return web.Api(self.base)

    async def add(self, surveyor: Somebody, delegate: Somebody) -> str:
        """Designate; give the delegation's id."""
        reply = await self.as_(surveyor).post("/v1/delegates", {"delegate": str(delegate.id)})
        assert reply.status == 201, reply
        return str(reply.json["id"])

    async def remove(self, surveyor: Somebody, delegation: str) -> None:
        reply = await self.as_(surveyor).delete(f"/v1/delegates/{delegation}")
        assert reply.status == 204, reply

    async def exchange(self, person: Somebody, for_: Somebody, **changes: Any) -> web.Reply:
        """Ask for an acting token."""
        caller = changes.pop("caller", None) or self.as_(person)
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": caller.token,
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "delegator": str(for_.id),
        }
        fields = {name: value for name, value in (form | changes).items() if value is not None}
        return await caller.form("/v1/token", fields)

    async def decide(
        self, subject: Somebody, resource: Somebody, action: str = "surveyor:lot:reserve", **context: Any
    ) -> dict[str, Any]:
        """Ask for a decision as a connected application."""
        question = {
            "subject": {"type": "user", "id": str(subject.id)},
            "action": {"name": action},
            "resource": {"type": "surveyor", "id": str(resource.id)},
            "context": context,
        }
        reply = await self.as_application().post("/access/v1/evaluation", question)
        assert reply.status == 200, reply
        return reply.json

    async def said(self, *types: str) -> list[Envelope]:
        """Give the events of the outbox, in order."""
        rows = await self.pool.fetch("select envelope from outbox order by id")
        found = [Envelope.model_validate(row["envelope"]) for row in rows]
        return [one for one in found if not types or one.type in types]

    async def age_acting(self, delegation: str, minutes: int) -> None:
        sql = "update delegation set acting_at = acting_at - make_interval(mins => $2) where id = $1"
        await self.pool.execute(sql, UUID(delegation), minutes)


@pytest.fixture
async def world(database, tmp_path) -> AsyncIterator[World]:
    """The service alone, with nobody in it."""
    dsn = await database(*substrate.AREAS, app.AREA, signing.AREA)
    secrets = tmp_path / "secrets"
    secrets.mkdir(mode=0o700)
    keyring.ensure(secrets, "delegation")
    pool = await Pool.open(dsn, name="delegation", size=10)
    issuer = tokens.Issuer()
    told = settings.Settings(public_url=PUBLIC, secrets=secrets, database_url=dsn)
    service = await app.build(told, tokens.infra(pool, issuer))
    assert service.ensure
    await service.ensure()
    try:
        async with web.serving(service.app, "/delegation") as base:
            yield World(base, pool, issuer, Consumer("delegation", pool, subscribers.SUBSCRIPTIONS))
    finally:
        await pool.close()


@pytest.fixture
async def jean(world) -> Somebody:
    person = Somebody("jpiette", "Jean", "Piette", "5003")
    await world.know(person)
    return person


@pytest.fixture
async def claire(world) -> Somebody:
    person = Somebody("clavoie", "Claire", "Lavoie", "5001")
    await world.know(person)
    return person


@pytest.fixture
async def edith(world) -> Somebody:
    person = Somebody("edescartes", "Édith", "Descartes")
    await world.know(person)
    return person


@pytest.fixture
async def pierre(world) -> Somebody:
    person = Somebody("pquiroule", "Pierre", "Quiroule")
    await world.know(person)
    return person


@pytest.fixture
def nobody() -> Somebody:
    """Somebody of whom delegation has never heard."""
    return Somebody("personne", "Personne", "Dutout", id=uuid4())
