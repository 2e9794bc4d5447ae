"""The system as a journey meets it: addresses, mailboxes, and people who sign up and sign in."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import asyncpg

from services import client
from shared import ids

PASSPHRASE = "brouillard-jalon-etoile-{}"
AGE_PASSWORD = "update person set password_changed_at = now() - interval '2 days' where username = $1"
_numbers = itertools.count(1)


@dataclass
class Somebody:
    """One of the guides' people in one journey; the user name is his own in this run."""

    username: str
    first_name: str
    last_name: str
    passphrase: str
    caller: client.Caller
    id: str = ""
    matricule: str | None = None
    licence: str | None = None
    refresh_token: str = ""

    @property
    def email(self) -> str:
        """The address his mails go to."""
        return f"{self.username}@mandat.example.com"

    @property
    def name(self) -> str:
        """As the screens write it."""
        return f"{self.first_name} {self.last_name}"


@dataclass
class World:
    """A running system."""

    http: aiohttp.ClientSession
    urls: Callable[[str], str]
    make_operator: Callable[[str], Awaitable[None]]
    dsn: Callable[[str], str]
    logs: Callable[[], str]
    _operator: Somebody | None = field(default=None)

    @property
    def anonymous(self) -> client.Caller:
        """Somebody who has not signed in."""
        return client.Caller(self.http, self.urls)

    async def mails(self, person: Somebody) -> list[dict[str, Any]]:
        """Give a person's mails, newest first."""
        found: list[dict[str, Any]] = await self.anonymous.get("/mailbox/messages.json", to=person.email)
        return found

    async def mail(self, person: Somebody, words: str, *, seconds: float = 20) -> dict[str, Any]:
        """Wait for the newest mail to a person whose subject has these words."""

        async def look() -> dict[str, Any] | None:
            return next((mail for mail in await self.mails(person) if words.lower() in mail["subject"].lower()), None)

        found = await client.until(look, f"a mail “{words}” to {person.username}", seconds=seconds)
        assert found is not None
        return found

    def stranger(self, first_name: str, last_name: str) -> Somebody:
        """Name a person who has not registered yet."""
        number = next(_numbers)
        plain = unicodedata.normalize("NFKD", f"{first_name[0]}{last_name}").encode("ascii", "ignore").decode()
        username = f"{plain}{number}-{ids.uuid7().hex[-6:]}".lower()
        return Somebody(username, first_name, last_name, PASSPHRASE.format(number), self.anonymous)

    async def register(self, person: Somebody, language: str = "fr") -> None:
        """Create the identifier (Q15) and follow the link of the verification e-mail."""
        body = {
            "username": person.username,
            "email": person.email,
            "password": person.passphrase,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "language": language,
        }
        await self.anonymous.post("/identity/v1/registrations", body, expect=202)

        async def link() -> str | None:
            return next((found for mail in await self.mails(person) if (found := client.token_in(mail["text"]))), None)

        token = await client.until(link, f"the verification link for {person.username}")
        await self.anonymous.post("/identity/v1/verifications", {"token": token}, expect=204)

    async def sign_in(self, person: Somebody) -> Somebody:
        """Sign in with user name and password."""
        body = {"username": person.username, "password": person.passphrase}
        tokens = await self.anonymous.post("/identity/v1/sessions", body, expect=201)
        person.caller = self.anonymous.with_token(tokens["access_token"])
        person.refresh_token = tokens["refresh_token"]
        person.id = (await person.caller.get("/identity/v1/me"))["id"]
        return person

    async def age_password(self, person: Somebody) -> None:
        """Let two days pass since a person last changed the password."""
        connection = await asyncpg.connect(self.dsn("identity"))
        try:
            await connection.execute(AGE_PASSWORD, person.username)
        finally:
            await connection.close()

    async def newcomer(self, first_name: str, last_name: str, language: str = "fr") -> Somebody:
        """A person registered, verified and signed in."""
        person = self.stranger(first_name, last_name)
        await self.register(person, language)
        return await self.sign_in(person)

    async def operator(self) -> Somebody:
        """The operator, made one from the command line."""
        if self._operator is None:
            person = self.stranger("Odile", "Pelletier")
            await self.register(person)
            await self.make_operator(person.username)
            self._operator = person
        return await self.sign_in(self._operator)

    async def import_licence(self, person: Somebody) -> None:
        """Put a person on the roster."""
        person.matricule = str(int(ids.uuid7().hex[-9:], 16))[-9:].lstrip("0")
        row = f"{person.matricule},{person.first_name},{person.last_name},{person.email},Québec"
        answer = await (await self.operator()).caller.call(
            "PUT",
            f"/accounts/v1/imports/{ids.uuid7()}",
            headers={"Content-Type": "text/csv"},
            data=f"matricule,prenom,nom,courriel,bureau\r\n{row}\r\n".encode(),
        )
        assert answer.status == 200, answer
        assert (answer.body["created"], answer.body["bad"]) == (1, 0), answer

    async def surveyor(self, first_name: str, last_name: str) -> Somebody:
        """A person who claimed his licence of the roster with its PIN."""
        return await self.claim(await self.newcomer(first_name, last_name))

    async def claim(self, person: Somebody) -> Somebody:
        """Put a person on the roster, and have him claim his licence with its PIN."""
        await self.import_licence(person)

        async def pin() -> str | None:
            texts = [mail["text"] for mail in await self.mails(person)]
            return next((found.group() for text in texts if (found := client.PIN.search(text))), None)

        body = {"pin": await client.until(pin, f"the PIN of {person.username}")}
        licence = await client.until(lambda: person.caller.post("/accounts/v1/licences/claim", body), "the licence")
        person.licence = licence["id"]
        await client.until(lambda: self._is_surveyor(person), f"{person.username} as surveyor")
        return person

    async def _is_surveyor(self, person: Somebody) -> bool:
        return (await person.caller.get("/delegation/v1/me"))["surveyor"] is not None

    async def designate(self, surveyor: Somebody, delegate: Somebody) -> str:
        """Search by user name and confirm (Q25–Q28); give the delegation's id."""

        async def search() -> dict[str, Any]:
            body = {"by": "username", "value": delegate.username}
            found: dict[str, Any] = await surveyor.caller.post("/delegation/v1/candidates/search", body)
            return found

        found = await client.until(search, f"{delegate.username} as candidate")
        added = await surveyor.caller.post("/delegation/v1/delegates", {"delegate": found["id"]}, expect=201)
        return str(added["id"])

    async def activities(self, person: Somebody, **filters: Any) -> list[tuple[str, str, str]]:
        """Give what a person's activity list shows: kind, by, for; newest first."""
        page = await person.caller.get("/audit/v1/activities", size=100, **filters)
        return [(row["kind"], row["performed_by"]["name"], row["performed_for"]["name"]) for row in page["items"]]

    async def activity(self, person: Somebody, kind: str, by: Somebody, for_: Somebody) -> None:
        """Wait until a person's list shows this."""
        wanted = (kind, by.name, for_.name)

        async def seen() -> bool:
            return wanted in await self.activities(person)

        await client.until(seen, f"the activity {wanted} in the list of {person.username}")
