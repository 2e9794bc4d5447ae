"""Random histories as the services tell them, and who may see what of them, kept without a look at the code."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from shared.contracts.events import applications, companies, delegation, notifications
from shared.contracts.events.companies import Right
from shared.contracts.people import Language, Person
from shared.messaging.bus import Delivery
from tests.integration.audit.test_subscribers import NOON, delivery, user

PEOPLE, ACCOUNTS = 4, 2
who = st.integers(0, PEOPLE - 1)
account = st.integers(0, ACCOUNTS - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), who, who),
        st.tuples(st.just("remove"), who, who),
        st.tuples(st.just("act"), who, who),
        st.tuples(st.just("report"), who, who),
        st.tuples(st.just("work"), who, account),
        st.tuples(st.just("mail"), who),
        st.tuples(st.just("join"), who, account),
        st.tuples(st.just("leave"), who, account),
        st.tuples(st.just("expel"), who, account, who),
        st.tuples(st.just("grant"), who, account, who, st.frozensets(st.sampled_from(list(Right)))),
        st.tuples(st.just("change"), who, account),
    ),
    min_size=3,
    max_size=25,
)
fresh = itertools.count(1)


@dataclass(frozen=True)
class Done:
    """One activity as the guides tell it: who did it, for whom, and for which account; `shown` to those concerned."""

    kind: str
    by: int | None
    for_: int | None
    account: int | None = None
    shown: bool = True


@dataclass
class History:
    """What happened so far: the activities, and the rights of each member of each account."""

    base: int = field(default_factory=lambda: next(fresh) * 1000)
    done: list[Done] = field(default_factory=list)
    rights: dict[int, dict[int, frozenset[Right]]] = field(
        default_factory=lambda: {number: {number: frozenset(Right)} for number in range(ACCOUNTS)}
    )
    told: int = 0

    def person(self, number: int) -> UUID:
        return UUID(int=self.base + number)

    def business(self, number: int) -> UUID:
        return UUID(int=self.base + 500 + number)

    def managers(self, number: int) -> set[int]:
        return {one for one, rights in self.rights[number].items() if Right.MANAGE in rights}

    def seen(self, viewer: int) -> list[Done]:
        """Q31, Q32, O13: what he did, what was done for him, and what concerns an account that he manages now."""
        return [
            one
            for one in self.done
            if one.shown
            and (viewer in (one.by, one.for_) or (one.account is not None and viewer in self.managers(one.account)))
        ]

    def begin(self) -> list[Delivery]:
        """Have everybody heard of."""
        people = [delivery(user(self._person(number))) for number in range(PEOPLE)]
        self.done += [Done("user.verified", number, number) for number in range(PEOPLE)]
        return [*people, *(self._say(number, None, companies.AccountChanged, changed=[]) for number in range(ACCOUNTS))]

    def tell(self, what: str, actor: int, *more: Any) -> list[Delivery]:
        """Let something happen; nothing where it may not."""
        return [one] if (one := getattr(self, f"_{what}")(actor, *more)) else []

    def _add(self, actor: int, other: int) -> Delivery:
        self.done.append(Done("delegate.added", actor, actor))
        return self._delegation(delegation.DelegateAdded, actor, other)

    def _remove(self, actor: int, other: int) -> Delivery:
        self.done.append(Done("delegate.removed", actor, actor))
        return self._delegation(delegation.DelegateRemoved, actor, other)

    def _act(self, actor: int, other: int) -> Delivery:
        self.done.append(Done("acting.started", actor, other))
        return self._delegation(delegation.ActingStarted, other, actor)

    def _report(self, actor: int, other: int) -> Delivery:
        self.done.append(Done("lot.reserved", actor, other))
        return self._reported(actor, self.person(other))

    def _work(self, actor: int, account: int) -> Delivery:
        self.done.append(Done("lot.reserved", actor, None, account))
        return self._reported(actor, self.business(account))

    def _mail(self, actor: int) -> Delivery:
        self.done.append(Done("email.sent", None, actor, shown=False))
        self.told += 1
        facts = {"template": "x", "cause": None, "recipient": self.person(actor), "message_id": "m"}
        return delivery(notifications.EmailSent(id=UUID(int=self.base + self.told), **facts))

    def _join(self, actor: int, account: int) -> Delivery | None:
        if actor in self.rights[account]:
            return None
        self.rights[account][actor] = frozenset()
        return self._member(account, actor, actor, "member.joined", companies.MemberJoined)

    def _leave(self, actor: int, account: int) -> Delivery | None:
        if self.rights[account].pop(actor, None) is None:
            return None
        return self._member(account, actor, actor, "member.left", companies.MemberLeft)

    def _expel(self, actor: int, account: int, other: int) -> Delivery | None:
        if actor not in self.managers(account) or self.rights[account].pop(other, None) is None:
            return None
        return self._member(account, actor, other, "member.removed", companies.MemberRemoved)

    def _grant(self, actor: int, account: int, other: int, rights: frozenset[Right]) -> Delivery | None:
        if actor not in self.managers(account) or other not in self.rights[account]:
            return None
        self.rights[account][other] = rights
        said = companies.MemberChanged
        return self._member(account, actor, other, "member.changed", said, granted=(), withdrawn=())

    def _change(self, actor: int, account: int) -> Delivery | None:
        return self._say(account, actor, companies.AccountChanged, changed=["phone"])

    def _person(self, number: int) -> Person:
        name = {"first_name": f"P{number}", "last_name": str(self.base), "language": Language.FR}
        return Person(id=self.person(number), username=f"u{self.base + number}", email="u@x.ca", **name)

    def _delegation(self, kind: type[delegation.Delegation], delegator: int, delegate: int) -> Delivery:
        people = {"delegator": self._person(delegator), "delegate": self._person(delegate)}
        said = kind.model_validate({"id": UUID(int=9), "matricule": "5003", "added_at": NOON} | people)
        return delivery(said, actor=f"user:{people['delegator'].id}")

    def _reported(self, actor: int, for_: UUID) -> Delivery:
        self.told += 1
        facts = {"key": f"{self.base}-{self.told}", "kind": "lot.reserved", "performed_by": self.person(actor)}
        said = applications.ActivityReported.model_validate(facts | {"performed_for": for_, "occurred_at": NOON})
        return delivery(said, actor="application:cadastre")

    def _member(
        self, account: int, actor: int, member: int, kind: str, event: type[companies.Account], **more: Any
    ) -> Delivery:
        rights = tuple(self.rights[account].get(member, ()))
        said = self._business(account, event, member=self._person(member), rights=rights, **more)
        self.done.append(Done(kind, actor, member, account))
        return delivery(said, actor=f"user:{self.person(actor)}", sequence=self._next())

    def _say(self, account: int, actor: int | None, event: type[companies.Account], **more: Any) -> Delivery:
        self.done.append(Done("account.changed", actor, None, account))
        said = "system" if actor is None else f"user:{self.person(actor)}"
        return delivery(self._business(account, event, **more), actor=said, sequence=self._next())

    def _business(self, number: int, event: type[companies.Account], **more: Any) -> companies.Account:
        address = {"street": "1 rue Elgin", "city": "Ottawa", "province": "ON", "postal_code": "K1P 1J1"}
        facts = {
            "id": self.business(number),
            "kind": "professional",
            "legal_name": f"A{number}",
            "operating_name": "",
            "tarion_number": None,
            "phone": "+16135550123",
            "email": "a@x.ca",
            "address": address,
            "language": "fr",
            "claimed": True,
            "managers": [self.person(one) for one in sorted(self.managers(number))],
        }
        return event.model_validate(facts | more)

    def _next(self) -> int:
        self.told += 1
        return self.told
