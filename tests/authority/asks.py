"""A valid request for each route: what each caller asks for in each row of the matrix."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from services import client
from shared import ids
from tests.authority.cast import ACTING, Cast
from tests.journeys.world import Somebody


@dataclass(frozen=True)
class Ask:
    """A request. `{name}` in its path and body stands for an id of `names`; `done` is called after a success."""

    names: dict[str, str] = field(default_factory=dict)
    json: dict[str, Any] | None = None
    data: Any = None
    params: dict[str, str] | None = None
    headers: dict[str, str] | None = None
    token: str | None = None
    done: Callable[[], Awaitable[object]] | None = None

    def options(self, names: dict[str, str]) -> dict[str, Any]:
        """Give the request's body and headers with these ids."""
        body = {"json": filled(self.json, names), "data": filled(self.data, names), "headers": self.headers}
        body["params"] = filled(self.params, names)
        return {name: value for name, value in body.items() if value is not None}


def filled(value: Any, names: dict[str, str]) -> Any:
    """Put ids where they are named, in a text or anywhere in a body."""
    if isinstance(value, dict):
        return {key: filled(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, names) for one in value]
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace(f"{{{name}}}", text)
    return value


@dataclass(frozen=True)
class Asked:
    """Who asks for whose object."""

    cast: Cast
    actor: str
    whose: str

    @property
    def person(self) -> Somebody:
        """The person who calls; for nobody and for applications the surveyor, who has what they ask for."""
        if self.actor in ACTING:
            return self.cast.delegates[self.actor]
        return self.cast.people.get(self.actor, self.cast.owners["delegator"])

    @property
    def stranger(self) -> Somebody:
        """A surveyor who is somebody else than the caller."""
        return self.cast.owners["another" if self.actor == "delegator" else "delegator"]


Builder = Callable[[Asked], Awaitable[Ask]]
BUILDERS: dict[str, Builder] = {}


def asks(*routes: str) -> Callable[[Builder], Builder]:
    """Register what builds the request of these routes."""

    def register(builder: Builder) -> Builder:
        BUILDERS.update(dict.fromkeys(routes, builder))
        return builder

    return register


def always(ask: Ask, *routes: str) -> None:
    """Register a request that is the same for everybody."""

    async def build(asked: Asked) -> Ask:
        return ask

    asks(*routes)(build)


async def mailed(asked: Asked, address: str, words: str) -> str:
    """Wait for the newest mail to an address whose subject has these words, and give the token of its link."""

    async def look() -> str | None:
        mails = await asked.cast.world.anonymous.get("/mailbox/messages.json", to=address)
        texts = (mail["text"] for mail in mails if words in mail["subject"].lower())
        return next((token for text in texts if (token := client.token_in(text))), None)

    found = await client.until(look, f"a link “{words}” to {address}")
    assert found is not None
    return found


def unique(word: str) -> str:
    """Make a name that nobody has."""
    return f"{word}-{ids.uuid7().hex[-12:]}"
