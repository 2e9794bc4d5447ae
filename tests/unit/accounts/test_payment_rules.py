"""How payments go on: whatever is told, in whatever order, the end is where the money is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules import payments
from shared.contracts.events.fees import PaymentState
from shared.contracts.people import Language

TOLD = st.sampled_from([one for one in PaymentState if one is not PaymentState.STARTED])


def end(told: list[PaymentState]) -> PaymentState:
    state = PaymentState.STARTED
    for one in told:
        state = one if payments.goes_on(state, one) else state
    return state


@given(told=st.lists(TOLD, min_size=1), data=st.data())
def test_order_and_repetition_of_notices_do_not_change_whether_money_moved(told: list[PaymentState], data):
    shuffled = data.draw(st.permutations([*told, *told]))
    assert payments.RANK[end(told)] == payments.RANK[end(shuffled)] == max(payments.RANK[one] for one in told)


@given(told=st.lists(TOLD))
def test_payment_never_goes_back(told: list[PaymentState]):
    ranks = [payments.RANK[end(told[:place])] for place in range(len(told) + 1)]
    assert ranks == sorted(ranks)


def test_label_names_the_one_fee_or_their_number_in_the_payers_language():
    one, two = [("Permis", "Permit")], [("Permis", "Permit"), ("Enseigne", "Sign")]
    assert ("Permis", "Permit") == tuple(payments.label(one, language) for language in (Language.FR, Language.EN))
    assert ("2 frais", "2 fees") == tuple(payments.label(two, language) for language in (Language.FR, Language.EN))
