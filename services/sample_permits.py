"""The permit applications of the sample: LMS Architects submits one for a client, and a client names it as contact."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from services import client

MINE, REVIEW = "/permits/v1/applications", "/permits/v1/review/applications"
POOL = {
    "kind": "pool",
    "title": "Piscine creusée",
    "address": "110, avenue Laurier Ouest, Ottawa (Ontario)",
    "description": "Piscine de 4 m sur 8 m, clôture de 1,5 m.",
}
SIGN = {"kind": "sign", "title": "Enseigne au sol", "address": "1, rue Elgin, Ottawa (Ontario)"}
HISTORY = {"kind": "building", "title": "Agrandissement", "address": "55, rue Sparks, Ottawa (Ontario)"}
FEE = {
    "label_fr": "Permis de piscine",
    "label_en": "Pool permit",
    "amount_cents": 24_850,
    "due_on": "2027-03-31",
}
ASKED = {"kind": "upload", "detail": "Ajoutez le plan d’implantation de l’enseigne, en PDF.", "due_on": "2027-02-26"}


@dataclass(frozen=True, slots=True)
class People:
    """Who takes part: Vivian of LMS Architects, Madiee of LMS Corp., an applicant, and the city's reviewer."""

    manager: client.Caller
    claimer: client.Caller
    applicant: client.Caller
    operator: client.Caller


async def load(people: People) -> None:
    """Load the applications, unless they are there."""
    if (await people.operator.get(REVIEW))["applications"]:
        return
    lms = await _account(people.manager)
    await people.manager.post(f"/permits/v1/accounts/{lms}/templates", {"name": "Piscine creusée", "content": POOL})
    pool = await people.manager.post(MINE, POOL | {"as_account": lms, "client_name": "Ann Client"})
    await _upload(people.manager, pool["id"])
    await people.operator.post(f"{REVIEW}/{pool['id']}/fees", FEE)
    review = {"state": "in-review", "message": "Votre demande est à l’étude. Des frais sont à payer."}
    await people.operator.post(f"{REVIEW}/{pool['id']}/state", review)
    sign = await people.applicant.post(MINE, SIGN | {"contact": lms})
    await people.operator.post(f"{REVIEW}/{sign['id']}/actions", ASKED)
    before = HISTORY | {"account": await _account(people.claimer), "client_name": "Omer Client", "state": "approved"}
    await people.operator.post(REVIEW, before)


async def _account(caller: client.Caller) -> str:
    """Give the first account of a person."""

    async def look() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await caller.get("/accounts/v1/accounts"))["accounts"]
        return found

    return str((await client.until(look, "the account"))[0]["id"])


async def _upload(caller: client.Caller, application: str) -> None:
    plan = io.BytesIO(pdf("Plan de situation"))
    answer = await caller.call("POST", f"{MINE}/{application}/files", params={"name": "plan.pdf"}, data=plan)
    if answer.status != 201:
        raise client.Unexpected(f"the plan was not taken: {answer.body}")


def pdf(words: str) -> bytes:
    """Make a page of PDF with a line of ASCII on it (ISO 32000-1 §7.5)."""
    text = f"BT /F1 18 Tf 72 720 Td ({words}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(made))
    return made + head + table + tail
