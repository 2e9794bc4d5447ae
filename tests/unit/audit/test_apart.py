"""The process that reads a long list says how far it is, but does not wake the service for every hundred rows."""

from __future__ import annotations

from typing import Any

import pytest

from services.audit.exports import apart


def test_how_far_a_file_is_is_said_at_once_and_then_a_few_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now, said = [70.0], list[dict[str, Any]]()
    monkeypatch.setattr(apart.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(apart, "_say", lambda **words: said.append(words))
    tell = apart._Told()
    for done in range(100, 1100, 100):
        tell(done)
        now[0] += apart.INTERVAL * 0.3
    assert [{"done": done} for done in (100, 500, 900)] == said
