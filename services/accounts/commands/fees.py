"""Fees as connected applications post and withdraw them, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.accounts import store_fees
from services.accounts.schemas.fees import Outcome, WithdrawalOutcome
from shared.contracts.events import fees as events
from shared.messaging import outbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from asyncpg import Record

    from services.accounts.schemas.fees import NewFee
    from shared.db.pool import Connection

SAME = ("reference", "label_fr", "label_en", "amount_cents", "due_on")


async def post(connection: Connection, application: str, fees: Sequence[NewFee]) -> list[tuple[Outcome, UUID | None]]:
    """Post fees, each once by its key; who may pay is told of new ones. Give the outcome of each, in order."""
    keys = list(dict.fromkeys(fee.key for fee in fees))
    known = await store_fees.list_posted(connection, application, keys)
    new = {fee.key: fee for fee in reversed(fees) if fee.key not in known}
    made = await store_fees.insert_fees(connection, application, list(new.values())) if new else []
    await say(connection, events.FeePosted, made, told=True)
    # What another request posted in between is known now.
    known = await store_fees.list_posted(connection, application, keys)
    fresh = {row["key"] for row in made}
    return [_outcome(fee, known.get(fee.key), fresh) for fee in fees]


def _outcome(fee: NewFee, row: Record | None, fresh: set[str]) -> tuple[Outcome, UUID | None]:
    """Name the outcome of a fee; the first of a key that is new is accepted, what repeats it a duplicate."""
    if row is None:
        return Outcome.UNKNOWN_ACCOUNT, None
    if row["account_id"] != fee.account or any(row[name] != getattr(fee, name) for name in SAME):
        return Outcome.CONFLICT, None
    accepted = fee.key in fresh
    fresh.discard(fee.key)
    return Outcome.ACCEPTED if accepted else Outcome.DUPLICATE, row["id"]


async def withdraw(connection: Connection, application: str, keys: Sequence[str]) -> dict[str, WithdrawalOutcome]:
    """Withdraw fees that are owed and that nobody is paying; give the outcome of each key."""
    known = await store_fees.lock_posted(connection, application, keys)
    outcomes = {key: _withdrawal(known.get(key)) for key in keys}
    going = [known[key]["id"] for key, outcome in outcomes.items() if outcome is WithdrawalOutcome.WITHDRAWN]
    owed = [row["id"] for row in known.values() if row["id"] in going and row["state"] == events.FeeState.UNPAID]
    rows = await store_fees.update_fees(connection, owed, events.FeeState.WITHDRAWN, None)
    await say(connection, events.FeeWithdrawn, rows)
    return outcomes


def _withdrawal(row: Record | None) -> WithdrawalOutcome:
    if row is None:
        return WithdrawalOutcome.UNKNOWN
    if row["state"] == events.FeeState.WITHDRAWN:
        return WithdrawalOutcome.WITHDRAWN
    if row["state"] != events.FeeState.UNPAID:
        return WithdrawalOutcome.SETTLED
    return WithdrawalOutcome.IN_PAYMENT if row["payment_id"] else WithdrawalOutcome.WITHDRAWN


async def say(
    connection: Connection, kind: type[events.Fee], rows: Iterable[Record], *, told: bool = False, **more: Any
) -> None:
    """Say one event of each fee, with its account's managers and, if wanted, those who may pay it."""
    rows = list(rows)
    if not rows:
        return
    accounts = await store_fees.list_told(connection, {row["account_id"] for row in rows})
    names = ("id", "application", "reference", "label_fr", "label_en", "amount_cents", "currency", "due_on", "state")
    said = []
    for row in rows:
        account = accounts[row["account_id"]]
        facts = {name: row[name] for name in names} | more
        facts |= {"account": account["id"], "account_name": account["legal_name"], "managers": account["managers"]}
        said.append((kind(**facts, **({"told": account["payers"]} if told else {})), row["version"]))
    await outbox.emit_many(connection, said)
