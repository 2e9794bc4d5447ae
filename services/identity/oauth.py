"""OAuth over HTTP: the token endpoint, the published keys, and connected applications."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_plus

from services.identity import callers, schemas, store_sessions, tokens
from services.identity.commands import applications, sessions
from services.identity.deps import Deps
from shared import clock
from shared.contracts.audiences import ACCESS_TOKEN, JWT, MANDAT, TOKEN_EXCHANGE, is_audience
from shared.contracts.permissions import Kind
from shared.contracts.problems import common
from shared.contracts.problems import identity as problems
from shared.web import routing

NO_STORE = {"Cache-Control": "no-store"}
FOR_A_MINUTE = {"Cache-Control": "public, max-age=60"}
CLIENT_CREDENTIALS = "client_credentials"
REFRESH_TOKEN = "refresh_token"  # noqa: S105 - a grant type, no secret

Call = routing.Call[Deps]


async def give_token(call: Call, body: schemas.TokenForm) -> routing.Answer:
    """Give a token for client credentials, a refresh token, or one's own token (RFC 6749 §4.4, §6, RFC 8693)."""
    if body.grant_type == CLIENT_CREDENTIALS:
        return routing.Answer(await _for_application(call, body), NO_STORE)
    if body.grant_type == REFRESH_TOKEN:
        return routing.Answer(await _for_session(call.deps, body), NO_STORE)
    if body.grant_type == TOKEN_EXCHANGE:
        return routing.Answer(await _for_one_application(call, body), NO_STORE)
    raise problems.UnsupportedGrantType if body.grant_type else problems.InvalidRequest


async def _for_application(call: Call, body: schemas.TokenForm) -> schemas.BearerToken:
    client_id, secret = _client(call.request.headers.get("Authorization"), body)
    await applications.authenticate(call.deps, client_id, secret)
    token = await tokens.for_application(call.deps, client_id)
    return schemas.BearerToken(access_token=token, expires_in=call.deps.settings.access_token_seconds)


def _client(header: str | None, body: schemas.TokenForm) -> tuple[str, str]:
    """Read who asks from the header or from the form, not from both (RFC 6749 §2.3)."""
    if header is None:
        if not body.client_id or body.client_secret is None:
            raise problems.InvalidClient
        return body.client_id, body.client_secret.get_secret_value()
    if body.client_secret is not None:
        raise problems.InvalidRequest
    scheme, _, coded = header.partition(" ")
    try:
        decoded = base64.b64decode(coded.strip(), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise problems.InvalidClient from error
    client_id, colon, secret = decoded.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise problems.InvalidClient
    return unquote_plus(client_id), unquote_plus(secret)


async def _for_session(deps: Deps, body: schemas.TokenForm) -> schemas.Tokens:
    if body.refresh_token is None:
        raise problems.InvalidRequest
    try:
        begun = await sessions.refresh(deps, body.refresh_token.get_secret_value())
    except common.SignInRequired as error:
        raise problems.InvalidGrant from error
    return schemas.Tokens(
        access_token=await tokens.for_person(deps, begun.person, begun.session_id),
        expires_in=deps.settings.access_token_seconds,
        refresh_token=begun.refresh_token,
    )


async def _for_one_application(call: Call, body: schemas.TokenForm) -> schemas.ExchangedToken:
    """Exchange a person's own token for one that the application alone believes which it is sent to (RFC 8693)."""
    principal = call.principal
    if principal.kind not in (Kind.PERSON, Kind.OPERATOR):
        raise common.SignInRequired
    _ensure_exchange(call.request.headers.get("Authorization", ""), body)
    person = await callers.person(call.deps.pool, principal)
    audience = body.audience or ""
    if audience == MANDAT or not is_audience(audience):
        raise problems.InvalidTarget
    if not await store_sessions.has_application(call.deps.pool, audience):
        raise problems.InvalidTarget
    left = principal.claims["exp"] - int(clock.now())
    token, seconds = await tokens.for_one_application(call.deps, person, audience, left)
    return schemas.ExchangedToken(access_token=token, expires_in=seconds)


def _ensure_exchange(header: str, body: schemas.TokenForm) -> None:
    """Take the caller's own access token and nothing else: `invalid-request` otherwise."""
    presented = header.partition(" ")[2].strip()
    own = body.subject_token is not None and body.subject_token.get_secret_value() == presented
    typed = body.subject_token_type in (ACCESS_TOKEN, JWT) and body.requested_token_type in (None, "", ACCESS_TOKEN)
    if not own or not typed or body.actor_token or body.resource:
        raise problems.InvalidRequest


async def list_keys(call: Call) -> routing.Answer:
    """Publish the keys that verify our tokens (RFC 7517)."""
    return routing.Answer(schemas.KeySet.model_validate(await call.deps.signing.jwks()), FOR_A_MINUTE)


async def show_metadata(call: Call) -> routing.Answer:
    """Tell OAuth clients what they must know (RFC 8414)."""
    issuer = call.deps.settings.issuer
    metadata = schemas.Metadata(
        issuer=issuer,
        token_endpoint=f"{issuer}/v1/token",
        jwks_uri=f"{issuer}/.well-known/jwks.json",
        grant_types_supported=[CLIENT_CREDENTIALS, REFRESH_TOKEN, TOKEN_EXCHANGE],
        response_types_supported=[],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
    )
    return routing.Answer(metadata, FOR_A_MINUTE)


async def add_application(call: Call, body: schemas.NewApplication) -> routing.Answer:
    """Add a connected application; its secret is shown this once."""
    async with call.deps.pool.transaction() as connection:
        await callers.operator(connection, call.principal)
        secret = await applications.register_application(connection, body.client_id, body.name)
    return routing.Answer(schemas.ApplicationSecret(client_id=body.client_id, client_secret=secret), NO_STORE)


async def list_applications(call: Call) -> schemas.Applications:
    """List the connected applications."""
    await callers.operator(call.deps.pool, call.principal)
    found = await store_sessions.list_applications(call.deps.pool)
    return schemas.Applications(
        applications=[schemas.ApplicationShown.model_validate(one, from_attributes=True) for one in found]
    )


async def rotate_secret(call: Call, client_id: schemas.ClientId) -> routing.Answer:
    """Give an application a new secret; the present one works for 24 hours more."""
    async with call.deps.pool.transaction() as connection:
        await callers.operator(connection, call.principal)
        secret = await applications.rotate_secret(connection, client_id)
    return routing.Answer(schemas.ApplicationSecret(client_id=client_id, client_secret=secret), NO_STORE)


async def remove_application(call: Call, client_id: schemas.ClientId) -> None:
    """Remove a connected application."""
    await callers.operator(call.connection, call.principal)
    await applications.remove_application(call.connection, client_id)
