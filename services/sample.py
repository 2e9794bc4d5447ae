"""The sample: the people and the roster of the guides, loaded through the calls that users make."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

from services import client, sample_companies, sample_permits
from shared import ids

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

DOMAIN = "mandat.example.com"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the guides. A matricule makes him a surveyor; `part` is what others are."""

    username: str
    first_name: str
    last_name: str
    passphrase: str
    matricule: str | None = None
    office: str = ""
    language: str = "fr"
    part: str = "delegate"

    @property
    def email(self) -> str:
        """His address in the sample."""
        return f"{self.username}@{DOMAIN}"


OPERATOR = Person("operateur", "Odile", "Pelletier", "registre-borne-cadran-12")
PIETTE = Person("jpiette", "Jean", "Piette", "sapin-lunette-riviere-47", "5003", "Piette et associés, Québec")
LAVOIE = Person("clavoie", "Claire", "Lavoie", "brume-cordeau-colline-38", "5001", "Lavoie arpentage, Lévis")
PROVISTE = Person("aproviste", "Alain", "Proviste", "granit-jalon-prairie-25", "5002", "Proviste, Rimouski")
DESCARTES = Person("edescartes", "Édith", "Descartes", "plume-compas-verger-61")
QUIROULE = Person("pquiroule", "Pierre", "Quiroule", "gravier-roulotte-lac-93", language="en")

TRAINER = Person("vtrainer", "Vivian", "Trainer", "ruban-corniche-escale-54", language="en", part="LMS Architects")
COLLEAGUE = Person("jtraining", "Jannee", "Training", "tulipe-palier-brique-29", language="en", part="LMS Architects")
CLAIMER = Person("mtraining", "Madiee", "Training", "canot-verriere-poutre-83", part="LMS Corp.")

PEOPLE = (OPERATOR, PIETTE, LAVOIE, PROVISTE, DESCARTES, QUIROULE, TRAINER, COLLEAGUE, CLAIMER)
SURVEYORS = (PIETTE, LAVOIE, PROVISTE)
FILES = (("1093112", PIETTE), ("1096429", LAVOIE), ("1096729", PROVISTE))

MakeOperator = Callable[[str], Awaitable[None]]
Call = client.Caller


