"""Argon2id in threads of its own, so that a flood of sign-ins never stops the event loop (performance O7)."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import argon2
import prometheus_client
from argon2.exceptions import VerificationError, VerifyMismatchError

from services.identity import passwords
from shared.contracts.problems import common
from shared.web import metrics

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
QUEUED_PER_THREAD = 40
"""About a second of hashing at 25 ms each."""

_hashes = prometheus_client.Counter(
    "mandat_password_hashes", "Passwords hashed, for known and unknown people alike", registry=metrics.REGISTRY
)


def threads_by_default() -> int:
    """One core is left to the event loop."""
    return max(1, (os.cpu_count() or 2) - 1)


class Hasher:
    """Hashes and verifies passwords (OWASP: 19 MiB, t=2, p=1). `count` tells how many were computed.

    When more wait than `queue`, the answer is `temporarily-unavailable` at once.
    """

    def __init__(self, threads: int | None = None, queue: int | None = None) -> None:
        size = threads or threads_by_default()
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="argon2")
        self._argon2 = argon2.PasswordHasher(memory_cost=MEMORY_KIB, time_cost=PASSES, parallelism=LANES)
        self._most = queue if queue is not None else size * QUEUED_PER_THREAD
        self._busy = 0
        self._nobody: str | None = None
        self.count = 0

    async def hash(self, password: str) -> str:
        """Hash a new password, with its own random salt."""
        text = passwords.normal_form(password)
        return await self._run(lambda: self._argon2.hash(text))

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Tell whether the password fits. None stands for an unknown person: false, after the same work."""
        text = passwords.normal_form(password)
        return await self._run(lambda: self._fits(hashed or self._of_nobody(), text)) and hashed is not None

    def is_outdated(self, hashed: str) -> bool:
        """Tell whether the hash was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(hashed)

    def prepare(self) -> None:
        """Make the hash that stands in for unknown people, before the first of them comes."""
        self._of_nobody()

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _of_nobody(self) -> str:
        if self._nobody is None:
            self._nobody = self._argon2.hash(os.urandom(32))
        return self._nobody

    def _fits(self, hashed: str, text: str) -> bool:
        try:
            return self._argon2.verify(hashed, text)
        except (VerifyMismatchError, VerificationError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._busy >= self._most:
            raise common.TemporarilyUnavailable(retry_after=1)
        self._busy += 1
        self.count += 1
        _hashes.inc()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._busy -= 1
