"""The accounts service on a real database, with people of whom it has heard and licences of a roster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from services.accounts import app, pins, settings, subscribers
from shared import ids, substrate
from shared.contracts.envelope import Envelope, Event
from shared.contracts.events import identity
from shared.contracts.secrets import PinSecret
from shared.crypto import keyring, sealing
from shared.db.pool import Pool
from shared.messaging.bus import Delivery
from shared.messaging.consumer import Consumer
from tests.support import tokens, web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PUBLIC = "http://mandat.example.com"
HEADER = "matricule;prenom;nom;courriel;bureau;langue"
JEAN = "5003;Jean;Piette;jpiette@mandat.example.com;Québec;fr"
CLAIRE = "5001;Claire;Lavoie;clavoie@mandat.example.com;Lévis;en"
IMPORTED, CHANGED = "accounts.licence.imported.v1", "accounts.licence.changed.v1"
GRANTED, ISSUED = "accounts.licence.granted.v1", "accounts.pin.issued.v1"
SUSPENDED, REINSTATED = "accounts.licence.suspended.v1", "accounts.licence.reinstated.v1"
CSV = {"Content-Type": "text/csv"}


def roster(*rows: str) -> bytes:
    """Make a roster file."""
    return "".join(f"{line}\r\n" for line in (HEADER, *rows)).encode()


@dataclass
class World:
    """The service, its database, and those who call it."""

    base: str
    pool: Pool
    issuer: tokens.Issuer
    consumer: Consumer
    secrets: pins.Secrets
    opener: sealing.Opener

    async def hear(self, event: Event, sequence: int) -> None:
        """Deliver an event as the bus does."""
        envelope = Envelope(
            id=ids.uuid7(),
            source="/" + event.type.split(".")[0],
            type=event.type,
            subject=event.subject(),
            time="2026-11-24T12:00:00Z",  # type: ignore[arg-type]
            data=event.model_dump(mode="json"),
            sequence=sequence,
        )
        await self.consumer.receive([Delivery(envelope.to_json(), str(envelope.id))])

    async def says_identity(
        self, person: UUID, kind: type[identity.User] = identity.UserVerified, sequence: int = 1, **changes: Any
    ) -> None:
        """Let identity say something about a person."""
        names = {"username": f"u{person.hex[-8:]}", "first_name": "Jean", "last_name": "Piette"}
        rest = {"id": person, "email": "jpiette@mandat.example.com", "language": "fr"}
        state = names | rest | {"verified": True, "operator": False} | changes
        await self.hear(kind.model_validate(state), sequence)

    async def person(self) -> UUID:
        """Let there be another verified person."""
        person = ids.uuid7()
        await self.says_identity(person)
        return person

    def as_(self, person: UUID) -> web.Api:
        return web.Api(self.base, self.issuer.person(person))

    def as_application(self) -> web.Api:
        return web.Api(self.base, self.issuer.application("permits"))

    def as_operator(self) -> web.Api:
        return web.Api(self.base, self.issuer.operator(ids.uuid7()))

    async def send(self, content: bytes, import_id: UUID | None = None) -> web.Reply:
        """Import a file over HTTP."""
        address = f"/v1/imports/{import_id or ids.uuid7()}"
        return await self.as_operator().put(address, data=content, headers=CSV)

    async def load(self, *rows: str) -> dict[str, Any]:
        """Import rows that are good."""
        reply = await self.send(roster(*rows))
        assert (reply.status, reply.json["bad"]) == (200, 0), reply
        return reply.json

    async def said(self, *types: str) -> list[Envelope]:
        """Give the events of the outbox, in order."""
        rows = await self.pool.fetch("select envelope from outbox order by id")
        found = [Envelope.model_validate(row["envelope"]) for row in rows]
        return [one for one in found if not types or one.type in types]

    async def pin(self, matricule: str = "5003") -> str:
        """Read the newest PIN of a licence as notifications does."""
        sealed = [one.data["sealed"] for one in await self.said(IMPORTED, ISSUED) if one.data["matricule"] == matricule]
        return self.opener.open(sealed[-1], PinSecret).pin

    async def licence(self, matricule: str = "5003") -> dict[str, Any]:
        """Give a licence as an operator sees it."""
        (found,) = (await self.as_operator().get(f"/v1/licences?matricule={matricule}")).json["licences"]
        return found

    async def claim(self, person: UUID, pin: str) -> web.Reply:
        return await self.as_(person).post("/v1/licences/claim", {"pin": pin})

    async def change(self, what: str, licence: str, **body: Any) -> web.Reply:
        """Suspend or reinstate."""
        return await self.as_operator().post(f"/v1/licences/{licence}/{what}", body or {"reason": "Décision du comité"})


@pytest.fixture
async def world(database, tmp_path) -> AsyncIterator[World]:
    """The service alone, with nobody in it."""
    dsn = await database(*substrate.AREAS, app.AREA)
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o700)
    sealing.ensure(folder)
    for name in ("bank", "payment"):
        keyring.ensure(folder, name)
    secrets = pins.Secrets(pins=keyring.ensure(folder, "pin"), sealer=sealing.Sealer.load(folder))
    pool = await Pool.open(dsn, name="accounts", size=8)
    issuer = tokens.Issuer()
    told = settings.Settings(public_url=PUBLIC, secrets=folder, database_url=dsn)
    service = await app.build(told, tokens.infra(pool, issuer))
    consumer = Consumer("accounts", pool, subscribers.SUBSCRIPTIONS)
    try:
        async with web.serving(service.app, "/accounts") as base:
            yield World(base, pool, issuer, consumer, secrets, sealing.Opener.load(folder))
    finally:
        await pool.close()
