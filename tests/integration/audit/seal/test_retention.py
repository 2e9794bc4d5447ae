"""What a policy lets go leaves the register, a sealed tombstone stays, and the rest still verifies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.audit import settings
from services.audit.seal import retention
from tests.integration.audit.seal.log import START, Log

OLD = START - timedelta(days=900)


async def kinds(log: Log) -> dict[str, int]:
    rows = await log.owner.fetch("select kind, count(*) as n from activity group by kind")
    return {row["kind"]: row["n"] for row in rows}


async def test_activities_older_than_their_policy_leave_and_the_register_verifies(log: Log) -> None:
    await log.record(5, kind="email.sent", at=OLD)
    await log.record(7, kind="lot.reserved", at=OLD)
    await log.record(3, kind="email.sent")
    await log.sealer.run()
    assert 5 == await retention.apply(log.sealer, {"email.sent": 365})
    assert {"email.sent": 3, "lot.reserved": 7} == await kinds(log)
    report = await log.check()
    assert ([], 16) == (report.findings, report.leaves)
    assert 0 == await retention.apply(log.sealer, {"email.sent": 365})
    await log.seal(4)
    assert (await log.check()).good


async def test_activity_taken_out_without_a_tombstone_is_missed(log: Log) -> None:
    """Negative control: a tombstone in the table alone, of which the log knows nothing, excuses nobody."""
    await log.record(5, kind="email.sent", at=OLD)
    await log.sealer.run()
    await log.sql(
        "insert into tombstone values (gen_random_uuid(), 'email.sent', now(), '{[0,5)}'::int8multirange, now())"
    )
    await log.sql("delete from activity where seq = 2")
    assert ["activity-missing"] == [one.what for one in (await log.check()).findings]


async def test_tombstone_that_is_changed_is_found(log: Log) -> None:
    await log.record(5, kind="email.sent", at=OLD)
    await log.record(5, kind="lot.reserved")
    await log.sealer.run()
    await retention.apply(log.sealer, {"email.sent": 365})
    await log.sql("update tombstone set leaves = '{[0,7)}'::int8multirange")
    await log.sql("delete from activity where seq in (6, 7)")
    assert "activity-changed" in {one.what for one in (await log.check()).findings}


@pytest.mark.parametrize("policy", ['{"user.removed": 30}', '{"no.kind": 30}', '{"email.sent": 0}'])
def test_policy_that_would_undo_the_proof_is_refused(policy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANDAT_RETENTION", policy)
    with pytest.raises(ValidationError):
        settings.Settings(public_url="http://x.example", secrets="/nowhere", database_url="none")