class Sample:
    """Loads the sample once. Interrupted, it goes on where it was: every step may be repeated."""

    def __init__(self, anonymous: Call, make_operator: MakeOperator) -> None:
        self._anonymous, self._make_operator = anonymous, make_operator
        self._signed_in: dict[str, Call] = {}
        self._ids: dict[str, str] = {}

    async def load(self, say: Callable[[str], None]) -> None:
        """Do all steps, saying each."""
        for words, step in (
            ("people register and verify their e-mail addresses", self.register),
            ("an operator imports the roster", self.import_roster),
            ("the surveyors claim their licences with the PINs they got by e-mail", self.claim),
            ("the surveyors designate delegates", self.designate),
            ("businesses are registered, imported and joined", self.found),
            ("permit applications are submitted and reviewed", self.apply),
            ("files are opened and messages arrive", self.open_files),
            ("everybody does some work", self.work),
        ):
            say(words)
            await step()

    async def register(self) -> None:
        """Create every identifier (Q15), verify it, sign in."""
        for person in PEOPLE:
            body = {"username": person.username, "email": person.email, "password": person.passphrase}
            names = {"first_name": person.first_name, "last_name": person.last_name, "language": person.language}
            await self._anonymous.call("POST", "/identity/v1/registrations", json=body | names)
        for person in PEOPLE:
            await self._verify(person)
        await self._make_operator(OPERATOR.username)
        for person in PEOPLE:
            signed_in = await self._anonymous.sign_in(person.username, person.passphrase)
            self._signed_in[person.username] = signed_in
            self._ids[person.username] = (await signed_in.get("/identity/v1/me"))["id"]

    async def _verify(self, person: Person) -> None:
        body = {"username": person.username, "password": person.passphrase}
        if (await self._anonymous.call("POST", "/identity/v1/sessions", json=body)).status == 201:
            return
        token = await client.until(lambda: self._find(person, client.token_in), f"the link for {person.email}")
        await self._anonymous.post("/identity/v1/verifications", {"token": token})

    async def _find(self, person: Person, look: Callable[[str], str | None]) -> str | None:
        """Look through a person's mails, newest first."""
        messages = await self._anonymous.get("/mailbox/messages.json", to=person.email)
        return next((found for message in messages if (found := look(message["text"]))), None)

    async def import_roster(self) -> None:
        """Import the surveyors as an operator would."""
        rows = [f"{one.matricule};{one.first_name};{one.last_name};{one.email};{one.office}" for one in SURVEYORS]
        text = "\r\n".join(["matricule;prenom;nom;courriel;bureau", *rows, ""])
        answer = await self._signed_in[OPERATOR.username].call(
            "PUT", f"/accounts/v1/imports/{ids.uuid7()}", data=text.encode(), headers={"Content-Type": "text/csv"}
        )
        if answer.status != 200 or answer.body["bad"]:
            raise client.Unexpected(f"the roster was not taken: {answer.body}")

    async def claim(self) -> None:
        """Claim each licence with the PIN of its notice."""
        for person in SURVEYORS:
            caller = self._signed_in[person.username]
            if not (await caller.get("/accounts/v1/licences/mine"))["licences"]:
                await self._claim(person, caller)

    async def _claim(self, person: Person, caller: Call) -> None:
        pin = await client.until(lambda: self._find(person, _pin_in), f"the PIN of {person.email}")
        await client.until(lambda: caller.post("/accounts/v1/licences/claim", {"pin": pin}), "the licence")

    async def designate(self) -> None:
        """Add the delegates of the guides, and remove one again."""
        for surveyor, delegate in (
            (PIETTE, DESCARTES),
            (PIETTE, QUIROULE),
            (PIETTE, LAVOIE),
            (LAVOIE, DESCARTES),
            (PROVISTE, PIETTE),
        ):
            await self._add(surveyor, delegate)
        caller = self._signed_in[PIETTE.username]
        for row in (await caller.get("/delegation/v1/delegates"))["delegates"]:
            if row["username"] == LAVOIE.username:
                await caller.call("DELETE", f"/delegation/v1/delegates/{row['id']}")

    async def _add(self, surveyor: Person, delegate: Person) -> None:
        caller = self._signed_in[surveyor.username]

        async def attempt() -> bool:
            body = {"by": "username", "value": delegate.username}
            found = await caller.post("/delegation/v1/candidates/search", body)
            answer = await caller.call("POST", "/delegation/v1/delegates", json={"delegate": found["id"]})
            return answer.status == 201 or answer.slug == "already-a-delegate"

        await client.until(attempt, f"{delegate.username} as delegate of {surveyor.username}")

    async def found(self) -> None:
        """Load LMS Architects and LMS Corp. (O7, O8, O17, O19)."""
        people = sample_companies.People(
            manager=self._signed_in[TRAINER.username],
            colleague=self._signed_in[COLLEAGUE.username],
            claimer=self._signed_in[CLAIMER.username],
            address=CLAIMER.email,
            operator=self._signed_in[OPERATOR.username],
        )
        await sample_companies.load(people, lambda: self._find(CLAIMER, _pin_in))

    async def apply(self) -> None:
        """Load the permit applications (O2, O3, O16), with a file, a template and a fee to pay."""
        people = sample_permits.People(
            manager=self._signed_in[TRAINER.username],
            claimer=self._signed_in[CLAIMER.username],
            applicant=self._signed_in[QUIROULE.username],
            operator=self._signed_in[OPERATOR.username],
        )
        await sample_permits.load(people)

    async def open_files(self) -> None:
        """Open a file for each surveyor, with a message."""
        caller = self._signed_in[OPERATOR.username]
        for number, surveyor in FILES:
            body = {"number": number, "title": f"Lotissement {number}", "responsible": self._ids[surveyor.username]}
            answer = await caller.call("POST", "/cadastre/v1/files", json=body)
            if answer.status < 300:
                message = {"subject": "Avis de vérification", "body": "La vérification de votre dossier est commencée."}
                await caller.post(f"/cadastre/v1/files/{number}/messages", message)

    async def work(self) -> None:
        """Do what the guides' activity tables show."""
        edith = self._signed_in[DESCARTES.username]
        jean = self._signed_in[PIETTE.username]
        await jean.post("/cadastre/v1/product-orders", {"product": "Plan cadastral"})
        await jean.post("/cadastre/v1/lot-reservations", {"lots": 2, "file_number": "1093112"})
        await self._acting(edith, PIETTE, "product-orders", {"product": "Extrait du registre"})
        await self._acting(edith, LAVOIE, "lot-reservations", {"lots": 3, "file_number": "1096429"})
        await self._acting(edith, PIETTE, "lot-reservations", {"lots": 1})
        pierre = self._signed_in[QUIROULE.username]
        await self._acting(pierre, PIETTE, "lot-reservations", {"lots": 4, "file_number": "1093112"})
        await self._acting(jean, PROVISTE, "files/1096729/extensions", {"closes_on": "2027-03-31"})

    async def _acting(self, performer: Call, surveyor: Person, path: str, body: dict[str, Any]) -> None:
        caller = await performer.act_for(self._ids[surveyor.username])
        await caller.post(f"/cadastre/v1/{path}", body)


def _pin_in(text: str) -> str | None:
    found = client.PIN.search(text)
    return found.group() if found else None


async def load(url: str, marker: Path, out: Console, make_operator: MakeOperator) -> None:
    """Load the sample unless the marker says that it was loaded."""
    if await asyncio.to_thread(marker.exists):
        return
    async with aiohttp.ClientSession() as http:
        with out.status("Loading the sample…") as status:
            await Sample(Call(http, lambda _: url), make_operator).load(
                lambda words: status.update(f"Sample: {words}…")
            )
    await asyncio.to_thread(marker.touch)
