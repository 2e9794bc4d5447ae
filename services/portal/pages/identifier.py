"""One's own identifier: creating it, proving the address, recovering what was forgotten (Q14, Q15, Q16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from services.portal import fields
from services.portal.backend import Refused
from services.portal.routing import Page, Who

if TYPE_CHECKING:
    from services.portal.visits import Visit

REGISTER_FAULTS = {"username-taken": "username", "password-too-weak": "password"}
RESET_FAULTS = {"password-too-weak": "new_password"}
LINK = "mandat-link"
"""The cookie that holds the token of a letter's link until it is used."""
NEW = ("first_name", "last_name", "email", "username", "password")


async def show_register(visit: Visit) -> web.Response:
    """Show the form [Création d’un identifiant] (Q15)."""
    return visit.show("public/register.html")


async def register(visit: Visit) -> web.Response:
    """Create an identifier; a letter proves the address (Q16)."""
    form = visit.form
    fields.ensure_given(visit, (*NEW, "confirm"))
    fields.ensure_same(visit, "password")
    if form.wrong:
        return await show_register(visit)
    body = {name: form[name] for name in NEW} | {"language": form["language"] or visit.language.value}
    try:
        await visit.api.post("/identity/v1/registrations", body)
    except Refused as refusal:
        form.refuse(refusal, REGISTER_FAULTS, fields.words(visit, refusal))
        return await show_register(visit)
    return visit.go("registered")


async def registered(visit: Visit) -> web.Response:
    """Say that a letter is on its way."""
    return visit.show("public/registered.html")


async def show_verify_again(visit: Visit) -> web.Response:
    """Ask for the address to which the letter goes again."""
    return visit.show("public/verify-again.html")


async def verify_again(visit: Visit) -> web.Response:
    """Have the letter sent again."""
    if await _ask(visit, "/identity/v1/verifications/requests", "email"):
        return visit.go("registered")
    return await show_verify_again(visit)


async def open_link(visit: Visit) -> web.Response:
    """Take the token of a letter's link into a cookie, so that no address, referrer nor history keeps it."""
    visit.cookies[LINK] = visit.request.query.get("token", "")[:200]
    return visit.go(visit.page.name.removeprefix("link-"))


async def show_verify(visit: Visit) -> web.Response:
    """Ask to confirm: programs that follow links in letters confirm nothing."""
    return visit.show("public/verify.html", linked=bool(visit.request.cookies.get(LINK)))


async def verify(visit: Visit) -> web.Response:
    """Prove an address with the token of its link: that of a registration, or of a new address."""
    body = {"token": visit.request.cookies.get(LINK, "")}
    try:
        await _prove(visit, body)
    except Refused as refusal:
        if refusal.slug not in ("link-invalid", "validation-failed"):
            raise
        return visit.show("public/link-invalid.html", status=410, purpose="verify")
    visit.cookies[LINK] = None
    return visit.go("verified")


async def _prove(visit: Visit, body: dict[str, str]) -> None:
    try:
        await visit.api.post("/identity/v1/verifications", body)
    except Refused as refusal:
        if refusal.slug != "link-invalid":
            raise
        await visit.api.post("/identity/v1/email-changes", body)


async def verified(visit: Visit) -> web.Response:
    """Say that the address is proved."""
    return visit.show("public/verified.html")


async def show_forgot_username(visit: Visit) -> web.Response:
    """Ask for the address (Q14)."""
    return visit.show("public/forgot-username.html")


async def forgot_username(visit: Visit) -> web.Response:
    """Have the user name mailed."""
    if await _ask(visit, "/identity/v1/recoveries/username", "email"):
        return visit.go("recovered")
    return await show_forgot_username(visit)


async def show_forgot_password(visit: Visit) -> web.Response:
    """Ask for the user name or the address (Q14)."""
    return visit.show("public/forgot-password.html")


async def forgot_password(visit: Visit) -> web.Response:
    """Have a link for a new password mailed."""
    if await _ask(visit, "/identity/v1/recoveries/password", "login"):
        return visit.go("recovered")
    return await show_forgot_password(visit)


async def recovered(visit: Visit) -> web.Response:
    """Say that a letter is on its way, if there is somebody to write to."""
    return visit.show("public/recovered.html")


async def _ask(visit: Visit, path: str, name: str) -> bool:
    """Send the one field of a form; False when there is something to correct."""
    fields.ensure_given(visit, (name,))
    if visit.form.wrong:
        return False
    try:
        await visit.api.post(path, {name: visit.form[name]})
    except Refused as refusal:
        visit.form.refuse(refusal, {}, fields.words(visit, refusal))
        return False
    return True


async def show_reset(visit: Visit) -> web.Response:
    """Ask for the new password."""
    if not visit.request.cookies.get(LINK):
        return visit.show("public/link-invalid.html", status=410, purpose="reset")
    return visit.show("public/reset.html")


async def reset(visit: Visit) -> web.Response:
    """Set a new password with the token of a link; every session ends."""
    form = visit.form
    fields.ensure_given(visit, ("new_password", "confirm"))
    fields.ensure_same(visit, "new_password")
    if form.wrong:
        return await show_reset(visit)
    body = {"token": visit.request.cookies.get(LINK, ""), "new_password": form["new_password"]}
    try:
        await visit.api.post("/identity/v1/password-resets", body)
    except Refused as refusal:
        if refusal.slug == "link-invalid" or any(fault.field == "token" for fault in refusal.faults):
            return visit.show("public/link-invalid.html", status=410, purpose="reset")
        form.refuse(refusal, RESET_FAULTS, fields.words(visit, refusal))
        return await show_reset(visit)
    visit.cookies[LINK] = None
    return visit.go("reset-done")


async def reset_done(visit: Visit) -> web.Response:
    """Say that the new password holds."""
    return visit.show("public/reset-done.html")


ANYONE = Who.ANYONE
FORGOT = "/mot-de-passe-oublie"

PAGES = (
    Page("register", "/identifiant", "/account", show_register, register, who=ANYONE),
    Page("registered", "/identifiant/courriel", "/account/e-mail", registered, who=ANYONE),
    Page("verify-again", "/verification/lien", "/verification/link", show_verify_again, verify_again, who=ANYONE),
    Page("link-verify", "/verify", "/verify", open_link, who=ANYONE),
    Page("verify", "/verification", "/verification", show_verify, verify, who=ANYONE),
    Page("verified", "/verification/faite", "/verification/done", verified, who=ANYONE),
    Page("forgot-username", "/nom-oublie", "/forgotten-name", show_forgot_username, forgot_username, who=ANYONE),
    Page("forgot-password", FORGOT, "/forgotten-password", show_forgot_password, forgot_password, who=ANYONE),
    Page("recovered", "/courriel-en-route", "/e-mail-on-its-way", recovered, who=ANYONE),
    Page("link-reset", "/reset", "/reset", open_link, who=ANYONE),
    Page("reset", "/nouveau-mot-de-passe", "/new-password", show_reset, reset, who=ANYONE),
    Page("reset-done", "/nouveau-mot-de-passe/fait", "/new-password/done", reset_done, who=ANYONE),
)
