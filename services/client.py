"""A small client of our own public HTTP interface: what the sample and the journeys speak with."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp

from shared.contracts.audiences import ACCESS_TOKEN, TOKEN_EXCHANGE

T = TypeVar("T")
TIMEOUT = aiohttp.ClientTimeout(total=20)
PIN = re.compile(r"\b[2-9A-Z]{3}-[2-9A-Z]{3}-[2-9A-Z]{3}\b")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, body as JSON where it is JSON, headers."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def slug(self) -> str | None:
        """The problem's slug, when it is a problem."""
        return self.body.get("slug") if isinstance(self.body, dict) else None


class Unexpected(Exception):
    """An answer that was not the one asked for."""


class Caller:
    """Somebody who calls the services: with a token, or anonymous. `urls` gives a base address per service."""

    def __init__(self, http: aiohttp.ClientSession, urls: Callable[[str], str], token: str | None = None) -> None:
        self._http, self._urls, self.token = http, urls, token

    def with_token(self, token: str) -> Caller:
        """Give the same caller with another token."""
        return Caller(self._http, self._urls, token)

    async def call(self, method: str, path: str, *, headers: dict[str, str] | None = None, **body: Any) -> Answer:
        """Call `/<service>/…`; `json=`, `data=` and `params=` as aiohttp takes them."""
        head = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = self._urls(path.split("/")[1]) + path
        async with self._http.request(method, url, headers=head | (headers or {}), timeout=TIMEOUT, **body) as answer:
            is_json = answer.content_type.endswith(("/json", "+json"))
            content = await (answer.json(content_type=None) if is_json else answer.text(errors="replace"))
            return Answer(answer.status, None if content == "" else content, dict(answer.headers))

    async def get(self, path: str, *, expect: int = 200, **params: Any) -> Any:
        """Read; `Unexpected` for any other status."""
        return self._expect(await self.call("GET", path, params=params), expect, path)

    async def post(self, path: str, body: dict[str, Any] | None = None, *, expect: int | None = None) -> Any:
        """Send JSON; any 2xx is right when no status is named."""
        return self._expect(await self.call("POST", path, json=body or {}), expect, path)

    def _expect(self, answer: Answer, status: int | None, path: str) -> Any:
        right = answer.status == status if status else 200 <= answer.status < 300
        if not right:
            raise Unexpected(f"{path}: {answer.status} {answer.body}")
        return answer.body

    async def sign_in(self, username: str, password: str) -> Caller:
        """Sign in; give a caller with the access token."""
        tokens = await self.post("/identity/v1/sessions", {"username": username, "password": password})
        return self.with_token(tokens["access_token"])

    async def act_for(self, delegator: str) -> Caller:
        """Exchange the token for one that acts for a delegator (RFC 8693)."""
        form = {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": self.token,
            "subject_token_type": ACCESS_TOKEN,
            "delegator": delegator,
        }
        answer = await self.call("POST", "/delegation/v1/token", data=form)
        return self.with_token(self._expect(answer, 200, "/delegation/v1/token")["access_token"])


async def until(
    attempt: Callable[[], Awaitable[T]], what: str, *, seconds: float = 20.0, fits: Callable[[T], bool] = bool
) -> T:
    """Try again until the result fits; what others must hear first takes a moment."""
    deadline = asyncio.get_running_loop().time() + seconds
    last: object = None
    while asyncio.get_running_loop().time() < deadline:
        try:
            result = await attempt()
        except Unexpected as error:
            last = error
        else:
            last = result
            if fits(result):
                return result
        await asyncio.sleep(0.05)
    raise TimeoutError(f"{what} did not come within {seconds:.0f} s; last seen: {last}")


def token_in(text: str) -> str | None:
    """Find the single-use token in an e-mail's link."""
    found = re.search(r"[?&]token=([\w-]+)", text)
    return found.group(1) if found else None
