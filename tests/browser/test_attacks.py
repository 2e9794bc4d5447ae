"""What somebody with bad intentions tries: foreign forms, cookies, markup, redirects, frames, other contexts (S11)."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import APIResponse, BrowserContext

from services import client
from tests.browser.conftest import Cast
from tests.browser.test_files import open_file
from tests.browser.windows import Windows, heading, sign_in, words
from tests.chaos import scorecard
from tests.journeys.world import Somebody, World

pytestmark = pytest.mark.browser

TOKEN = re.compile(r'name="jeton" value="(\w+)"')
MARKUP = (
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    '"><svg onload=window.hit=1>',
    "'-window.hit-'",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:window.hit=1",
    "</title><script>window.hit=1</script>",
    "&lt;b&gt;%(name)s %s",
)


async def token(context: BrowserContext, path: str) -> str:
    """Read the form token of a page: the last one, as the first is that of [Quitter]."""
    return TOKEN.findall(await (await context.request.get(path)).text())[-1]


async def send(context: BrowserContext, path: str, form: dict[str, str], **headers: str) -> APIResponse:
    """Send a form as a browser would, or as somebody else would with other headers."""
    return await context.request.post(path, form=form, headers=headers, max_redirects=0)


async def reservations(person: Somebody, surveyor: Somebody) -> int:
    """Count what a person did in a surveyor's name."""
    found = await person.caller.get("/audit/v1/activities", kind="lot.reserved", **{"for": surveyor.id})
    return int(found["total"])


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://other.mandat.example"},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {},
    ],
    ids=["cross-site", "sibling", "null", "foreign", "none"],
)
async def test_form_from_elsewhere_is_refused_even_with_the_right_token(
    windows: Windows, cast: Cast, headers: dict[str, str]
) -> None:
    async with windows.context(cast.edith) as context:
        path = f"/fr/pour/{cast.jean.matricule}/cadastre/services/lot-reservation"
        form = {"jeton": await token(context, path), "lots": "1"}
        before = await reservations(cast.edith, cast.jean)
        answer = await send(context, path, form, **headers)
        assert answer.status == 403
        assert "Rien n’a été fait" in await answer.text()
        assert await reservations(cast.edith, cast.jean) == before
    scorecard.note("S11", f"form with the right token, from {headers or 'nowhere'}", 1, accepted=0)


@pytest.mark.parametrize("given", ["", "0" * 64, "another browser"])
async def test_form_without_the_token_of_this_browser_is_shown_again_and_not_done(
    windows: Windows, cast: Cast, given: str
) -> None:
    path = f"/fr/pour/{cast.jean.matricule}/cadastre/services/lot-reservation"
    if given == "another browser":
        async with windows.open("/fr/connexion") as page:
            await sign_in(page, cast.edith)
            given = await token(page.context, path)
    async with windows.context(cast.edith) as context:
        answer = await send(context, path, {"jeton": given, "lots": "42"}, Origin=windows.url)
        text = await answer.text()
        assert answer.status == 403
        assert 'value="42"' in text
        assert "Vérifiez ce qui est affiché, puis recommencez." in text


async def test_body_of_another_type_is_no_form(windows: Windows, cast: Cast) -> None:
    async with windows.context(cast.edith) as context:
        path = f"/fr/pour/{cast.jean.matricule}/cadastre/services/lot-reservation"
        body = f"jeton={await token(context, path)}&lots=1"
        headers = {"Origin": windows.url, "Content-Type": "text/plain"}
        answer = await context.request.post(path, data=body, headers=headers, max_redirects=0)
        assert answer.status == 403


async def test_session_cookie_is_out_of_reach_of_scripts_and_the_old_one_ends_with_a_new_sign_in(
    windows: Windows, cast: Cast
) -> None:
    async with windows.open("/fr/connexion") as page:
        await sign_in(page, cast.marie)
        cookies = {one["name"]: one for one in await page.context.cookies()}
        for name in ("mandat-session", "mandat-visit", "mandat-device"):
            assert (cookies[name]["httpOnly"], cookies[name]["sameSite"], cookies[name]["path"]) == (True, "Lax", "/")
        assert await page.evaluate("document.cookie") == ""
        old = cookies["mandat-session"]
        await page.goto("/fr/connexion")
        await sign_in(page, cast.marie)
        fresh = {one["name"]: one["value"] for one in await page.context.cookies()}["mandat-session"]
        assert fresh != old["value"]
        await page.context.add_cookies([old])
        await page.goto("/fr/acces")
        assert await heading(page) == "Authentification"


async def test_page_allows_nothing_foreign_and_no_frame(windows: Windows) -> None:
    async with windows.open("") as page:
        answer = await page.goto("/fr/connexion")
        assert answer is not None
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        await page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {text: 'window.hit=1'}))"
        )
        assert await page.evaluate("window.hit") is None


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example", "/fr//evil.example"])
async def test_sign_in_leads_to_no_other_site(windows: Windows, cast: Cast, back: str) -> None:
    async with windows.open(f"/fr/connexion?retour={back}") as page:
        await sign_in(page, cast.marie)
        assert page.url.startswith(windows.url)


@pytest.mark.parametrize("evil", MARKUP)
async def test_markup_in_a_field_is_text(windows: Windows, cast: Cast, evil: str) -> None:
    async with windows.open(f"/fr/pour/{cast.jean.matricule}/delegation/delegataires/ajout", cast.jean) as page:
        await page.locator("[name=value]").fill(evil)
        await page.get_by_role("button", name="Rechercher").click()
        await page.locator(".summary").wait_for()
        assert await page.locator("[name=value]").input_value() == evil
        await page.goto(f"/fr/pour/{cast.jean.matricule}/delegation/activites?file={evil.replace('%', '')[:40]}")
        assert await page.evaluate("window.hit") is None
        assert await page.locator("main script, main img, main svg[onload]").count() == 0


