"""What the log says of events that were taken."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from shared.messaging.consumer import Consumer
from shared.messaging.incoming import Unread


@pytest.mark.parametrize("count", [0, 1, 3])
def test_log_names_each_event_that_was_taken_in_one_line(count: int) -> None:
    consumer = Consumer("audit", None, [])  # type: ignore[arg-type]
    events: list[Any] = [Unread(UUID(int=number), b"") for number in range(count)]

    with capture_logs() as lines:
        consumer._say_taken(events)

    assert min(count, 1) == len(lines)
    said = [one["event_id"] for line in lines for one in line.get("events", [line])]
    assert [str(one.event_id) for one in events] == said
