"""One system in containers for the tests of this folder."""

from __future__ import annotations

import pytest

from tests.chaos.load import Load
from tests.support.composed import Composed


@pytest.fixture(scope="session")
async def system(composed: Composed) -> Composed:
    """The system, with addresses that are right now."""
    await composed.find()
    return composed


@pytest.fixture(scope="module")
async def peopled(system: Composed) -> Composed:
    """The system with people in it."""
    await system.people()
    return system


@pytest.fixture(scope="module")
async def load(peopled: Composed) -> Load:
    """One load for all tests of a file: it knows what every pair was answered since the beginning."""
    return Load(peopled)
