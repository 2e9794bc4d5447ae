"""Claims as a principal: who calls, in whose name, and what no issuer of ours would say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.permissions import Kind
from shared.crypto.verify import InvalidToken
from shared.web import auth

JEAN, EDITH = UUID(int=1), UUID(int=2)
IDENTITY, DELEGATION = "https://mandat.example.com/identity", "https://mandat.example.com/delegation"
PERSON: dict[str, Any] = {"iss": IDENTITY, "sub": str(JEAN), "iat": 1_700_000_000, "roles": []}
ACTING: dict[str, Any] = {"iss": DELEGATION, "sub": str(JEAN), "iat": 1_700_000_000, "act": {"sub": str(EDITH)}}
APPLICATION: dict[str, Any] = {"iss": IDENTITY, "sub": "cadastre", "iat": 1_700_000_000, "app": True}


@pytest.mark.parametrize(
    ("claims", "kind"),
    [
        (PERSON, Kind.PERSON),
        (PERSON | {"roles": ["operator"]}, Kind.OPERATOR),
        (PERSON | {"roles": ["root"]}, Kind.PERSON),
        (ACTING, Kind.ACTING),
        (APPLICATION, Kind.APPLICATION),
        (PERSON | {"app": "yes"}, Kind.PERSON),
    ],
)
def test_principal_is_of_the_kind_that_the_claims_say(claims, kind) -> None:
    assert kind is auth.principal_of(claims).kind


@pytest.mark.parametrize(
    "claims",
    [
        PERSON | {"act": {"sub": str(EDITH)}},
        PERSON | {"iss": DELEGATION},
        APPLICATION | {"iss": DELEGATION},
        ACTING | {"roles": []},
        ACTING | {"app": True},
        ACTING | {"act": {}},
        ACTING | {"act": {"sub": "edith"}},
        ACTING | {"act": {"sub": 7}},
        ACTING | {"sub": "jean"},
        PERSON | {"sub": "cadastre"},
        PERSON | {"iss": "https://mandat.example.com/x/delegation"},
        PERSON | {"roles": None},
        PERSON | {"roles": "operators"},
    ],
    ids=range(13),
)
def test_principal_of_claims_that_no_issuer_of_ours_gives_is_refused(claims) -> None:
    with pytest.raises(InvalidToken):
        auth.principal_of(claims)


@pytest.mark.item("Q4")
def test_principal_when_acting_is_the_delegator_and_the_performer_is_the_delegate() -> None:
    principal = auth.principal_of(ACTING)
    assert (JEAN, EDITH, EDITH) == (principal.user_id, principal.actor_id, principal.performer_id)
    assert (f"user:{EDITH}", f"user:{JEAN}") == principal.written


def test_principal_in_person_performs_himself() -> None:
    principal = auth.principal_of(PERSON | {"pwd_at": 1_600_000_000, "sid": "s", "name": "Jean Piette"})
    assert (JEAN, None, JEAN) == (principal.user_id, principal.actor_id, principal.performer_id)
    assert (f"user:{JEAN}", None) == principal.written
    assert ("s", "Jean Piette") == (principal.session_id, principal.name)
    assert datetime.fromtimestamp(1_600_000_000, UTC) == principal.password_changed_at
    assert datetime.fromtimestamp(1_700_000_000, UTC) == principal.issued_at


@pytest.mark.parametrize("principal", [auth.ANONYMOUS, auth.principal_of(APPLICATION)])
def test_principal_that_is_no_person_has_no_user(principal) -> None:
    with pytest.raises(TypeError):
        _ = principal.user_id


def test_principal_of_an_application_is_written_by_its_client_id() -> None:
    assert ("application:cadastre", None) == auth.principal_of(APPLICATION).written
    assert ("system", None) == auth.ANONYMOUS.written


def test_principal_shows_no_claims_when_printed() -> None:
    assert "2023" not in repr(auth.principal_of(PERSON | {"email": "2023@example.com"}))


LOOK: dict[str, Any] = PERSON | {"look": {"id": str(UUID(int=3)), "sub": str(EDITH)}}
del LOOK["roles"]


def test_principal_of_a_look_is_who_is_looked_at_and_is_written_with_who_looks() -> None:
    principal = auth.looking(LOOK)
    assert (Kind.LOOKING, JEAN, None) == (principal.kind, principal.user_id, principal.actor_id)
    assert (f"user:{EDITH}", f"user:{JEAN}") == principal.written


@pytest.mark.parametrize(
    "claims",
    [
        PERSON,
        LOOK | {"roles": ["operator"]},
        LOOK | {"sid": "s"},
        LOOK | {"act": {"sub": str(EDITH)}},
        LOOK | {"iss": DELEGATION},
        LOOK | {"look": {"sub": "edith"}},
        LOOK | {"sub": "jean"},
    ],
    ids=range(7),
)
def test_look_of_claims_that_no_issuer_of_ours_gives_is_refused(claims) -> None:
    with pytest.raises(InvalidToken):
        auth.looking(claims)
