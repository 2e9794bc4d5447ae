"""S3 through the gateway: what is sent to a service and what nginx answers itself is as the OpenAPI documents say."""

from __future__ import annotations

import pytest

from tests.authority import cast as casts
from tests.authority import fuzzing
from tests.authority.test_unexpected import OPEN_FAULTS, SERVICES
from tests.chaos import scorecard
from tests.support.composed import Composed

pytestmark = [pytest.mark.containers, pytest.mark.timeout(900), pytest.mark.filterwarnings(OPEN_FAULTS)]
EXAMPLES = scorecard.count(2, 200)


@pytest.fixture(scope="module")
async def cast(system: Composed) -> casts.Cast:
    return await casts.gather(system.world)


@pytest.mark.parametrize("service", SERVICES)
async def test_gateway_answers_whatever_is_sent_as_the_document_of_the_service_says(cast: casts.Cast, service) -> None:
    found = await fuzzing.fuzz(cast, service, examples=EXAMPLES)
    assert (found.broken, found.sent > 0) == ([], True)
    scorecard.note("S3", f"{service} through the gateway: requests", found.sent, server_errors=0, undocumented=0)
