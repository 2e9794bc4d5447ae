"""The requests of the other services."""

from __future__ import annotations

import asyncio
import itertools
from datetime import date, timedelta
from typing import Any

from services import client
from shared import ids
from shared.contracts.audiences import ACCESS_TOKEN, TOKEN_EXCHANGE
from tests.authority.asks import Ask, Asked, always, asks

NOON = "2026-11-24T12:00:00Z"
CSV = {"Content-Type": "text/csv"}
HEADER = "matricule,prenom,nom,courriel,bureau\r\n"

always(
    Ask(),
    *(f"GET /accounts/v1/{path}" for path in ("imports", "licences", "licences/mine")),
    *(f"GET /delegation/v1/{path}" for path in ("services", "me", "delegates", "delegators")),
    *(f"GET /delegation/.well-known/{path}" for path in ("jwks.json", "authzen-configuration")),
    *(f"GET /notifications/v1/{path}" for path in ("emails", "witness")),
    *(f"GET /audit/v1/{path}" for path in ("activities", "activities/filters", "kinds", "register")),
    *(f"GET /audit/v1/activities.{kind}" for kind in ("xlsx", "pdf", "csv", "jsonl")),
    *(f"GET /audit/v1/{path}" for path in ("activities/histogram", "exports")),
    *(f"GET /audit/v1/{path}" for path in ("checkpoints", "checkpoints/latest", "keys")),
    *(f"GET /cadastre/v1/{path}" for path in ("files", "survey-files", "requests")),
)
always(Ask(), *(f"GET /{name}/v1/my-data" for name in ("identity", "accounts", "delegation", "notifications", "audit")))
always(Ask(json={"pin": "ZZZ-ZZZ-ZZZ"}), "POST /accounts/v1/licences/claim")
HEARING = ("accounts", "audit", "delegation", "notifications")
always(Ask(), *(f"GET /{name}/v1/parked" for name in HEARING))
always(
    Ask(json={"cause": "KeyError in nowhere"}),
    *(f"POST /{name}/v1/parked/{deed}" for name in HEARING for deed in ("replays", "discards")),
)


@asks("PUT /accounts/v1/imports/{import_id}")
async def import_roster(asked: Asked) -> Ask:
    return Ask({"import_id": str(ids.uuid7())}, data=HEADER.encode(), headers=CSV)


@asks("GET /accounts/v1/imports/{import_id}")
async def show_import(asked: Asked) -> Ask:
    return Ask({"import_id": (await asked.cast.operator.get("/accounts/v1/imports"))["imports"][0]["id"]})


ONE_AT_A_TIME = asyncio.Lock()
"""Rosters are imported one at a time."""
LICENCE = "POST /accounts/v1/licences/{licence_id}"


async def unclaimed(asked: Asked) -> str:
    matricule = str(int(ids.uuid7().hex[-9:], 16))[-9:].lstrip("0")
    row = f"{matricule},Nicole,Libre,{matricule}@mandat.example.com,Québec\r\n"
    body = {"data": (HEADER + row).encode(), "headers": CSV}
    async with ONE_AT_A_TIME:
        answer = await asked.cast.operator.call("PUT", f"/accounts/v1/imports/{ids.uuid7()}", **body)
    assert answer.body["created"] == 1, answer
    found = await asked.cast.operator.get("/accounts/v1/licences", matricule=matricule)
    return str(found["licences"][0]["id"])


@asks(f"{LICENCE}/suspend")
async def suspend(asked: Asked) -> Ask:
    return Ask({"licence_id": await unclaimed(asked)}, json={"reason": "Essai"})


@asks(f"{LICENCE}/reinstate")
async def reinstate(asked: Asked) -> Ask:
    licence = await unclaimed(asked)
    await asked.cast.operator.post(f"/accounts/v1/licences/{licence}/suspend", {"reason": "Essai"}, expect=200)
    return Ask({"licence_id": licence}, json={"reason": "Essai"})


@asks(f"{LICENCE}/pin")
async def issue_pin(asked: Asked) -> Ask:
    return Ask({"licence_id": await unclaimed(asked)})


@asks("POST /delegation/v1/candidates/search")
async def search(asked: Asked) -> Ask:
    return Ask(json={"by": "username", "value": asked.cast.spare.username})


@asks("POST /delegation/v1/delegates")
async def add_delegate(asked: Asked) -> Ask:
    chosen = asked.cast.people["stranger" if asked.actor == "operator" else "operator"].id

    async def undo() -> None:
        listed = (await asked.person.caller.get("/delegation/v1/delegates"))["delegates"]
        made = next(one["id"] for one in listed if one["delegate"] == chosen)
        await asked.person.caller.call("DELETE", f"/delegation/v1/delegates/{made}")

    return Ask(json={"delegate": chosen}, done=undo)


@asks("DELETE /delegation/v1/delegates/{delegation_id}")
async def remove_delegate(asked: Asked) -> Ask:
    return Ask({"delegation_id": asked.cast.delegations[asked.whose][-1]})


@asks("POST /delegation/v1/token")
async def exchange(asked: Asked) -> Ask:
    owner = asked.cast.owners.get(asked.whose)
    form = {
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": asked.cast.caller(asked.actor).token or "none",
        "subject_token_type": ACCESS_TOKEN,
        "delegator": "{delegator}",
    }
    return Ask({"delegator": owner.id if owner else str(ids.uuid7())}, data=form)


@asks("POST /delegation/v1/attestations")
async def attest(asked: Asked) -> Ask:
    owner = asked.person if asked.whose == "own" else asked.cast.owners["delegator"]
    return Ask({"delegator": owner.id}, json={"delegator": "{delegator}", "as_of": NOON})


