"""What business accounts write, to whom (decision 3, O3, O7)."""

from __future__ import annotations

import pytest

from shared import ids
from shared.contracts.events import companies
from tests.integration.notifications.conftest import EDITH, JEAN, PIERRE, PIN, TOKEN, Office


async def written(office: Office, *events) -> list[tuple[str, str]]:
    """Hear events, and give whom is written to with which subject."""
    await office.hear(*(office.user(one) for one in (JEAN, EDITH, PIERRE)), *events)
    await office.send()
    return sorted((one["To"].addresses[0].addr_spec, one["Subject"]) for one in office.server.received)


@pytest.mark.item("decision 3")
async def test_member_joined_is_told_to_every_manager_each_in_his_language(office: Office) -> None:
    event = office.company(companies.MemberJoined, EDITH, managers=(JEAN.id, PIERRE.id), rights=())
    assert [
        (JEAN.email, "Édith Descartes s’est associé au compte LMS Corp."),
        (PIERRE.email, "Édith Descartes joined the account LMS Corp."),
    ] == await written(office, event)


async def test_member_who_joined_as_manager_is_not_told_of_himself(office: Office) -> None:
    event = office.company(companies.MemberJoined, JEAN, managers=(JEAN.id,), rights=tuple(companies.Right))
    assert [] == await written(office, event)


@pytest.mark.item("decision 3")
async def test_rights_changed_are_told_to_the_member_by_their_names(office: Office) -> None:
    event = office.company(companies.MemberChanged, EDITH, rights=("submit", "pay"), granted=("pay",), withdrawn=())
    assert [(EDITH.email, "Vos permissions dans le compte LMS Corp. ont changé")] == await written(office, event)
    text = " ".join(office.server.received[0].get_body(("plain",)).get_content().split())
    assert "Accordées : Payer." in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Faire une demande, Payer" in text
    assert "Retirées" not in text


async def test_rights_changed_again_and_again_bomb_nobody(office: Office) -> None:
    """T26. Beyond ten of a kind an hour, the next ones wait."""
    await written(office, *(office.company(companies.MemberChanged, EDITH) for _ in range(25)))
    assert 10 <= len(office.server.received) < 25
    assert 25 == len(await office.rows())


@pytest.mark.item("O3")
@pytest.mark.parametrize("kind", [companies.AccountImported, companies.AccountPinIssued, companies.ContestUpheld])
async def test_pin_of_an_account_goes_to_the_address_of_the_account(office: Office, kind) -> None:
    await written(office, office.company(kind, EDITH))
    (notice,) = [one for one in office.server.received if "NIP" in one["Subject"]]
    assert "info@lmscorp.example.com" == notice["To"].addresses[0].addr_spec
    assert PIN in notice.get_body(("plain",)).get_content()


@pytest.mark.item("O7")
@pytest.mark.parametrize(
    ("kind", "page"), [(companies.ClaimAnnounced, "contest"), (companies.TakeoverAnnounced, "objection")]
)
async def test_contact_is_told_with_a_link_against_it(office: Office, kind, page) -> None:
    assert ["contact@mandat.example.com"] == [to for to, _ in await written(office, office.company(kind, EDITH))]
    text = office.server.received[0].get_body(("plain",)).get_content()
    assert f"http://mandat.example.com/fr/{page}?token={TOKEN}" in text
    assert "Édith" in text


async def test_nobody_is_written_to_when_nobody_is_named_to_follow(office: Office) -> None:
    assert [] == await written(office, office.company(companies.SuccessorNamed, EDITH, successor=None))


@pytest.mark.item("decision 9")
async def test_guessing_is_told_to_every_operator(office: Office) -> None:
    event = companies.GuessingDetected(id=ids.uuid7(), operators=(JEAN.id, PIERRE.id))
    assert [
        (JEAN.email, "Des NIP sont essayés en grand nombre"),
        (PIERRE.email, "PINs are tried in great numbers"),
    ] == await written(office, event)


async def test_manager_of_whom_we_have_not_heard_yet_is_waited_for(office: Office) -> None:
    await office.hear(office.company(companies.AccountPinRotated, managers=(JEAN.id, EDITH.id)))
    assert [] == await office.rows()
    assert 1 == await office.pool.fetchval("select count(*) from retry")


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (companies.ClaimContested, "Une association est contestée\N{NO-BREAK SPACE}: LMS Corp."),
        (companies.TakeoverRequested, "Une reprise est demandée\N{NO-BREAK SPACE}: LMS Corp."),
        (companies.TakeoverApproved, "Une reprise attend votre confirmation\N{NO-BREAK SPACE}: LMS Corp."),
    ],
)
async def test_operators_are_told_of_what_waits_for_their_decision(office: Office, kind, subject) -> None:
    told = await written(office, office.company(kind, EDITH, operators=(JEAN.id,)))
    assert (JEAN.email, subject) in told


@pytest.mark.item("O7")
async def test_name_that_ends_in_a_point_ends_its_sentence_with_one_and_the_reason_stands_apart(office: Office) -> None:
    await written(
        office, office.company(companies.TakeoverRefused, EDITH, legal_name="LMS Corp.", reason="Sans preuve")
    )
    (message,) = office.server.received
    for kind in ("plain", "html"):
        text = message.get_body((kind,)).get_content()
        assert ("LMS Corp." in text, ".." in text) == (True, False)
    plain = message.get_body(("plain",)).get_content().replace("\N{NO-BREAK SPACE}", " ")
    assert "Motif : Sans preuve" in plain.replace("\r", "").split("\n\n")
