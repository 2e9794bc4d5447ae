"""Refuses weak passwords with the problem that says why."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from services.identity import passwords
from services.identity.passwords import Weakness
from shared.contracts.problems import identity as problems

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST_WORD = 4

REFUSALS: dict[Weakness, type[problems.PasswordTooWeak]] = {
    Weakness.TOO_SHORT: problems.PasswordTooShort,
    Weakness.TOO_LONG: problems.PasswordTooLong,
    Weakness.COMMON: problems.PasswordCommon,
    Weakness.PERSONAL: problems.PasswordPersonal,
    Weakness.REPETITIVE: problems.PasswordRepetitive,
    Weakness.UNCHANGED: problems.PasswordUnchanged,
}


def load_common() -> frozenset[str]:
    """Read the words that passwords are commonly made of."""
    text = resources.files("services.identity").joinpath("blocklist.txt").read_text(encoding="utf-8")
    words = {word for line in text.splitlines() if not line.startswith("#") for word in line.split()}
    return frozenset(word for word in words if len(word) >= SHORTEST_WORD)


def ensure_strong(password: str, names: Iterable[str], common: frozenset[str], *, former: str | None = None) -> None:
    """Refuse a new password that is weak or the `former` one (`password-too-weak`)."""
    if former is not None and passwords.normal_form(former) == passwords.normal_form(password):
        raise _refusal(Weakness.UNCHANGED)
    weakness = passwords.find_weakness(password, names, common)
    if weakness is not None:
        raise _refusal(weakness)


def _refusal(weakness: Weakness) -> problems.PasswordTooWeak:
    return REFUSALS[weakness](reason=weakness.value)
