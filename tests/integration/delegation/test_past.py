"""The time machine: what is answered about a moment of the past is what was answered at that moment."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import product
from typing import Any
from uuid import UUID

import pypdf
import pytest

from services.delegation.past import commands, paper, rules, schemas
from shared.contracts.events import identity
from tests.integration.delegation.conftest import Somebody, World

BEFORE_ALL, AFTER_ALL = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"
"""Moments that have no date in UTC."""


async def clock(world: World) -> datetime:
    return await world.pool.fetchval("select clock_timestamp()")


async def answers(world: World, people: list[Somebody], **context: Any) -> list[tuple[bool, str | None]]:
    """Ask for every pair; the refusals too must be those of the moment."""
    pairs = product(people, people)
    found = [await world.decide(one, other, acting=True, **context) for one, other in pairs if one is not other]
    return [(one["decision"], one["context"].get("slug")) for one in found]


class History:
    """Random designations, removals, suspensions and reinstatements."""

    def __init__(self, world: World, seed: int, surveyors: list[Somebody], others: list[Somebody]) -> None:
        self.world, self.chance = world, random.Random(seed)
        self.surveyors, self.people = surveyors, [*surveyors, *others]
        self.present: dict[tuple[UUID, UUID], str] = {}
        self.suspended: set[UUID] = set()

    async def step(self) -> None:
        surveyor, other = self.chance.choice(self.surveyors), self.chance.choice(self.people)
        if self.chance.random() < 0.3:
            await self.flip(surveyor)
        elif surveyor is not other and surveyor.id not in self.suspended:
            await self.designate_or_remove(surveyor, other)

    async def flip(self, surveyor: Somebody) -> None:
        if surveyor.id in self.suspended:
            await self.world.reinstate(surveyor)
        else:
            await self.world.suspend(surveyor)
        self.suspended ^= {surveyor.id}

    async def designate_or_remove(self, surveyor: Somebody, other: Somebody) -> None:
        key = (surveyor.id, other.id)
        if key in self.present:
            await self.world.remove(surveyor, self.present.pop(key))
        else:
            self.present[key] = await self.world.add(surveyor, other)


@pytest.mark.parametrize("seed", range(3))
async def test_decision_as_of_a_moment_is_the_one_given_at_that_moment(
    world, jean, claire, edith, pierre, seed
) -> None:
    history, people = History(world, seed, [jean, claire], [edith, pierre]), [jean, claire, edith, pierre]
    given = []
    for _ in range(10):
        await history.step()
        given.append((await clock(world), await answers(world, people)))
    for moment, then in given:
        assert then == await answers(world, people, as_of=moment.isoformat())
    assert len({str(then) for _, then in given}) > 2, "the history is one"


async def test_decision_about_what_is_not_past_or_is_no_time_is_refused(world, jean, edith) -> None:
    await world.add(jean, edith)
    future = (await clock(world) + timedelta(hours=1)).isoformat()
    for moment in (future, "yesterday", "2026-11-26T09:00:00", 17, BEFORE_ALL, AFTER_ALL):
        answer = await world.decide(edith, jean, as_of=moment)
        assert (False, "moment-not-past") == (answer["decision"], answer["context"]["slug"])
    before = (await clock(world) - timedelta(days=400)).isoformat()
    assert "not-a-surveyor" == (await world.decide(edith, jean, as_of=before))["context"]["slug"]


async def test_reserved_service_was_never_delegated(world, jean, edith) -> None:
    await world.add(jean, edith)
    moment = (await clock(world)).isoformat()
    answer = await world.decide(edith, jean, "update-request-deposit", as_of=moment)
    assert "reserved-service" == answer["context"]["slug"]


async def test_batch_mixes_now_and_then(world, jean, edith) -> None:
    delegation = await world.add(jean, edith)
    moment = (await clock(world)).isoformat()
    await world.remove(jean, delegation)
    question = {
        "subject": {"type": "user", "id": str(edith.id)},
        "action": {"name": "lot-reservation"},
        "resource": {"type": "surveyor", "id": str(jean.id)},
        "evaluations": [{}, {"context": {"as_of": moment}}, {}],
    }
    answer = await world.as_application().post("/access/v1/evaluations", question)
    assert [False, True, False] == [one["decision"] for one in answer.json["evaluations"]]


async def test_lists_as_of_a_moment_are_those_of_the_moment(world, jean, claire, edith, pierre) -> None:
    first = await world.add(jean, edith)
    await world.add(claire, edith)
    then = (await clock(world)).isoformat()
    await world.remove(jean, first)
    await world.add(jean, pierre)
    await world.suspend(claire)
    query = {"params": {"as_of": then}}
    mine = await world.as_(jean).get("/v1/delegates", **query)
    assert [str(edith.id)] == [one["delegate"] for one in mine.json["delegates"]]
    theirs = await world.as_(edith).get("/v1/delegators", **query)
    assert {(str(jean.id), False), (str(claire.id), False)} == {
        (one["id"], one["frozen"]) for one in theirs.json["delegators"]
    }
    now = await world.as_(edith).get("/v1/delegators")
    assert [(str(claire.id), True)] == [(one["id"], one["frozen"]) for one in now.json["delegators"]]


async def test_lists_as_of_what_is_not_past_are_refused(world, jean) -> None:
    query = {"params": {"as_of": (await clock(world) + timedelta(hours=1)).isoformat()}}
    replies = [await world.as_(jean).get(f"/v1/{what}", **query) for what in ("delegates", "delegators")]
    assert [(422, "moment-not-past")] * 2 == [(reply.status, reply.slug) for reply in replies]


async def attested(world, caller, surveyor, **more) -> Any:
    body = {"delegator": str(surveyor.id), "as_of": (await clock(world)).isoformat()} | more
    return await world.as_(caller).post("/v1/attestations", body)


async def test_attestation_says_what_was_and_its_reference_is_its_fingerprint(world, jean, edith, pierre) -> None:
    await world.add(jean, pierre)
    removed = await world.add(jean, edith)
    moment = (await clock(world)).isoformat()
    await world.remove(jean, removed)
    answer = await attested(world, jean, jean, as_of=moment)
    content = answer.json["content"]
    assert [("Édith Descartes", False), ("Pierre Quiroule", True)] == [
        (one["delegate"]["name"], one["until"] is None) for one in content["delegates"]
    ]
    assert ("active", jean.matricule, 6, 1) == (
        content["licence"],
        content["matricule"],
        len(content["services"]),
        len(content["reserved"]),
    )
    shown = await world.anonymous().get(f"/v1/attestations/{answer.json['reference']}")
    assert answer.json == shown.json
    assert UUID(answer.json["reference"]) == rules.reference(shown.json["content"])
    assert UUID(answer.json["reference"]) != rules.reference(shown.json["content"] | {"matricule": "9999"})
    (event,) = await world.said("delegation.attestation.issued.v1")
    assert answer.json["reference"] == str(event.id)


async def test_attestation_loses_the_name_of_who_is_erased_and_keeps_what_was(world, jean, edith, pierre) -> None:
    for delegate in (edith, pierre):
        await world.add(jean, delegate)
    before = (await attested(world, jean, jean)).json
    own = (await attested(world, edith, jean, delegate=str(edith.id))).json
    await world.hear(identity.UserRemoved.model_validate(edith.user(verified=False)), 9)
    shown = (await world.anonymous().get(f"/v1/attestations/{before['reference']}")).json["content"]
    names = [one["delegate"].pop("name") for one in before["content"]["delegates"]]
    assert ["Édith Descartes", "Pierre Quiroule"] == names
    assert ["", "Pierre Quiroule"] == [one["delegate"].pop("name") for one in shown["delegates"]]
    assert before["content"] == shown
    shown = (await world.anonymous().get(f"/v1/attestations/{own['reference']}")).json["content"]
    assert ("", str(edith.id), "Jean Piette") == (*reversed(shown["issued_to"].values()), shown["delegator"]["name"])
    kept = await world.pool.fetch("select content::text from attestation")
    assert not [row for row in kept if edith.last_name in row["content"]]


async def test_my_data_names_attestations_of_who_is_a_delegate_in_them(world, jean, edith, pierre) -> None:
    await world.add(jean, edith)
    reference = (await attested(world, jean, jean)).json["reference"]
    for person, found in ((jean, [reference]), (edith, [reference]), (pierre, [])):
        sections = {one["name"]: one for one in (await world.as_(person).get("/v1/my-data")).json["sections"]}
        assert found == [one["reference"] for one in sections["attestations"]["entries"]]


async def test_attestation_names_all_delegates_however_many_are_read_at_once(
    world, jean, edith, pierre, monkeypatch
) -> None:
    """Who is left out would be attested not to have been a delegate."""
    monkeypatch.setattr(commands, "MOST", 1)
    for delegate in (edith, pierre):
        await world.add(jean, delegate)
    assert 2 == len((await attested(world, jean, jean)).json["content"]["delegates"])
    for delegate in (edith, pierre):
        content = (await attested(world, jean, jean, delegate=str(delegate.id))).json["content"]
        assert [str(delegate.id)] == [one["delegate"]["id"] for one in content["delegates"]]


def test_attestation_with_a_name_that_no_font_has_is_made_and_says_so() -> None:
    who, moment = schemas.Named(id=UUID(int=1), name="山本 \U0001f600"), datetime(2026, 11, 26, tzinfo=UTC)
    content = schemas.Content(
        as_of=moment,
        issued_at=moment,
        issued_to=who,
        delegator=who,
        matricule="5003",
        licence=None,
        delegates=[],
        services=[],
        reserved=[],
    )
    made = paper.write(schemas.Attestation(reference=UUID(int=2), content=content), "https://mandat.example.com")
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(made)).pages)
    assert "signes pour lesquels" in text
    assert "signs for which" in text


async def test_attestation_is_given_to_those_concerned_only(world, jean, claire, edith) -> None:
    await world.add(jean, edith)
    assert 404 == (await attested(world, claire, jean)).status
    assert 404 == (await attested(world, edith, jean)).status
    about_me = await attested(world, edith, jean, delegate=str(edith.id))
    assert (201, 1) == (about_me.status, len(about_me.json["content"]["delegates"]))
    future = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert "moment-not-past" == (await attested(world, jean, jean, as_of=future)).slug
    assert 404 == (await world.anonymous().get(f"/v1/attestations/{UUID(int=1)}")).status
    for moment in (BEFORE_ALL, AFTER_ALL):
        assert "validation-failed" == (await attested(world, jean, jean, as_of=moment)).slug


async def test_attestation_on_paper_is_tagged_and_in_both_languages(world, jean, edith) -> None:
    import aiohttp

    await world.add(jean, edith)
    reference = (await attested(world, jean, jean)).json["reference"]
    async with aiohttp.ClientSession() as http, http.get(f"{world.base}/v1/attestations/{reference}/pdf") as answer:
        assert (200, "application/pdf") == (answer.status, answer.content_type)
        content = await answer.read()
    paper = pypdf.PdfReader(BytesIO(content))
    text = "".join(page.extract_text() for page in paper.pages)
    for word in ("Attestation de délégation", "Attestation of delegation", "Édith Descartes", reference, "en cours"):
        assert word in text, text
    assert paper.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "fr-CA" == paper.trailer["/Root"]["/Lang"]
    assert {"/Table", "/TH", "/H1"} <= kinds(paper.trailer["/Root"]["/StructTreeRoot"])


def kinds(node: Any) -> set[str]:
    """Name the structure elements of a tagged PDF."""
    node = node.get_object()
    if isinstance(node, list):
        return set().union(*(kinds(one) for one in node)) if node else set()
    if not isinstance(node, dict):
        return set()
    return (
        {str(node["/S"])}
        if "/S" in node and "/K" not in node
        else (({str(node["/S"])} if "/S" in node else set()) | (kinds(node["/K"]) if "/K" in node else set()))
    )
