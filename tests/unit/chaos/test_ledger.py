"""The ledger's expectations: how many mails an event makes."""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.contracts.events import companies, delegation, identity
from tests.chaos import ledger

ONE, OTHER, JOINED = (UUID(int=number) for number in (1, 2, 3))
PERSON = {"username": "a", "first_name": "A", "last_name": "B", "email": "a@example.ca", "language": "fr"}
MEMBER = {
    "id": UUID(int=4),
    "kind": "contractor",
    "legal_name": "Toits Inc.",
    "operating_name": "Toits",
    "tarion_number": None,
    "phone": "613 555-0100",
    "email": "toits@example.ca",
    "address": {"street": "1, rue A", "city": "Ottawa", "province": "ON", "postal_code": "K1A 0A1"},
    "language": "fr",
    "claimed": True,
    "member": PERSON | {"id": JOINED},
    "rights": (),
}


@pytest.mark.parametrize(
    ("managers", "mails"),
    [((), 0), ((JOINED,), 0), ((ONE,), 1), ((ONE, OTHER, JOINED), 2)],
    ids=["nobody", "himself", "one", "two others"],
)
def test_joining_makes_a_mail_for_each_other_manager(managers: tuple, mails: int):
    data = companies.MemberJoined.model_validate(MEMBER | {"managers": managers}).model_dump_json()
    assert mails == ledger.mails_of(companies.MemberJoined.type, data)


def test_a_designation_makes_two_mails():
    pair = {"delegator": PERSON | {"id": ONE}, "delegate": PERSON | {"id": OTHER}}
    about = pair | {"id": UUID(int=5), "matricule": "1234", "added_at": "2026-11-26T12:00:00Z"}
    data = delegation.DelegateAdded.model_validate(about).model_dump_json()
    assert ledger.mails_of(delegation.DelegateAdded.type, data) == 2


def test_events_that_nobody_is_written_about_are_not_asked_for():
    assert identity.UserChanged not in {row.event for row in ledger.MAILED}
