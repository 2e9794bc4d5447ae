"""The seal over HTTP: what anyone needs to check the register by himself."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING

from services.audit.seal import checking, proofs, schemas, statements, store
from shared.contracts.problems import common
from shared.contracts.problems.audit import NotSealedYet
from shared.merkle.notes import Verifier
from shared.web import throttle
from shared.web.routing import Call

if TYPE_CHECKING:
    from services.audit.app import Deps

KINDS = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/jsonl": ".jsonl",
}
"""What can be checked, by the type it is sent as."""
LARGEST = 16 << 20
CHECKS = throttle.Limit(30, 3600)
PATIENCE = 60.0


async def list_checkpoints(call: Call[Deps], query: schemas.Before) -> schemas.Checkpoints:
    """List the signed states of the register, newest first."""
    found = await store.list_checkpoints(call.deps.pool, query.before, query.size + 1)
    shown = [schemas.Signed(size=size, note=note) for size, note in found[: query.size]]
    return schemas.Checkpoints(checkpoints=shown, next=shown[-1].size if len(found) > query.size else None)


async def show_latest(call: Call[Deps]) -> schemas.Signed:
    """Show the newest signed state of the register."""
    size, note = await _signed(call, None)
    return schemas.Signed(size=size, note=note)


async def list_keys(call: Call[Deps]) -> schemas.Keys:
    """List the public keys with which the register is signed."""
    keys = await store.list_sealing_keys(call.deps.pool)
    return schemas.Keys(log=call.deps.settings.register_name, keys=keys)


async def prove_inclusion(call: Call[Deps], query: schemas.InclusionQuery) -> schemas.Inclusion:
    """Prove that an activity stands in the register as it was signed."""
    leaf = await store.find_leaf_of(call.deps.pool, query.activity)
    if leaf is None:
        raise common.NotFound
    size, note = await _signed(call, query.size)
    if leaf["index"] >= size:
        raise NotSealedYet
    hashes = await proofs.inclusion(call.deps.pool, leaf["index"], size)
    return schemas.Inclusion(
        index=leaf["index"], leaf_hash=_text(leaf["hash"]), size=size, hashes=[_text(one) for one in hashes], note=note
    )


async def prove_consistency(call: Call[Deps], query: schemas.ConsistencyQuery) -> schemas.Consistency:
    """Prove that the register only grew between two sizes."""
    end = await store.find_end(call.deps.pool)
    if query.first > query.second or query.second > end.size:
        raise common.NotFound
    hashes = await proofs.consistency(call.deps.pool, query.first, query.second)
    return schemas.Consistency(first=query.first, second=query.second, hashes=[_text(one) for one in hashes])


async def verify_file(call: Call[Deps]) -> schemas.Verification:
    """Check a downloaded file: whether its rows stand in the register, and whether it is as it was given out."""
    kind = KINDS.get(call.request.content_type)
    if kind is None:
        raise common.UnsupportedMediaType(expected=", ".join(KINDS))
    await throttle.spend(call.deps.pool, f"verification:{call.client_address}", CHECKS)
    trusted = [Verifier.parse(one) for one in await store.list_sealing_keys(call.deps.pool)]
    with call.deps.desk.admitted():
        content = await _content(call)
        async with call.deps.desk.checker:
            done = await checking.check(content, kind, trusted)
    found = [statements.Found(*one) for one in done.pop("found")]
    faults = [
        schemas.Fault(first=one.first, last=one.last, fault=one.fault, text=one.sentence(call.language))
        for one in found
    ]
    return schemas.Verification(**done, faults=faults)


async def _content(call: Call[Deps]) -> bytes:
    parts, received = [], 0
    async with asyncio.timeout(PATIENCE):
        async for part in call.request.content.iter_any():
            received += len(part)
            if received > LARGEST:
                raise common.BodyTooLarge
            parts.append(part)
    return b"".join(parts)


async def _signed(call: Call[Deps], size: int | None) -> tuple[int, str]:
    found = await store.find_checkpoint(call.deps.pool, size)
    if found is None:
        raise common.NotFound
    return found


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
