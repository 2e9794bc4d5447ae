"""Who may delegate and who may act, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.delegation import rules
from shared.contracts import audiences
from shared.contracts.events.accounts import LicenceStatus
from shared.contracts.problems import delegation as problems

JEAN, EDITH, CLAIRE = (UUID(int=number) for number in (5003, 1, 5001))
LICENCE, DELEGATION, FORMER = (UUID(int=number) for number in (10, 20, 21))
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

NOTHING = rules.Facts()
ACTIVE = rules.Facts(LICENCE, "5003", LicenceStatus.ACTIVE)
SUSPENDED = rules.Facts(LICENCE, "5003", LicenceStatus.SUSPENDED, DELEGATION, 3)
UNCLAIMED = rules.Facts(LICENCE, "5003", LicenceStatus.UNCLAIMED, DELEGATION, 3)
DELEGATED = rules.Facts(LICENCE, "5003", LicenceStatus.ACTIVE, DELEGATION, 3)

OWN = rules.Asked(JEAN, JEAN, acted=False)
ACTED = rules.Asked(EDITH, JEAN, acted=True)
DEPOSIT = rules.Asked(JEAN, JEAN, acted=False, reserved=True)
DEPOSIT_FOR_ANOTHER = rules.Asked(EDITH, JEAN, acted=True, reserved=True)


def by(delegation: UUID, version: int | None = None) -> rules.Asked:
    return rules.Asked(EDITH, JEAN, acted=True, delegation=delegation, version=version)


@pytest.mark.item("Q1", "Q2", "Q3", "Q4", "Q7", "Q10")
@pytest.mark.parametrize(
    ("asked", "facts", "wanted"),
    [
        (OWN, ACTIVE, None),
        (OWN, NOTHING, problems.NotASurveyor),
        (OWN, UNCLAIMED, problems.NotASurveyor),
        (OWN, SUSPENDED, problems.LicenceSuspended),
        (ACTED, DELEGATED, None),
        (ACTED, ACTIVE, problems.NoDelegation),
        (ACTED, NOTHING, problems.NotASurveyor),
        (ACTED, SUSPENDED, problems.LicenceSuspended),
        (ACTED, UNCLAIMED, problems.NotASurveyor),
        (DEPOSIT, ACTIVE, None),
        (DEPOSIT, NOTHING, problems.NotASurveyor),
        (DEPOSIT, SUSPENDED, problems.LicenceSuspended),
        (DEPOSIT_FOR_ANOTHER, DELEGATED, problems.ReservedService),
        (DEPOSIT_FOR_ANOTHER, NOTHING, problems.ReservedService),
        (by(DELEGATION), DELEGATED, None),
        (by(DELEGATION, 3), DELEGATED, None),
        (by(DELEGATION, 1), DELEGATED, None),
        (by(DELEGATION, 4), DELEGATED, problems.DelegationEnded),
        (by(FORMER), DELEGATED, problems.DelegationEnded),
        (by(DELEGATION), ACTIVE, problems.DelegationEnded),
    ],
)
def test_refusal_follows_from_the_question_and_the_facts(asked, facts, wanted):
    assert rules.refusal(asked, facts) is wanted


def question(subject, resource, *, reserved=False, context=None, properties=None, types=("user", "surveyor")):
    return rules.read_question(
        (types[0], str(subject), properties or {}), (types[1], str(resource)), context or {}, reserved=reserved
    )


@pytest.mark.item("Q4", "Q5", "Q10")
@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (question(JEAN, JEAN), OWN),
        (question(JEAN, JEAN, context={"actor": str(JEAN)}), OWN),
        (question(EDITH, JEAN), ACTED),
        (question(EDITH, JEAN, context={"actor": str(EDITH), "acting": True}), ACTED),
        (question(JEAN, JEAN, context={"actor": str(EDITH)}), ACTED),
        (question(JEAN, JEAN, context={"actor": str(EDITH)}, properties={"acting": True}), ACTED),
        (question(EDITH, JEAN, context={"delegation": str(DELEGATION), "version": 2}), by(DELEGATION, 2)),
        (question(JEAN, JEAN, reserved=True), DEPOSIT),
        (question(EDITH, JEAN, reserved=True), DEPOSIT_FOR_ANOTHER),
        (question(JEAN, JEAN, reserved=True, context={"actor": str(EDITH)}), DEPOSIT_FOR_ANOTHER),
        (question(JEAN, JEAN, reserved=True, context={"acting": True}), problems.ReservedService),
        (question(JEAN, JEAN, reserved=True, properties={"acting": "yes"}), problems.ReservedService),
        (question(JEAN, JEAN, reserved=True, context={"actor": "somebody"}), problems.ReservedService),
        (question(JEAN, JEAN, reserved=True, context={"actor": ""}), problems.ReservedService),
        (question(JEAN, JEAN, context={"acting": True}), problems.UnknownParty),
        (question(JEAN, JEAN, context={"actor": 12}), problems.UnknownParty),
        (question(EDITH, JEAN, context={"actor": str(CLAIRE)}), problems.NestedActing),
        (question(EDITH, JEAN, context={"actor": str(JEAN)}), problems.NestedActing),
        (question("edescartes", JEAN), problems.UnknownParty),
        (question(EDITH, "5003"), problems.UnknownParty),
        (question(EDITH, JEAN, types=("application", "surveyor")), problems.UnknownParty),
        (question(EDITH, JEAN, types=("user", "company")), problems.UnknownParty),
        (question(EDITH, JEAN, context={"delegation": "the first"}), problems.DelegationEnded),
        (question(EDITH, JEAN, context={"version": True}), problems.DelegationEnded),
        (question(EDITH, JEAN, context={"version": "2"}), problems.DelegationEnded),
    ],
)
def test_question_names_who_acts_in_whose_name(asked, wanted):
    assert asked == wanted


@pytest.mark.item("Q10")
def test_question_about_the_deposit_with_a_delegation_counts_as_acted_for_another():
    asked = question(JEAN, JEAN, reserved=True, context={"delegation": str(DELEGATION)})
    assert rules.refusal(asked, DELEGATED) is problems.ReservedService


@pytest.mark.item("Q24")
@pytest.mark.parametrize(
    ("age", "ever_added", "wanted"),
    [
        (timedelta(hours=1), False, False),
        (timedelta(hours=24), False, False),
        (timedelta(hours=24, seconds=1), False, True),
        (timedelta(days=400), True, False),
        (None, False, True),
        (None, True, False),
    ],
)
def test_password_change_is_asked_before_the_first_ever_delegate(age, ever_added, wanted):
    changed_at = None if age is None else NOW - age
    assert rules.must_change_password(changed_at, NOW, ever_added=ever_added) is wanted


@pytest.mark.item("Q18", "Q20")
@pytest.mark.parametrize(
    ("surveyor", "able", "wanted"),
    [
        (True, [], JEAN),
        (True, [CLAIRE], JEAN),
        (False, [CLAIRE], CLAIRE),
        (False, [CLAIRE, EDITH], None),
        (False, [], None),
    ],
)
def test_default_context_is_ones_own_then_the_only_delegator(surveyor, able, wanted):
    assert rules.default_context(JEAN, surveyor=surveyor, able=able) == wanted


@pytest.mark.item("Q2")
@pytest.mark.parametrize("status", [None, LicenceStatus.UNCLAIMED])
def test_delegator_without_an_active_licence_is_refused_as_not_a_delegator(status):
    with pytest.raises(problems.NotADelegator):
        rules.ensure_delegator(status)


def test_delegator_with_a_suspended_licence_is_refused_as_suspended():
    with pytest.raises(problems.LicenceSuspended):
        rules.ensure_delegator(LicenceStatus.SUSPENDED)


def test_delegator_with_an_active_licence_passes():
    assert rules.ensure_delegator(LicenceStatus.ACTIVE) is None


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [(" JPiette ", "jpiette"), ("ÉDITH", "édith"), ("ＪＰｉｅｔｔｅ", "jpiette"), ("e\u0301dith", "édith"), ("İ", "i̇")],
)
def test_normal_form_ignores_case_width_and_composition(typed, wanted):
    assert rules.normal_form(typed) == wanted


def test_sort_key_orders_by_family_name_without_accents():
    people = [("Édith", "Descartes"), ("Zoé", "Écuyer"), ("Anne", "Duval"), ("Alain", "Descartes")]
    ordered = sorted(people, key=lambda names: rules.sort_key(*names))
    assert ["Alain Descartes", "Édith Descartes", "Anne Duval", "Zoé Écuyer"] == [" ".join(one) for one in ordered]


GOOD = {
    "grant_type": audiences.TOKEN_EXCHANGE,
    "subject_token": "mine",
    "subject_token_type": audiences.ACCESS_TOKEN,
    "delegator": str(JEAN),
    "requested_token_type": None,
    "actor_token": None,
    "audience": None,
    "resource": None,
    "scope": None,
}


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, None),
        (
            {"subject_token_type": audiences.JWT, "audience": "mandat", "requested_token_type": audiences.ACCESS_TOKEN},
            None,
        ),
        ({"grant_type": None}, ("invalid_request", "grant_type")),
        ({"grant_type": "password"}, ("unsupported_grant_type", "grant_type")),
        ({"subject_token": "another"}, ("invalid_request", "subject_token")),
        ({"subject_token": None}, ("invalid_request", "subject_token")),
        ({"subject_token_type": "saml"}, ("invalid_request", "subject_token_type")),
        ({"requested_token_type": "refresh"}, ("invalid_request", "requested_token_type")),
        ({"actor_token": "mine"}, ("invalid_request", "actor_token")),
        ({"audience": "mines"}, None),
        ({"audience": "Mines et cie"}, ("invalid_target", "audience")),
        ({"resource": "https://elsewhere.example.com"}, ("invalid_target", "resource")),
        ({"scope": "everything"}, ("invalid_scope", "scope")),
        ({"delegator": None}, ("invalid_request", "delegator")),
        ({"delegator": "5003"}, ("invalid_request", "delegator")),
    ],
)
def test_token_request_fault_names_the_code_and_the_parameter(change, wanted):
    fault = rules.token_request_fault(GOOD | change, "mine")
    assert (fault and (fault.error, fault.parameter)) == wanted


def test_token_request_without_a_presented_token_is_at_fault():
    assert rules.token_request_fault(GOOD | {"subject_token": None}, "").parameter == "subject_token"


@pytest.mark.parametrize(("subject_expiry", "wanted"), [(1_300, 1_060), (1_060, 1_060), (1_020, 1_020), (998, 1_001)])
def test_token_expiry_is_a_minute_and_never_after_the_subjects(subject_expiry, wanted):
    assert rules.token_expiry(1_000, subject_expiry) == wanted


@pytest.mark.item("Q4")
def test_acting_claims_name_both_and_carry_no_roles():
    claims = rules.acting_claims(rules.Grant(JEAN, "Jean Piette", DELEGATED), {"sub": str(EDITH), "name": "Édith"})
    assert claims == {
        "aud": "mandat",
        "sub": str(JEAN),
        "name": "Jean Piette",
        "act": {"sub": str(EDITH), "name": "Édith"},
        "licence": str(LICENCE),
        "matricule": "5003",
        "dlg": str(DELEGATION),
        "dlg_v": 3,
    }


@pytest.mark.item("Q17")
def test_message_for_the_undesignated_is_the_guides():
    assert rules.NOT_DESIGNATED.fr == (
        "Pour accéder au site, un arpenteur-géomètre doit d’abord vous désigner comme délégataire pour agir en son "
        "nom. Veuillez communiquer avec un arpenteur-géomètre et attendre le courriel de confirmation vous informant "
        "que l’arpenteur-géomètre délégant vous a désigné comme délégataire."
    )
