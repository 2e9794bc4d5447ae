"""S3: whatever is sent, no service answers 5xx, nor a status or body that its OpenAPI document does not have."""

from __future__ import annotations

import pytest

from tests.authority import fuzzing
from tests.authority.cast import Cast
from tests.chaos import scorecard

SERVICES = ("identity", "accounts", "delegation", "notifications", "audit", "cadastre", "permits")
OPEN_FAULTS = "ignore::DeprecationWarning"


@pytest.mark.filterwarnings(OPEN_FAULTS)
@pytest.mark.timeout(900)
@pytest.mark.parametrize("service", SERVICES)
async def test_service_answers_whatever_is_sent_as_its_document_says(cast: Cast, service: str):
    found = await fuzzing.fuzz(cast, service)
    assert (found.broken, found.sent > 0) == ([], True)
    scorecard.note("S3", f"{service}: requests", found.sent, server_errors=0, undocumented=0)
