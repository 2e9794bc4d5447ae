"""Every problem there is, by its slug (RFC 9457). Slugs are stable: callers may rely on them."""

from shared.contracts.problems import (
    accounts,
    audit,
    cadastre,
    common,
    companies,
    delegation,
    fees,
    gateway,
    identity,
    notifications,
    permits,
)
from shared.contracts.problems.base import Problem

__all__ = ["PROBLEMS", "Problem"]

MODULES = (accounts, audit, cadastre, common, companies, delegation, fees, gateway, identity, notifications, permits)


def _collect() -> dict[str, type[Problem]]:
    found = [
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Problem) and "slug" in vars(value)
    ]
    return {problem.slug: problem for problem in sorted(found, key=lambda problem: problem.slug)}


PROBLEMS: dict[str, type[Problem]] = _collect()
