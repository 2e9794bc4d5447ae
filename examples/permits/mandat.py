"""Mandat as permits sees it: who may act for which company, fees to collect, reports and alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from examples.connected import client
from examples.permits import rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    import aiohttp

    from examples.permits.settings import Settings

AT_ONCE = 100
"""Questions of one batch."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """Which rights a person has for a company now, and why not the others."""

    allowed: frozenset[rules.Right]
    refusals: dict[rules.Right, dict[str, Any]]

    @property
    def told(self) -> bool:
        """Tell whether the person may know of what is the company's."""
        reasons = {str(context.get("slug")) for context in self.refusals.values()}
        return rules.is_told(reasons, {right.value for right in self.allowed})


@dataclass(frozen=True, slots=True)
class Company:
    """A company by name; `listed` when it chose to be found by clients (O16)."""

    id: UUID
    name: str
    listed: bool


class Mandat(client.Client):
    """The calls that permits needs."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession) -> None:
        super().__init__(settings, http)
        self._accounts = f"{settings.accounts_url}/accounts"

    async def decide(self, person: UUID, account: UUID) -> Decisions:
        """Ask accounts, from its rows as they are now, what a person may do for a company (AuthZEN)."""
        rights = tuple(rules.Right)
        answers = await self._evaluate([(person, right) for right in rights], account)
        made = dict(zip(rights, answers, strict=True))
        return Decisions(
            frozenset(right for right, answer in made.items() if answer.get("decision") is True),
            {right: answer.get("context", {}) for right, answer in made.items() if answer.get("decision") is not True},
        )

    async def _evaluate(self, asked: list[tuple[UUID, rules.Right]], account: UUID) -> list[dict[str, Any]]:
        body = {
            "resource": {"type": "account", "id": str(account)},
            "evaluations": [
                {"subject": {"type": "user", "id": str(person)}, "action": {"name": right.value}}
                for person, right in asked
            ],
        }
        answer = await self.post(f"{self._accounts}/access/v1/evaluations", body)
        evaluations: list[dict[str, Any]] = answer["evaluations"]
        return evaluations

    async def companies(self, person: UUID) -> set[UUID]:
        """Give the accounts in which a person has any right."""
        found, after = set[UUID](), list[tuple[str, str]]()
        while answer := await self.find(f"{self._accounts}/v1/people/{person}/accounts", after):
            found |= {UUID(one["id"]) for one in answer["accounts"]}
            if answer.get("next") is None:
                break
            after = [("after", answer["next"])]
        return found

    async def company(self, account: UUID) -> Company | None:
        """Give a company by its id."""
        answer = await self.find(f"{self._accounts}/v1/accounts/{account}/name")
        return Company(UUID(answer["id"]), answer["legal_name"], answer["listed"]) if answer else None

    async def alert_followers(self, alerts: list[dict[str, Any]]) -> dict[str, str]:
        """Alert those who still act for the company they were told of with; the others are passed over."""
        passed = {one["key"]: "accepted" for one in alerts if not await self._still_follows(one)}
        bodies = [_without_account(one) for one in alerts if one["key"] not in passed]
        return passed | (await self.alert(bodies) if bodies else {})

    async def _still_follows(self, alert: dict[str, Any]) -> bool:
        if alert["account"] is None:
            return True
        made = await self.decide(UUID(alert["responsible"]), UUID(alert["account"]))
        return bool(made.allowed)

    async def post_fees(self, fees: list[dict[str, Any]]) -> dict[str, str]:
        """Have accounts collect fees; give the outcome of each key."""
        return await self.say(f"{self._accounts}/v1/fees", "fees", fees)

    async def fee_states(self, fees: Iterable[UUID]) -> dict[UUID, str]:
        """Ask how fees stand."""
        keys = [("key", str(fee)) for fee in fees]
        answer = await self.find(f"{self._accounts}/v1/fees/posted", keys)
        return {UUID(one["key"]): one["state"] for one in (answer or {}).get("fees", ())}


def _without_account(alert: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in alert.items() if name != "account"}
