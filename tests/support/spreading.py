"""Which tests run in one process when there are several (`-n`): those that share a whole system."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("chaos", "browser", "authority", "journeys", "attacks")
"""Folders whose tests share a system, the longest first; the others are spread by file."""
APART = frozenset(
    {
        "test_migrations.py",
        "test_order.py",
        "test_poison.py",
        "test_relays.py",
        "test_shuffle.py",
        "test_soak.py",
        "test_steps.py",
    }
)
"""Files of chaos that need no system, but chains of their own."""


class Spreading(LoadScopeScheduling):
    """Gives a process all tests of a group, and then another group."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Spreading:
    """Have it spread the tests."""
    return Spreading(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    places = {name: place for place, name in enumerate(TOGETHER)}
    items.sort(key=lambda item: places.get(group(item.nodeid), len(TOGETHER)))


def group(nodeid: str) -> str:
    """Name the group of a test: its folder or its file."""
    file = PurePosixPath(nodeid.split("::", maxsplit=1)[0])
    folder = file.parts[1] if len(file.parts) > 1 else ""  # tests/<folder>/…
    return folder if folder in TOGETHER and file.name not in APART else str(file)
