"""What a manifest's lines are: leaves as they were sealed, in this format and in the one before."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from uuid import UUID

from services.audit.seal import files, leaves, manifests, statements
from services.audit.seal.statements import Fault
from tests.integration.audit.seal.log import Log
from tests.integration.audit.seal.test_files import excel, manifest, signer, told


async def test_row_is_written_as_its_leaf_whatever_is_in_it(log: Log) -> None:
    """The database writes the leaves of a manifest: as they were sealed, byte for byte."""
    odd = "é\"\\/<&>'😀 "
    at = datetime(2026, 3, 1, 5, 0, 0, 7, tzinfo=UTC)
    await log.record(3, kind="lot.reserved", file_number=odd, at=at)
    await log.owner.execute("update activity set correlation_id = $1, key = null", f"{odd}\n\t\x01\u007f\u2028")
    await log.owner.execute("update entry set key = null")
    await log.sealer.run()
    sealed = {row["index"]: row["hash"] for row in await log.owner.fetch("select index, hash from leaf")}
    rows = [row for line in await manifest(log) if "leaf" in (row := json.loads(line))]
    for row in rows:
        statements.complete(row)
    assert sealed == {row["index"]: leaves.hashed(row["leaf"]) for row in rows}
    assert {odd} == {row["leaf"]["file_number"] for row in rows}


async def test_name_whose_key_is_gone_stays_closed_and_its_row_is_proved(log: Log) -> None:
    await log.record(60)
    odd = 'É. "\\" <&>\n'
    await log.owner.execute("update activity set performed_for_name = $1 where performed_for_name = 'Personne 4'", odd)
    await log.sealer.run()
    await log.owner.execute("delete from subject_key where subject = $1", UUID(int=3))
    lines = await manifest(log)
    done = statements.check(lines, [signer(log).verifier])
    assert ([], 60) == (done.found, len(done.rows))
    opened = {one["name"] for row in done.rows for role in leaves.ROLES if (one := row[role])}
    assert odd in opened
    assert "Personne 2" in opened
    assert "Personne 3" not in opened


async def test_file_of_the_former_format_is_confirmed_too(log: Log) -> None:
    """With the commitments to the names that it opens, and whole hashes."""
    await log.seal(40, 90)
    lines = [former(line) for line in await manifest(log)]
    *body, _ = lines
    digest = hashlib.sha256(b"".join(body)).digest()
    said = await manifests.signing(told(log))(120, digest)
    made = excel([*body, leaves.canonical({"statement": said}) + b"\n"], signer(log))
    done = files.check(made, "x.xlsx", [signer(log).verifier])
    assert ([], 120) == (done.found, len(done.rows))
    changed = [
        line.replace(b'"file_number":"', b'"file_number":"9', 1) if n == 7 else line for n, line in enumerate(body)
    ]
    assert Fault.ROW_CHANGED in {one.fault for one in statements.check(changed, [signer(log).verifier]).found}


def former(line: bytes) -> bytes:
    row = json.loads(line)
    if "mandat" in row:
        row["mandat"] = manifests.FORMER
    if "leaf" in row:
        statements.complete(row)
        row["hash"] = base64.b64encode(leaves.hashed(row["leaf"])).decode()
    return leaves.canonical(row) + b"\n"
