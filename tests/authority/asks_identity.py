"""Identity's requests."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.authority.asks import Ask, Asked, always, asks, mailed, unique
from tests.journeys.world import Somebody

OTHER = "lanterne-{}-sur-la-greve"
KEYS = "GET /identity/.well-known/jwks.json"
METADATA = "GET /identity/.well-known/oauth-authorization-server"

always(
    Ask(),
    *(f"GET /identity/v1/{path}" for path in ("sessions", "me", "operators", "applications")),
    KEYS,
    METADATA,
)
always(Ask(json={"language": "fr"}), "PATCH /identity/v1/me")


def registration(person: Somebody) -> dict[str, Any]:
    names = {"first_name": person.first_name, "last_name": person.last_name}
    return {"username": person.username, "email": person.email, "password": person.passphrase, **names}


@asks("POST /identity/v1/registrations")
async def register(asked: Asked) -> Ask:
    return Ask(json=registration(asked.cast.world.stranger("Nouveau", "Venu")))


@asks("POST /identity/v1/verifications")
async def verify(asked: Asked) -> Ask:
    person = asked.cast.world.stranger("Nouveau", "Venu")
    await asked.cast.world.anonymous.post("/identity/v1/registrations", registration(person), expect=202)
    return Ask(json={"token": await mailed(asked, person.email, "adresse")})


@asks("POST /identity/v1/verifications/requests", "POST /identity/v1/recoveries/username")
async def by_email(asked: Asked) -> Ask:
    return Ask(json={"email": asked.cast.spare.email})


@asks("POST /identity/v1/recoveries/password")
async def recover(asked: Asked) -> Ask:
    return Ask(json={"login": asked.cast.spare.username})


def credentials(person: Somebody) -> dict[str, str]:
    return {"username": person.username, "password": person.passphrase}


@asks("POST /identity/v1/sessions")
async def sign_in(asked: Asked) -> Ask:
    return Ask(json=credentials(asked.cast.spare))


ONE_AT_A_TIME = asyncio.Lock()
"""An attempt is charged before it is made: many at once by one person would be taken for guessing."""


async def session(asked: Asked, person: Somebody) -> dict[str, Any]:
    async with ONE_AT_A_TIME:
        found: dict[str, Any] = await asked.cast.world.anonymous.post("/identity/v1/sessions", credentials(person))
    return found


@asks("POST /identity/v1/sessions/refresh")
async def refresh(asked: Asked) -> Ask:
    return Ask(json={"refresh_token": (await session(asked, asked.cast.spare))["refresh_token"]})


@asks("POST /identity/v1/token")
async def token(asked: Asked) -> Ask:
    refreshed = (await session(asked, asked.cast.spare))["refresh_token"]
    return Ask(data={"grant_type": "refresh_token", "refresh_token": refreshed})


@asks("DELETE /identity/v1/sessions/current")
async def sign_out(asked: Asked) -> Ask:
    if asked.actor not in asked.cast.people:
        return Ask()
    return Ask(token=(await session(asked, asked.person))["access_token"])


@asks("DELETE /identity/v1/sessions/{session_id}")
async def end_session(asked: Asked) -> Ask:
    owner = asked.person if asked.whose == "own" else asked.stranger
    begun = asked.cast.world.anonymous.with_token((await session(asked, owner))["access_token"])
    sessions = (await begun.get("/identity/v1/sessions"))["sessions"]
    return Ask({"session_id": next(one["id"] for one in sessions if one["current"])})


@asks("DELETE /identity/v1/sessions")
async def sign_out_everywhere(asked: Asked) -> Ask:
    return Ask(done=lambda: asked.cast.world.sign_in(asked.person))


@asks("POST /identity/v1/password")
async def change_password(asked: Asked) -> Ask:
    person, new = asked.person, OTHER.format(unique("mot"))

    async def done() -> None:
        person.passphrase = new
        await asked.cast.world.sign_in(person)

    return Ask(json={"old_password": person.passphrase, "new_password": new}, done=done)


@asks("POST /identity/v1/reauthentications")
async def reauthenticate(asked: Asked) -> Ask:
    return Ask(json={"password": asked.person.passphrase, "purpose": "bank-details"})


@asks("POST /identity/v1/password-resets")
async def reset_password(asked: Asked) -> Ask:
    person = asked.cast.world.stranger("Nouveau", "Venu")
    await asked.cast.world.register(person)
    await asked.cast.world.anonymous.post("/identity/v1/recoveries/password", {"login": person.username})
    found = await mailed(asked, person.email, "mot de passe")
    return Ask(json={"token": found, "new_password": OTHER.format(unique("mot"))})


@asks("POST /identity/v1/me/email")
async def ask_email_change(asked: Asked) -> Ask:
    return Ask(json={"email": f"{unique('autre')}@mandat.example.com", "password": asked.person.passphrase})


@asks("POST /identity/v1/email-changes")
async def confirm_email(asked: Asked) -> Ask:
    person = await asked.cast.world.newcomer("Nouveau", "Venu")
    address = f"{unique('autre')}@mandat.example.com"
    await person.caller.post("/identity/v1/me/email", {"email": address, "password": person.passphrase})
    return Ask(json={"token": await mailed(asked, address, "")})


SPARE_OPERATOR = "/identity/v1/operators/{username}"


@asks(f"PUT {SPARE_OPERATOR}")
async def make_operator(asked: Asked) -> Ask:
    names = {"username": asked.cast.spare.username}
    path = SPARE_OPERATOR.format(**names)
    return Ask(names, done=lambda: asked.cast.operator.call("DELETE", path))


@asks(f"DELETE {SPARE_OPERATOR}")
async def dismiss_operator(asked: Asked) -> Ask:
    names = {"username": asked.cast.spare.username}
    await asked.cast.operator.call("PUT", SPARE_OPERATOR.format(**names))
    return Ask(names)


@asks("DELETE /identity/v1/people/{username}")
async def erase_person(asked: Asked) -> Ask:
    world = asked.cast.world
    person = await world.newcomer("Rose", "Tremblay") if asked.actor == "operator" else asked.cast.spare
    return Ask({"username": person.username})


def a_look(asked: Asked) -> dict[str, str]:
    operator = asked.cast.people["operator"]
    return {"username": asked.cast.spare.username, "reason": "Demande d’aide 4711", "password": operator.passphrase}


@asks("POST /identity/v1/looks")
async def begin_look(asked: Asked) -> Ask:
    return Ask(json=a_look(asked))


@asks("POST /identity/v1/looks/{look_id}/token", "DELETE /identity/v1/looks/{look_id}")
async def with_look(asked: Asked) -> Ask:
    token = (await session(asked, asked.cast.people["operator"]))["access_token"]
    async with ONE_AT_A_TIME:
        begun = await asked.cast.world.anonymous.with_token(token).post("/identity/v1/looks", a_look(asked), expect=201)
    return Ask({"look_id": begun["id"]}, token=token if asked.actor == "operator" else None)


@asks("POST /identity/v1/applications")
async def add_application(asked: Asked) -> Ask:
    return Ask(json={"client_id": unique("app"), "name": "Matrice"})


@asks("POST /identity/v1/applications/{client_id}/secret", "DELETE /identity/v1/applications/{client_id}")
async def with_application(asked: Asked) -> Ask:
    made = await asked.cast.operator.post("/identity/v1/applications", {"client_id": unique("app"), "name": "Matrice"})
    return Ask({"client_id": made["client_id"]})
