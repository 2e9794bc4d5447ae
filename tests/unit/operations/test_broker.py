"""The rights of each service on the broker, by the broker's own rule: a pattern is searched for in the name."""

from __future__ import annotations

import re

import pytest

from services.operations import broker, secretfiles
from shared.contracts import wiring
from shared.contracts.registry import EVENTS
from shared.messaging import topology

QUEUES = [name for consumer in wiring.WIRING for name, _ in topology.queues_of(consumer)]


@pytest.mark.parametrize("service", secretfiles.SPEAKING)
def test_service_may_publish_only_its_own_events(service) -> None:
    may = broker.rights(service)
    allowed = {name for name in EVENTS if re.search(may.events, name)}
    assert allowed == {name for name in EVENTS if name.split(".")[0] == service}
    written = [name for name in (*broker.EXCHANGES, wiring.PARKED_EXCHANGE, "", "x") if re.search(may.write, name)]
    assert written == list(broker.EXCHANGES)


@pytest.mark.parametrize("service", secretfiles.SPEAKING)
def test_service_may_read_only_its_own_queues_and_make_nothing(service) -> None:
    may = broker.rights(service)
    own = [name for name, _ in topology.queues_of(service)] if service in wiring.WIRING else []
    assert [name for name in QUEUES if re.search(may.read, name)] == [name for name in QUEUES if name in own]
    assert not [name for name in (*QUEUES, *broker.EXCHANGES, "amq.gen-x") if re.search(may.configure, name)]
