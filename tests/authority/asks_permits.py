"""The requests of the example application permits: Jean's applications, and the templates of his account."""

from __future__ import annotations

import asyncio
import io
import os
from typing import Any

from shared import ids
from tests.authority.asks import Ask, Asked, always, asks
from tests.authority.asks_fees import FEE, company

MINE = "/permits/v1/applications"
ONE, REVIEWED = f"{MINE}/{{application_id}}", "/permits/v1/review/applications/{application_id}"
TEMPLATES = "/permits/v1/accounts/{account}/templates"
CONTENT = {"kind": "pool", "title": "Piscine", "address": "110, avenue Laurier Ouest"}
SENT = {"Content-Type": "application/pdf"}
RESULT = "POST /permits/v1/review/inspections/{inspection_id}/result"

always(Ask(), f"GET {MINE}", "GET /permits/v1/actions", "GET /permits/v1/review/applications")
always(Ask(json=CONTENT), f"POST {MINE}")


async def application(asked: Asked, *states: str, **more: Any) -> str:
    """Have an owner submit an application, and the city bring it to a state."""
    owner = asked.cast.owners[asked.whose if asked.whose in asked.cast.owners else "delegator"]
    made = (await owner.caller.post(MINE, CONTENT | more, expect=201))["id"]
    for state in states:
        path = f"{REVIEWED.format(application_id=made)}/state"
        await asked.cast.operator.post(path, {"state": state, "message": "Avis"})
    return str(made)


def pdf() -> bytes:
    return b"%PDF-1.7\n" + os.urandom(40).hex().encode() + b"\n%%EOF\n"


async def with_file(asked: Asked) -> dict[str, str]:
    """Give an application with a file."""
    made = await application(asked)
    caller = asked.cast.owners[asked.whose if asked.whose in asked.cast.owners else "delegator"].caller
    path = f"{ONE.format(application_id=made)}/files"
    answer = await caller.call("POST", path, params={"name": "plan.pdf"}, data=io.BytesIO(pdf()), headers=SENT)
    assert answer.status == 201, answer
    return {"application_id": made, "file_id": answer.body["id"]}


def on_application(route: str, body: dict[str, Any] | None) -> None:
    """Register what is done on an application."""

    @asks(route)
    async def build(asked: Asked) -> Ask:
        return Ask({"application_id": await application(asked)}, json=body)


on_application(f"GET {ONE}", None)
on_application(f"POST {ONE}/messages", {"body": "Bonjour."})
on_application(f"POST {ONE}/reading", None)
on_application(f"GET {REVIEWED}", None)
on_application(f"POST {REVIEWED}/messages", {"body": "Bonjour."})
on_application(f"POST {REVIEWED}/actions", {"kind": "upload", "detail": "Un plan."})
on_application(f"POST {REVIEWED}/state", {"state": "in-review", "message": "Avis"})
INSPECTION = {"kind": "final", "wanted_on": "2027-01-31"}
APPROVED: dict[str, asyncio.Future[str]] = {}
"""An approved application of each owner: its states are told by e-mail, and people get no more than so many an hour."""


async def approved(asked: Asked) -> str:
    """Give an application of an owner for which inspections can be asked."""
    owner = asked.cast.owners[asked.whose].id
    if owner not in APPROVED:
        APPROVED[owner] = asyncio.ensure_future(application(asked, "in-review", "approved"))
    return await APPROVED[owner]


@asks(f"POST {ONE}/inspections")
async def request_inspection(asked: Asked) -> Ask:
    return Ask({"application_id": await approved(asked)}, json=INSPECTION)


@asks(f"PUT {ONE}/contact")
async def name_contact(asked: Asked) -> Ask:
    names = {"application_id": await application(asked), "account": await company(asked)}
    return Ask(names, json={"account": "{account}"})


@asks(f"DELETE {ONE}/contact")
async def remove_contact(asked: Asked) -> Ask:
    return Ask({"application_id": await application(asked, contact=await company(asked))})


@asks(f"POST {REVIEWED}/fees")
async def post_fee(asked: Asked) -> Ask:
    names = {"application_id": await application(asked, contact=await company(asked))}
    return Ask(names, json={name: value for name, value in FEE.items() if name != "reference"})


@asks(f"POST {ONE}/files")
async def upload(asked: Asked) -> Ask:
    return Ask(
        {"application_id": await application(asked)}, data=pdf().decode(), headers=SENT, params={"name": "p.pdf"}
    )


@asks(f"GET {ONE}/files/{{file_id}}", f"DELETE {ONE}/files/{{file_id}}", f"GET {REVIEWED}/files/{{file_id}}")
async def on_file(asked: Asked) -> Ask:
    return Ask(await with_file(asked))


@asks(f"GET {TEMPLATES}")
async def list_templates(asked: Asked) -> Ask:
    return Ask({"account": await company(asked)})


def template() -> dict[str, Any]:
    return {"name": f"Modèle {ids.uuid7().hex[-10:]}", "content": CONTENT}


@asks(f"POST {TEMPLATES}")
async def make_template(asked: Asked) -> Ask:
    return Ask({"account": await company(asked)}, json=template())


@asks(f"PUT {TEMPLATES}/{{template_id}}")
async def on_template(asked: Asked) -> Ask:
    account = await company(asked)
    path = TEMPLATES.format(account=account)
    made = await asked.cast.owners["delegator"].caller.post(path, template(), expect=201)
    return Ask({"account": account, "template_id": made["id"]}, json=template())


@asks(f"DELETE {TEMPLATES}/{{template_id}}")
async def remove_template(asked: Asked) -> Ask:
    return Ask((await on_template(asked)).names)


@asks("POST /permits/v1/review/applications")
async def open_imported(asked: Asked) -> Ask:
    body = CONTENT | {"account": "{account}", "client_name": "Ann Client"}
    return Ask({"account": await company(asked)}, json=body)


@asks(RESULT)
async def conclude(asked: Asked) -> Ask:
    path = f"{ONE.format(application_id=await approved(asked))}/inspections"
    inspection = await asked.cast.owners["delegator"].caller.post(path, INSPECTION, expect=201)
    return Ask({"inspection_id": inspection["id"]}, json={"result": "passed"})
