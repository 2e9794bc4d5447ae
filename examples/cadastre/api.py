"""Cadastre over HTTP. The surveyor is whoever the token acts for; the performer is whoever holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.cadastre import commands, queries, rules, schemas
from shared.web.routing import Call

if TYPE_CHECKING:
    from examples.cadastre.app import Deps


async def list_files(call: Call[Deps]) -> schemas.Files:
    """List the surveyor’s cadastre files, with unread marks shared by all who follow them (Q12)."""
    await _ensure(call, rules.FOLLOW_FILE)
    return await queries.list_files(call.deps.pool, call.principal.user_id, schemas.Domain.CADASTRE)


async def list_survey_files(call: Call[Deps]) -> schemas.Files:
    """List the surveyor’s survey files."""
    await _ensure(call, rules.FOLLOW_SURVEY)
    return await queries.list_files(call.deps.pool, call.principal.user_id, schemas.Domain.SURVEY)


async def open_file(call: Call[Deps], body: schemas.NewFile) -> None:
    """Open a file under a surveyor’s responsibility."""
    await commands.open_file(call.connection, body)


async def show_file(call: Call[Deps], number: str) -> schemas.FileWithMessages:
    """Show a file with its messages."""
    await _ensure(call, rules.FOLLOW_FILE)
    return await queries.find_file(call.deps.pool, call.principal.user_id, number)


async def read_file(call: Call[Deps], number: str) -> schemas.Reading:
    """Mark a file’s messages as read, for the surveyor and all his delegates (Q12)."""
    principal = call.principal
    read = await commands.read_file(
        call.connection, call.deps.mandat, number, principal.performer_id, principal.user_id
    )
    call.deps.wake.call()
    return schemas.Reading(read=read)


async def post_message(call: Call[Deps], number: str, body: schemas.NewMessage) -> schemas.Message:
    """Post a message on a file; the surveyor responsible is alerted (Q11)."""
    message = await commands.post_message(call.connection, number, body)
    call.deps.wake.call()
    return schemas.Message(**dict(message))


async def extend_closing(call: Call[Deps], number: str, body: schemas.Extension) -> schemas.Request:
    """Extend a file’s closing date."""
    principal = call.principal
    request = await commands.extend_closing(
        call.connection, call.deps.mandat, number, body, principal.performer_id, principal.user_id
    )
    return _done(call, request)


async def reserve_lot(call: Call[Deps], body: schemas.LotReservation) -> schemas.Request:
    """Reserve lot numbers (Q9)."""
    return await _act(call, rules.RESERVE_LOT, body)


async def verify_correction(call: Call[Deps], body: schemas.LotCorrection) -> schemas.Request:
    """Verify the correction of lots (Q9)."""
    return await _act(call, rules.VERIFY_CORRECTION, body)


async def order_product(call: Call[Deps], body: schemas.ProductOrder) -> schemas.Request:
    """Order a cadastral product (Q9)."""
    return await _act(call, rules.ORDER_PRODUCT, body)


async def prevalidate(call: Call[Deps], body: schemas.Submission) -> schemas.Request:
    """Pre-validate a cadastre update request (Q9)."""
    return await _act(call, rules.PREVALIDATE, body)


async def deposit(call: Call[Deps], body: schemas.Submission) -> schemas.Request:
    """Deposit a cadastre update request: the surveyor in person only (Q10, decision 1)."""
    return await _act(call, rules.DEPOSIT, body)


async def list_requests(call: Call[Deps]) -> schemas.Requests:
    """List what was asked in the surveyor’s name."""
    await _ensure(call, rules.FOLLOW_FILE)
    return await queries.list_requests(call.deps.pool, call.principal.user_id)


type_of_body = schemas.LotReservation | schemas.LotCorrection | schemas.ProductOrder | schemas.Submission


async def _act(call: Call[Deps], act: rules.Act, body: type_of_body) -> schemas.Request:
    request = await commands.act(
        call.connection,
        call.deps.mandat,
        act,
        call.principal.performer_id,
        call.principal.user_id,
        file_number=body.file_number,
        details=body.model_dump(mode="json"),
    )
    return _done(call, request)


def _done(call: Call[Deps], request: object) -> schemas.Request:
    call.deps.wake.call()
    return schemas.Request(**dict(request))  # type: ignore[call-overload]


async def _ensure(call: Call[Deps], act: rules.Act) -> None:
    await call.deps.mandat.ensure_allowed(call.principal.performer_id, call.principal.user_id, act.action)
