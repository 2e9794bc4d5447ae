"""How payments go from state to state, and what a fee is worth; no I/O."""

from __future__ import annotations

from collections.abc import Sequence

from shared.contracts.events.fees import FeeState, PaymentState
from shared.contracts.people import Language
from shared.contracts.texts import Text

RANK: dict[PaymentState, int] = {
    PaymentState.STARTED: 0,
    PaymentState.FAILED: 1,
    PaymentState.EXPIRED: 1,
    PaymentState.PAID: 2,
    PaymentState.REFUNDED: 3,
}
"""Money that moved outweighs what was believed before: notices may come late, twice and in any order."""
SEVERAL = Text("{count} frais", "{count} fees")


def goes_on(present: PaymentState, told: PaymentState) -> bool:
    """Tell whether news takes a payment further; what is old or known changes nothing."""
    return RANK[told] > RANK[present]


def label(labels: Sequence[tuple[str, str]], language: Language) -> str:
    """Name on the provider's page what is paid: the fee, or how many they are."""
    if len(labels) == 1:
        return Text(*labels[0]).fr if language is Language.FR else labels[0][1]
    return SEVERAL.in_(language, count=len(labels))


def settles(states: Sequence[FeeState]) -> bool:
    """Tell whether a payment settles everything it is for; otherwise some of it is to be given back."""
    return all(state is FeeState.UNPAID for state in states)
