"""One system in containers for the tests of this folder."""

from __future__ import annotations

import pytest

from tests.support.composed import Composed


@pytest.fixture(scope="session")
async def system(composed: Composed) -> Composed:
    """The system, with addresses that are right now."""
    await composed.find()
    return composed
