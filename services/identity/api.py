"""People over HTTP: registration, sessions, passwords, profile, operators. OAuth lies in `oauth.py`."""

from __future__ import annotations

from uuid import UUID

from services.identity import callers, schemas, store, store_sessions, tokens
from services.identity.commands import erasure, operators, passwords, profile, registration, sessions
from services.identity.deps import Deps
from services.identity.schemas import Me
from shared.contracts import proofs
from shared.contracts.texts import Text
from shared.web import routing

NO_STORE = {"Cache-Control": "no-store"}
WRITTEN = Text(
    "Si cette adresse peut servir, un courriel y est en route.",
    "If this address can be used, an e-mail is on its way to it.",
)
RECOVERED = Text(
    "Si ces renseignements correspondent à un identifiant, un courriel est en route.",
    "If this matches an account, an e-mail is on its way.",
)

Call = routing.Call[Deps]


async def register(call: Call, body: schemas.NewPerson) -> schemas.Accepted:
    """Create an identifier; the address is proved by the link that is mailed to it (Q15, Q16)."""
    await registration.register(call.deps, body, call.client_address)
    return schemas.Accepted(message=WRITTEN.in_(call.language))


async def verify(call: Call, body: schemas.TokenOnly) -> None:
    """Prove an e-mail address with the token of its link."""
    await registration.verify_email(call.connection, body.token.get_secret_value())


async def ask_verification(call: Call, body: schemas.EmailOnly) -> schemas.Accepted:
    """Ask for the verification link again."""
    await registration.ask_verification(call.deps, body.email, call.client_address)
    return schemas.Accepted(message=WRITTEN.in_(call.language))


async def sign_in(call: Call, body: schemas.SignIn) -> routing.Answer:
    """Sign in with user name or e-mail address, and password (Q14)."""
    device = body.device_token.get_secret_value() if body.device_token else None
    begun = await sessions.sign_in(
        call.deps, body.username, body.password.get_secret_value(), device, call.client_address
    )
    return routing.Answer(await _signed_in(call.deps, begun), NO_STORE)


async def _signed_in(deps: Deps, begun: sessions.Begun) -> schemas.SignedIn:
    return schemas.SignedIn(
        access_token=await tokens.for_person(deps, begun.person, begun.session_id),
        expires_in=deps.settings.access_token_seconds,
        refresh_token=begun.refresh_token,
        user=Me.of(begun.person),
        device_token=begun.device_token,
    )


async def refresh(call: Call, body: schemas.RefreshOnly) -> routing.Answer:
    """Exchange a refresh token for new tokens; for 45 seconds it gives the same successor again."""
    begun = await sessions.refresh(call.deps, body.refresh_token.get_secret_value())
    return routing.Answer(await _signed_in(call.deps, begun), NO_STORE)


async def list_sessions(call: Call) -> schemas.Sessions:
    """List one's own living sessions."""
    person = await callers.person(call.deps.pool, call.principal)
    current = callers.session_of(call.principal)
    return schemas.Sessions(
        sessions=[
            schemas.SessionShown(
                id=one.id,
                created_at=one.created_at,
                last_used_at=one.last_used_at,
                expires_at=one.expires_at,
                current=one.id == current,
            )
            for one in await store_sessions.list_sessions(call.deps.pool, person.id)
        ]
    )


async def sign_out(call: Call) -> None:
    """Sign out here (Q22)."""
    person = await callers.person(call.connection, call.principal)
    await sessions.sign_out(call.connection, person, callers.session_of(call.principal))


async def end_session(call: Call, session_id: UUID) -> None:
    """End one of one's own sessions."""
    person = await callers.person(call.connection, call.principal)
    await sessions.sign_out(call.connection, person, session_id)


async def sign_out_everywhere(call: Call) -> None:
    """Sign out everywhere."""
    person = await callers.person(call.connection, call.principal)
    await sessions.sign_out_everywhere(call.connection, person)


