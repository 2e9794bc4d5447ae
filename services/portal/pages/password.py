"""[Changement de mot de passe] (Q24)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from services.portal import fields, rules
from services.portal.backend import Refused
from services.portal.routing import Page

if TYPE_CHECKING:
    from services.portal.visits import Visit

FAULTS = {"wrong-password": "old_password", "password-too-weak": "new_password"}


async def show_password(visit: Visit) -> web.Response:
    """Ask for the old password and the new one."""
    return visit.show("public/password.html", first=bool(visit.param("premier")), back=_back(visit))


def _back(visit: Visit) -> str:
    return rules.return_path(visit.request.query.get("suite")) or visit.url("start", matricule=None)


async def change_password(visit: Visit) -> web.Response:
    """Change it; this session goes on, every other ends."""
    form = visit.form
    fields.ensure_given(visit, ("old_password", "new_password", "confirm"))
    fields.ensure_same(visit, "new_password")
    if form.wrong:
        return await show_password(visit)
    body = {"old_password": form["old_password"], "new_password": form["new_password"]}
    try:
        answer = await visit.api.post("/identity/v1/password", body)
    except Refused as refusal:
        form.refuse(refusal, FAULTS, fields.words(visit, refusal))
        form.status = 422 if refusal.status == 403 else refusal.status
        return await show_password(visit)
    await visit.deps.sessions.keep(visit.person, answer)
    if answer["device_token"]:
        visit.cookies[visit.deps.cookies.device] = answer["device_token"]
    return visit.go_to(
        _back(visit), done=visit.text("Votre mot de passe est changé. Vos autres sessions ont pris fin.")
    )


PAGES = (Page("password", "/mot-de-passe", "/password", show_password, change_password),)