async def test_markup_in_names_and_messages_is_text(windows: Windows, world: World, cast: Cast) -> None:
    person = world.stranger("Luc", "Tremblay")
    person.first_name, person.last_name = "<b>Luc</b>", '"><svg onload=window.hit=1>'
    await world.register(person)
    await client.until(lambda: world.designate(cast.claire, person), "the delegate")
    number = await open_file(world, cast.claire)
    message = {"subject": MARKUP[0], "body": "\n".join(MARKUP)}
    await (await world.operator()).caller.post(f"/cadastre/v1/files/{number}/messages", message)
    home = f"/fr/pour/{cast.claire.matricule}"
    async with windows.open(f"{home}/delegation/delegataires", cast.claire) as page:
        assert "<b>Luc</b>" in await words(page, "tbody")
        await page.get_by_role("link", name="Supprimer <b>Luc</b>").click()
        await page.locator("dialog[open] h1").wait_for()
        await page.goto(f"{home}/cadastre/dossiers/{number}")
        assert MARKUP[0] in await words(page)
        await page.goto(f"{home}/delegation/activites")
        assert await page.evaluate("window.hit") is None
    delegates = await cast.claire.caller.get("/delegation/v1/delegates")
    mine = next(one["id"] for one in delegates["delegates"] if one["username"] == person.username)
    await cast.claire.caller.call("DELETE", f"/delegation/v1/delegates/{mine}")


async def test_form_of_one_context_sent_to_another_is_not_done(windows: Windows, cast: Cast) -> None:
    async with windows.context(cast.edith) as context:
        mine = await token(context, f"/fr/pour/{cast.jean.matricule}/cadastre/services/lot-reservation")
        path = f"/fr/pour/{cast.claire.matricule}/cadastre/services/lot-reservation"
        before = await reservations(cast.edith, cast.claire)
        answer = await send(context, path, {"jeton": mine, "lots": "7"}, Origin=windows.url)
        assert answer.status == 403
        assert 'value="7"' in await answer.text()
        assert await reservations(cast.edith, cast.claire) == before


async def test_form_sent_after_the_delegation_ended_is_not_done_and_keeps_what_was_typed(
    windows: Windows, world: World
) -> None:
    alain, luc = await world.surveyor("Alain", "Proviste"), await world.newcomer("Luc", "Tremblay")
    delegation = await world.designate(alain, luc)
    async with windows.open(f"/fr/pour/{alain.matricule}/cadastre/services/product-order", luc) as page:
        await page.locator("[name=product]").fill("Plan du rang Saint-Joseph")
        assert (await alain.caller.call("DELETE", f"/delegation/v1/delegates/{delegation}")).status == 204
        await page.get_by_role("button", name="Soumettre").click()
        assert await heading(page) == "Vous ne pouvez pas agir pour cette personne"
        assert "Plan du rang Saint-Joseph" in await words(page)
    assert ("product.ordered", luc.name, alain.name) not in await world.activities(luc)


async def test_session_that_ends_while_typing_comes_back_with_what_was_typed(
    windows: Windows, world: World, cast: Cast
) -> None:
    async with windows.open("/fr/connexion") as page:
        await sign_in(page, cast.pierre)
        await page.goto(f"/fr/pour/{cast.jean.matricule}/cadastre/services/product-order")
        await page.locator("[name=product]").fill("Plan du lac")
        session = {one["name"]: one for one in await page.context.cookies()}["mandat-session"]
        await page.context.add_cookies([session | {"value": "A" * 43}])
        await page.get_by_role("button", name="Soumettre").click()
        assert "ce que vous aviez saisi est conservé" in await words(page)
        await sign_in(page, cast.pierre)
        assert await page.locator("[name=product]").input_value() == "Plan du lac"
        await page.get_by_role("button", name="Soumettre").click()
        assert "C’est fait" in await words(page, ".said")


async def test_interleaved_tabs_of_two_delegators_never_mix(windows: Windows, cast: Cast) -> None:
    """Tabs open in any order and send in another: each act is done for the surveyor whose page it was."""
    chance = random.Random(5003)
    before = {one.id: await reservations(cast.edith, one) for one in (cast.jean, cast.claire)}
    async with windows.context(cast.edith) as context:

        async def tab(surveyor: Somebody) -> Callable[[], Awaitable[None]]:
            page = await context.new_page()
            await page.goto(f"/fr/pour/{surveyor.matricule}/cadastre/services/lot-reservation")

            async def finish() -> None:
                assert surveyor.name in await words(page, ".context")
                await page.get_by_role("button", name="Soumettre").click()
                await page.wait_for_url("**/cadastre/demandes")
                assert surveyor.name in await words(page, ".context")
                await page.close()

            return finish

        order = [cast.jean, cast.claire] * 3
        chance.shuffle(order)
        waiting = await asyncio.gather(*map(tab, order))
        chance.shuffle(waiting)
        await asyncio.gather(*(finish() for finish in waiting))

    async def all_there() -> bool:
        return {one.id: await reservations(cast.edith, one) for one in (cast.jean, cast.claire)} == {
            one: count + 3 for one, count in before.items()
        }

    await client.until(all_there, "three acts for each")
