"""An operator's look reads a person's screens and changes nothing, by whatever route."""

from __future__ import annotations

from services import client
from shared.contracts import permissions
from shared.contracts.permissions import Permission
from tests.authority import looks
from tests.authority.books import Books, changed
from tests.authority.cast import Cast
from tests.authority.matrix import ROUTES
from tests.chaos import scorecard

SECRET = (
    Permission.PERSON_ACTIVITY_EXPORT,
    Permission.PERSON_ATTESTATION_ASK,
    Permission.PERSON_BANK_MANAGE,
    Permission.PERSON_DATA_READ,
    Permission.PERSON_PIN_READ,
    Permission.PERSON_PROFILE_MANAGE,
    Permission.PERSON_SESSION_MANAGE,
)


async def test_look_is_refused_every_write_before_any_effect(cast: Cast, books: Books):
    await cast.renew()
    look = await looks.begin(cast, cast.owners["delegator"])
    await books.settled()
    before = await books.prints()
    wrong = await looks.wrongly_answered(cast, look)
    assert (wrong, changed(before, await books.prints())) == ([], [])
    writes = sum(not name.startswith("GET ") for name in ROUTES)
    scorecard.note("S1", "writes by an operator's look", writes, accepted=0)


async def test_look_cannot_do_what_the_person_could(cast: Cast):
    """Valid requests, about Jean's own things."""
    await cast.renew()
    jean = cast.owners["delegator"]
    look = await looks.begin(cast, jean)
    delegation = cast.delegations["delegator"][0]
    tried = [
        await look.call("DELETE", f"/delegation/v1/delegates/{delegation}"),
        await look.call("POST", "/cadastre/v1/deposits", json={"file_number": cast.files["delegator"]}),
        await look.call("PATCH", "/identity/v1/me", json={"first_name": "Autre"}),
        await look.call("GET", "/identity/v1/my-data"),
        await look.call("GET", "/audit/v1/activities.csv"),
    ]
    assert {(403, looks.REFUSED)} == {(one.status, one.slug) for one in tried}
    still = await jean.caller.get("/delegation/v1/delegates")
    assert delegation in {one["id"] for one in still["delegates"]}
    assert still == await look.get("/delegation/v1/delegates")
    assert {one["number"] for one in (await look.get("/cadastre/v1/files"))["files"]} >= {cast.files["delegator"]}


async def test_person_reads_in_his_activities_who_looked_and_why_and_nobody_else_does(cast: Cast):
    await cast.renew()
    claire, operator = cast.owners["another"], cast.people["operator"]
    await looks.begin(cast, claire)

    async def told() -> dict[str, object] | None:
        found = await claire.caller.get("/audit/v1/activities", kind="screens.viewed")
        return next(iter(found["items"]), None)

    row = await client.until(told, "the look among the activities")
    assert row is not None
    assert (row["performed_by"]["id"], row["performed_for"]["id"]) == (operator.id, claire.id)
    assert row["reason"] == "Demande d’aide 4711"
    other = await cast.people["stranger"].caller.get("/audit/v1/activities", kind="screens.viewed")
    assert other["items"] == []


def test_look_shows_no_secrets():
    assert [] == [one for one in SECRET if permissions.holds(permissions.Kind.LOOKING, one)]