async def change_password(call: Call, body: schemas.PasswordChange) -> routing.Answer:
    """Change one's password; the other sessions end and new tokens are given (Q24)."""
    person = await callers.person(call.deps.pool, call.principal)
    old, new = body.old_password.get_secret_value(), body.new_password.get_secret_value()
    begun = await passwords.change_password(call.deps, person, old, new, call.client_address)
    return routing.Answer(await _signed_in(call.deps, begun), NO_STORE)


async def reauthenticate(call: Call, body: schemas.Reauthentication) -> routing.Answer:
    """Type one’s password again; give a proof of it for one purpose, in this session, for five minutes."""
    person = await callers.person(call.deps.pool, call.principal)
    await passwords.ensure_password(call.deps, person, body.password.get_secret_value(), call.client_address)
    proof = await tokens.proof(call.deps, person, callers.session_of(call.principal), body.purpose)
    return routing.Answer(schemas.Reauthenticated(token=proof, expires_in=proofs.LIFETIME), NO_STORE)


async def ask_username(call: Call, body: schemas.EmailOnly) -> schemas.Accepted:
    """Ask for a forgotten user name by e-mail (Q14)."""
    await passwords.ask_username(call.deps, body.email, call.client_address)
    return schemas.Accepted(message=RECOVERED.in_(call.language))


async def ask_reset(call: Call, body: schemas.LoginOnly) -> schemas.Accepted:
    """Ask for a recovery link for a forgotten password (Q14)."""
    await passwords.ask_reset(call.deps, body.login, call.client_address)
    return schemas.Accepted(message=RECOVERED.in_(call.language))


async def reset_password(call: Call, body: schemas.PasswordReset) -> None:
    """Set a new password with the token of a recovery link; every session ends."""
    token, new = body.token.get_secret_value(), body.new_password.get_secret_value()
    await passwords.reset_password(call.deps, token, new, call.client_address)


async def show_me(call: Call) -> Me:
    """Show one's own profile."""
    return Me.of(await callers.person(call.deps.pool, call.principal))


async def change_me(call: Call, body: schemas.ProfileChange) -> Me:
    """Change one's names or language."""
    person = await callers.person(call.connection, call.principal)
    return Me.of(await profile.change_profile(call.connection, person.id, body))


async def ask_email_change(call: Call, body: schemas.EmailChange) -> schemas.Accepted:
    """Ask for another e-mail address; it is taken when the link mailed to it is followed."""
    person = await callers.person(call.deps.pool, call.principal)
    password = body.password.get_secret_value()
    await profile.ask_email_change(call.deps, person, body.email, password, call.client_address)
    return schemas.Accepted(message=WRITTEN.in_(call.language))


async def confirm_email(call: Call, body: schemas.TokenOnly) -> None:
    """Take a new e-mail address with the token of the link mailed to it."""
    await profile.confirm_email(call.connection, body.token.get_secret_value())


async def erase_person(call: Call, username: str) -> None:
    """Erase a person for good: every service forgets him, and the register keeps what was done, without the name."""
    await callers.operator(call.connection, call.principal)
    await erasure.erase_person(call.connection, username)


async def list_operators(call: Call) -> schemas.Operators:
    """List the operators."""
    await callers.operator(call.deps.pool, call.principal)
    people = await store.list_operators(call.deps.pool)
    return schemas.Operators(operators=[schemas.Operator.model_validate(one, from_attributes=True) for one in people])


async def make_operator(call: Call, username: str) -> schemas.Operator:
    """Give a person the operator role."""
    await callers.operator(call.connection, call.principal)
    person = await operators.make_operator(call.connection, username)
    return schemas.Operator.model_validate(person, from_attributes=True)


async def dismiss_operator(call: Call, username: str) -> None:
    """Take the operator role from a person; the last operator keeps it."""
    await callers.operator(call.connection, call.principal)
    await operators.dismiss_operator(call.connection, username)
