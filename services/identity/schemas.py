"""Request and response bodies."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, ConfigDict, Field, SecretStr, StringConstraints

from services.identity import rules
from services.identity.store import Person
from shared.contracts import audiences
from shared.contracts.people import Language
from shared.contracts.proofs import Purpose
from shared.web import routing


def _email(text: str) -> str:
    try:
        # Whether it can be delivered is found out by the letter, not by us; `.test` names are for trials.
        return validate_email(text, check_deliverability=False, test_environment=True, allow_smtputf8=False).normalized
    except EmailNotValidError as error:
        raise ValueError("an e-mail address") from error


PRINTABLE = r"^[^\x00-\x1f\x7f]*$"

Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_email), Field(examples=["edith@example.com"])]
Username = Annotated[
    str, StringConstraints(max_length=200), AfterValidator(rules.username), Field(examples=["edescartes"])
]
PersonalName = Annotated[str, StringConstraints(max_length=400), AfterValidator(rules.personal_name)]
Login = Annotated[str, StringConstraints(min_length=1, max_length=254, pattern=PRINTABLE)]
Password = Annotated[SecretStr, Field(min_length=1, max_length=1000)]
Token = Annotated[SecretStr, Field(min_length=20, max_length=200)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500, pattern=PRINTABLE)]
ClientId = Annotated[str, StringConstraints(pattern=audiences.CLIENT_ID), AfterValidator(audiences.ensure_no_service)]


class NewPerson(routing.Input):
    """What the registration form asks for (Q15)."""

    username: Username
    email: Email
    password: Password
    first_name: PersonalName
    last_name: PersonalName
    language: Language = Language.FR


class EmailOnly(routing.Input):
    """An address to write to."""

    email: Email


class LoginOnly(routing.Input):
    """A user name or an e-mail address."""

    login: Login


class TokenOnly(routing.Input):
    """The single-use token of a link."""

    token: Token


class SignIn(routing.Input):
    """User name or e-mail address, and password; `device_token` as an earlier sign-in gave it."""

    username: Login
    password: Password
    device_token: Token | None = None


class RefreshOnly(routing.Input):
    """A refresh token."""

    refresh_token: Token


class PasswordChange(routing.Input):
    """The present password and the next (Q24)."""

    old_password: Password
    new_password: Password


class Reauthentication(routing.Input):
    """The present password, and what the proof is wanted for."""

    password: Password
    purpose: Purpose


class NewLook(routing.Input):
    """Whose screens an operator wants to look at, why, and his own password once more."""

    username: Username
    reason: Reason
    password: Password


class PasswordReset(routing.Input):
    """The token of a recovery link, and the next password."""

    token: Token
    new_password: Password


class ProfileChange(routing.Input):
    """What a person changes of his profile; what is left out stays."""

    first_name: PersonalName | None = None
    last_name: PersonalName | None = None
    language: Language | None = None


class EmailChange(routing.Input):
    """The new address, and the password once more (ASVS 7.5.1)."""

    email: Email
    password: Password


class TokenForm(routing.Output):
    """A token request (RFC 6749 §4.4, §6); parameters unknown to us are ignored as §3.2 wants.

    In an exchange (RFC 8693 §2.1) `subject_token` is the token of `Authorization`, and `audience` an application's id.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    grant_type: str = Field(default="", max_length=200)
    client_id: str | None = Field(default=None, max_length=100)
    client_secret: SecretStr | None = Field(default=None, max_length=200)
    refresh_token: SecretStr | None = Field(default=None, max_length=200)
    subject_token: SecretStr | None = Field(default=None, max_length=8192)
    subject_token_type: str | None = Field(default=None, max_length=200)
    requested_token_type: str | None = Field(default=None, max_length=200)
    actor_token: SecretStr | None = Field(default=None, max_length=8192)
    audience: str | None = Field(default=None, max_length=500)
    resource: str | None = Field(default=None, max_length=500)


class NewApplication(routing.Input):
    """A connected application as operators introduce it."""

    client_id: ClientId = Field(examples=["cadastre"])
    name: PersonalName


class Accepted(routing.Output):
    """The same answer whether there is something to be done or not."""

    message: str


class Me(routing.Output):
    """A person as he sees himself."""

    id: UUID
    username: str
    email: str
    first_name: str
    last_name: str
    language: Language
    verified: bool
    operator: bool
    password_changed_at: datetime

    @classmethod
    def of(cls, person: Person) -> Me:
        """Show a person."""
        return cls.model_validate(person, from_attributes=True)


class Tokens(routing.Output):
    """What a sign-in or a refresh gives; `expires_in` in seconds (RFC 6749 §5.1)."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the type, no secret
    expires_in: int
    refresh_token: str


class SignedIn(Tokens):
    """The tokens, the person, and what makes this device known next time."""

    user: Me
    device_token: str | None = None


class Reauthenticated(routing.Output):
    """A proof that the password was just typed; `expires_in` in seconds."""

    token: str
    expires_in: int


class BearerToken(routing.Output):
    """An access token of an application, or of a look, which only reads; `expires_in` in seconds."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the type, no secret
    expires_in: int


class ExchangedToken(BearerToken):
    """A person's token for one application (RFC 8693 §2.2.1)."""

    issued_token_type: str = audiences.ACCESS_TOKEN


class LookBegun(routing.Output):
    """A look that runs until `ends_at`, and whose screens it shows."""

    id: UUID
    ends_at: datetime
    person: Me


class LookAudience(routing.Input):
    """The application that a look's token is for; without one, Mandat's services."""

    audience: ClientId | None = None


class SessionShown(routing.Output):
    """One of a person's sessions."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool


class Sessions(routing.Output):
    """A person's living sessions, the latest first."""

    sessions: list[SessionShown]


class Operator(routing.Output):
    """An operator, for other operators."""

    id: UUID
    username: str
    first_name: str
    last_name: str
    email: str


class Operators(routing.Output):
    """All operators, by user name."""

    operators: list[Operator]


class ApplicationShown(routing.Output):
    """A connected application; `secrets` is how many it may use now."""

    client_id: str
    name: str
    created_at: datetime
    secrets: int


class Applications(routing.Output):
    """All connected applications, by client id."""

    applications: list[ApplicationShown]


class ApplicationSecret(routing.Output):
    """A new secret, shown this once."""

    client_id: str
    client_secret: str


class KeySet(routing.Output):
    """The public keys that verify our tokens (RFC 7517 §5)."""

    keys: list[dict[str, str]]


class Metadata(routing.Output):
    """What an OAuth client must know (RFC 8414 §2)."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    grant_types_supported: list[str]
    response_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
