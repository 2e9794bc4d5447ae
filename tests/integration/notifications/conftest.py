"""Notifications on a real database, with a scripted mail server at the far end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.notifications import app, settings, subscribers, workers
from shared import ids, substrate
from shared.contracts.envelope import Envelope, Event
from shared.contracts.events import accounts, applications, companies, delegation, identity
from shared.contracts.people import Language, Person
from shared.contracts.secrets import LinkSecret, PinSecret, ResetSecret, VerificationSecret
from shared.crypto import sealing
from shared.db.migrate import Area
from shared.db.pool import Pool
from shared.messaging import consumer
from shared.messaging.bus import Delivery
from tests.support import mail, tokens, web

AREA = Area("notifications", resources.files("services.notifications") / "sql/migrations")
NOON = datetime(2026, 11, 24, 17, 5, tzinfo=UTC)
TOKEN = "canari-jeton-0123456789"
PIN = "M5D-C58-TA2"


def person(number: int, first: str, last: str, language: str = "fr") -> Person:
    ascii_name = f"{first[0]}{last}".lower().replace("é", "e").replace("ô", "o").replace("’", "")
    address = f"{ascii_name}@mandat.example.com"
    return Person(
        id=UUID(int=number),
        username=ascii_name,
        first_name=first,
        last_name=last,
        email=address,
        language=Language(language),
    )


JEAN, EDITH, PIERRE = (
    person(1, "Jean", "Piette"),
    person(2, "Édith", "Descartes"),
    person(3, "Pierre", "Quiroule", "en"),
)


COMPANY: dict[str, Any] = {
    "id": UUID(int=60),
    "kind": "contractor",
    "legal_name": "LMS Corp.",
    "operating_name": "LMS",
    "tarion_number": None,
    "phone": "+16135550177",
    "email": "info@lmscorp.example.com",
    "address": {"street": "1, rue Elgin", "city": "Ottawa", "province": "ON", "postal_code": "K1N 5Y6"},
    "claimed": True,
}


@dataclass
class Office:
    """The service, its mail server, and ways to make it work."""

    pool: Pool
    settings: settings.Settings
    server: mail.MailServer
    base: str
    issuer: tokens.Issuer
    sealer: sealing.Sealer
    opener: sealing.Opener
    _sequence: int = 0

    def user(self, who: Person, kind: type[identity.User] = identity.UserVerified, **more: Any) -> identity.User:
        sealed = {"sealed": self.seal(kind)} if "sealed" in kind.model_fields else {}
        return kind(**(who.model_dump() | {"verified": True, "operator": False} | sealed | more))

    def seal(self, kind: type[Event]) -> str:
        if kind in (companies.ClaimAnnounced, companies.TakeoverAnnounced):
            return self.sealer.seal(LinkSecret(token=TOKEN))
        if not issubclass(kind, identity.User):
            return self.sealer.seal(PinSecret(pin=PIN))
        secret = ResetSecret if kind is identity.PasswordResetRequested else VerificationSecret
        return self.sealer.seal(secret(token=TOKEN))

    def licence(self, kind: type[accounts.Licence], holder: Person | None = None, **more: Any) -> accounts.Licence:
        sealed = {"sealed": self.seal(kind)} if "sealed" in kind.model_fields else {}
        reason = {"reason": "Cotisation en souffrance"} if "reason" in kind.model_fields else {}
        facts = {"id": UUID(int=50), "matricule": "5003", "office": "Québec", "status": "unclaimed", "holder": None}
        whose = {name: getattr(JEAN, name) for name in ("first_name", "last_name", "language")}
        held = {"holder": holder.id, "status": "active"} if holder else {}
        return kind(**(facts | whose | {"email": "tableau@mandat.example.com"} | sealed | reason | held | more))

    def company(self, kind: type[companies.Account], who: Person = JEAN, **more: Any) -> companies.Account:
        """Make an event of an account that Jean manages; who it is about is somebody else."""
        facts = COMPANY | {"language": who.language, "managers": (JEAN.id,)}
        people = dict.fromkeys(("creator", "claimer", "member", "successor", "asked_by"), who)
        ids_ = {"claim": UUID(int=61), "takeover": UUID(int=62)}
        rest = {"rights": ("pay",), "granted": ("pay",), "withdrawn": ("inspect",), "changed": ("phone",)}
        moments = {"until": NOON, "due_at": NOON, "ground": "gone", "number": "E-1", "references": ()}
        said = {"sent_to": "contact@mandat.example.com", "reason": "Selon le registre"}
        sealed = {"sealed": self.seal(kind)} if "sealed" in kind.model_fields else {}
        made = facts | people | ids_ | rest | moments | said | sealed | more
        return kind(**{name: value for name, value in made.items() if name in kind.model_fields})

    def delegation(self, kind: type[delegation.Delegation], delegate: Person = EDITH) -> delegation.Delegation:
        return kind(id=ids.uuid7(), delegator=JEAN, matricule="5003", delegate=delegate, added_at=NOON)

    def alert(self, key: str = "a", **more: Any) -> applications.AlertRaised:
        facts = {"key": key, "responsible": JEAN.id, "file_number": "1093112", "kind": "message", "occurred_at": NOON}
        return applications.AlertRaised(**(facts | more))

    def delivery(self, event: Event, actor: str = "system") -> Delivery:
        self._sequence += 1
        envelope = Envelope(
            id=ids.uuid7(),
            source="/" + event.type.split(".")[0],
            type=event.type,
            subject=event.subject(),
            time=NOON,
            data=event.model_dump(mode="json"),
            sequence=self._sequence,
            correlationid="corr-7",
            actor=actor,
        )
        return Delivery(envelope.to_json(), str(envelope.id))

    async def hear(self, *events: Event | Delivery) -> None:
        deliveries = [one if isinstance(one, Delivery) else self.delivery(one) for one in events]
        await consumer.Consumer("notifications", self.pool, subscribers.table(self.settings)).receive(deliveries)

    def sender(self) -> workers.Sender:
        return workers.Sender(self.pool, self.settings, self.opener)

    async def send(self) -> int:
        """Send what is due, and what waits only for others to join it."""
        return await self.sender().send_due()

    async def due_now(self) -> None:
        await self.pool.execute("update email set send_after = now() - interval '1 second' where state = 'queued'")

    async def rows(self, columns: str = "*") -> list[Any]:
        return await self.pool.fetch(f"select {columns} from email order by created_at, id")

    async def states(self) -> list[str]:
        return [row["state"] for row in await self.rows("state, created_at, id")]

    def operator(self) -> web.Api:
        return web.Api(self.base, self.issuer.operator(UUID(int=9)))

    def application(self, client_id: str = "cadastre") -> web.Api:
        return web.Api(self.base, self.issuer.application(client_id))


@pytest.fixture
async def office(database, tmp_path: Path) -> AsyncIterator[Office]:
    dsn = await database(*substrate.AREAS, AREA)
    pool = await Pool.open(dsn, name="notifications", size=6)
    sealing.ensure(tmp_path)
    issuer = tokens.Issuer()
    async with mail.mail_server() as server:
        given = settings.Settings(
            public_url="http://mandat.example.com",
            secrets=tmp_path,
            database_url=dsn,
            smtp_port=server.port,
            smtp_timeout=0.5,
        )
        built = await app.build(given, tokens.infra(pool, issuer))
        sealer, opener = sealing.Sealer.load(tmp_path), sealing.Opener.load(tmp_path)
        async with web.serving(built.app, "/notifications") as base:
            yield Office(pool, given, server, base, issuer, sealer, opener)
    await pool.close()