@asks(*(f"GET /delegation/v1/attestations/{{reference}}{end}" for end in ("", "/pdf")))
async def show_attestation(asked: Asked) -> Ask:
    """The reference is on the paper that the surveyor gave away."""
    body = {"delegator": asked.cast.owners["suspended"].id, "as_of": NOON}
    issued = await asked.cast.operator.post("/delegation/v1/attestations", body, expect=201)
    return Ask({"reference": issued["reference"]})


def question(asked: Asked) -> dict[str, Any]:
    return {
        "subject": {"type": "user", "id": asked.cast.delegates["delegate"].id},
        "action": {"name": "lot-reservation"},
        "resource": {"type": "surveyor", "id": asked.cast.owners["delegator"].id},
    }


@asks("POST /delegation/access/v1/evaluation", "POST /delegation/access/v1/evaluations")
async def decide(asked: Asked) -> Ask:
    return Ask(json=question(asked))


@asks("POST /notifications/v1/alerts")
async def raise_alert(asked: Asked) -> Ask:
    cast, key = asked.cast, ids.uuid7().hex
    facts = {"file_number": cast.files["delegator"], "kind": "message", "occurred_at": NOON}
    return Ask(json={"alerts": [{"key": key, "responsible": cast.owners["delegator"].id, **facts}]})


@asks("POST /audit/v1/activities")
async def report(asked: Asked) -> Ask:
    jean = asked.cast.owners["delegator"].id
    facts = {"kind": "lot.reserved", "performed_by": jean, "performed_for": jean, "occurred_at": NOON}
    return Ask(json={"activities": [{"key": ids.uuid7().hex, **facts}]})


always(Ask(json={"format": "csv"}), "POST /audit/v1/exports")
EXPORT = "/audit/v1/exports/{export_id}"
ONE_BY_ONE = asyncio.Lock()
"""Nobody may wait for more than three files at a time, and several ask for those of the same person."""


@asks(f"GET {EXPORT}", f"DELETE {EXPORT}", f"GET {EXPORT}/file")
async def one_export(asked: Asked) -> Ask:
    owner = (asked.person if asked.whose == "own" else asked.stranger).caller
    async with ONE_BY_ONE:
        there = (await owner.get("/audit/v1/exports"))["exports"] if asked.whose == "another" else []
        ready = [one["id"] for one in there if one["state"] == "ready"]
        made = ready[0] if ready else (await owner.post("/audit/v1/exports", {"format": "csv"}))["id"]

        async def is_ready() -> bool:
            return bool((await owner.get(f"/audit/v1/exports/{made}"))["state"] == "ready")

        await client.until(is_ready, "a prepared file", seconds=60)
    return Ask({"export_id": made})


async def sealed(asked: Asked) -> str:
    """Name the first activity of all, which was sealed long ago."""
    register = await asked.cast.operator.get("/audit/v1/register", sort="date", size=1)
    return str(register["items"][0]["id"])


@asks("GET /audit/v1/proofs/inclusion")
async def prove_inclusion(asked: Asked) -> Ask:
    return Ask(params={"activity": await sealed(asked)})


always(
    Ask(data=b'{"day":"2026-11-24"}\n', headers={"Content-Type": "application/jsonl"}), "POST /audit/v1/verifications"
)


@asks("GET /audit/v1/proofs/consistency")
async def prove_consistency(asked: Asked) -> Ask:
    return Ask(params={"first": "1", "second": "2"})


@asks("GET /notifications/v1/emails/{email_id}", "POST /notifications/v1/emails/{email_id}/retry")
async def one_email(asked: Asked) -> Ask:
    emails = (await asked.cast.operator.get("/notifications/v1/emails", state="sent"))["emails"]
    return Ask({"email_id": emails[0]["id"]})


@asks("POST /cadastre/v1/files")
async def new_file(asked: Asked) -> Ask:
    number = str(int(ids.uuid7().hex[-8:], 16))
    return Ask(json={"number": number, "title": "Lotissement", "responsible": asked.cast.owners["delegator"].id})


FILE_BODIES: dict[str, dict[str, Any] | None] = {
    "GET /cadastre/v1/files/{number}": None,
    "POST /cadastre/v1/files/{number}/reading": None,
    "POST /cadastre/v1/files/{number}/messages": {"subject": "Avis", "body": "À lire."},
    "POST /cadastre/v1/lot-reservations": {"lots": 1},
    "POST /cadastre/v1/lot-corrections": {"lot": "1 234 567"},
    "POST /cadastre/v1/product-orders": {"product": "Plan cadastral"},
    "POST /cadastre/v1/prevalidations": {},
    "POST /cadastre/v1/deposits": {},
}


def on_file(route: str, body: dict[str, Any] | None) -> None:
    """Register what is done on a file, or on none where the row says so."""

    @asks(route)
    async def build(asked: Asked) -> Ask:
        if asked.whose == "–":
            return Ask(json=body)
        in_body = {} if "{number}" in route else {"file_number": "{number}"}
        number = asked.cast.files[asked.whose]
        return Ask({"number": number}, json=None if body is None else body | in_body)


for each, sent in FILE_BODIES.items():
    on_file(each, sent)
LATER = itertools.count()


@asks("POST /cadastre/v1/files/{number}/extensions")
async def later_closing(asked: Asked) -> Ask:
    """Ask for a day later than whoever asked before."""
    day = date(2030, 1, 1) + timedelta(days=next(LATER))
    return Ask({"number": asked.cast.files[asked.whose]}, json={"closes_on": day.isoformat()})
