"""THE MATRIX: for each route, what each kind of caller is answered, one letter a caller in the order of `ACTORS`.

`.` is the route's success, `U` sign-in-required, `F` not-permitted, `I` in-person-only, `N` not-found; other letters
stand in `SLUGS`. Ids in paths and bodies are Jean's, the surveyor's, or nobody's: whoever asks for another's gets the
answer for what does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services import client
from shared import ids
from tests.access.cast import Cast

ACTORS = (
    "anonymous",
    "stranger",
    "delegate acting",
    "delegate himself",
    "ex-delegate acting",
    "ex-delegate himself",
    "delegate of another",
    "delegator",
    "suspended delegator",
    "operator",
    "application",
)
SLUGS = {
    "U": "sign-in-required",
    "F": "not-permitted",
    "I": "in-person-only",
    "N": "not-found",
    "R": "refused",
    "L": "link-invalid",
    "W": "wrong-password",
    "C": "wrong-credentials",
    "D": "not-a-delegator",
    "S": "licence-suspended",
    "Y": "not-a-surveyor",
    "O": "no-delegation",
    "P": "pin-not-accepted",
    "A": "already-a-surveyor",
    "T": "invalid-token-request",
    "K": "invalid-client",
    "V": "invalid-request",
}
Request = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """One route: what is asked, and what each caller is answered."""

    method: str
    path: str
    answers: str
    ask: Callable[[Cast], dict[str, Any]] = lambda cast: {}
    fills: Callable[[Cast], str] = lambda cast: str(ids.uuid7())
    fresh: bool = False
    """The request ends the caller's session: he signs in anew for it."""

    def request(self, cast: Cast) -> Request:
        """Give path and body; `{…}` in the path is filled."""
        path = self.path
        if "{" in path:
            path = path[: path.index("{")] + self.fills(cast) + path[path.index("}") + 1 :]
        return path, self.ask(cast)


def json(**body: Any) -> Callable[[Cast], dict[str, Any]]:
    """Send this JSON."""
    return lambda cast: {"json": body}


def register(cast: Cast) -> dict[str, Any]:
    name = f"m{ids.uuid7().hex[-10:]}"
    names = {"first_name": "Marc", "last_name": "Roy", "password": "une phrase assez longue"}
    return {"json": {"username": name, "email": f"{name}@mandat.example.com", **names}}


def sign_in(cast: Cast) -> dict[str, Any]:
    return {"json": {"username": f"m{ids.uuid7().hex[-10:]}", "password": "une phrase assez longue"}}


def exchange(cast: Cast) -> dict[str, Any]:
    return {
        "data": {
            "grant_type": client.EXCHANGE,
            "subject_token": cast.asking.token or "nothing",
            "subject_token_type": client.ACCESS_TOKEN,
            "delegator": cast.jean.id,
        }
    }


def roster(cast: Cast) -> dict[str, Any]:
    return {"data": b"matricule,prenom,nom,courriel,bureau\r\n", "headers": {"Content-Type": "text/csv"}}


def question(cast: Cast) -> dict[str, Any]:
    return {
        "json": {
            "subject": {"type": "user", "id": cast.edith.id},
            "action": {"name": "lot-reservation"},
            "resource": {"type": "surveyor", "id": cast.jean.id},
        }
    }


def new_file(cast: Cast) -> dict[str, Any]:
    number = str(int(ids.uuid7().hex[-8:], 16))
    return {"json": {"number": number, "title": "Lotissement", "responsible": cast.jean.id}}


def alert(cast: Cast) -> dict[str, Any]:
    facts = {"responsible": cast.jean.id, "file_number": "1", "kind": "message", "occurred_at": "2026-11-24T12:00:00Z"}
    return {"json": {"alerts": [{"key": ids.uuid7().hex, **facts}]}}


def report(cast: Cast) -> dict[str, Any]:
    facts = {"kind": "lot.reserved", "performed_by": cast.edith.id, "performed_for": cast.jean.id}
    return {"json": {"activities": [{"key": ids.uuid7().hex, "occurred_at": "2026-11-24T12:00:00Z", **facts}]}}


def a_file(cast: Cast) -> str:
    return cast.file


def nobody(cast: Cast) -> str:
    return "nobody-of-that-name"


ALL = "." * len(ACTORS)
OPERATOR = "UFFFFFFFF.F"
OPERATOR_NONE = "UFFFFFFFFNF"
PERSON = "U.I.I.I...F"
APPLICATION = "UFFFFFFFFF."
FOLLOWS = "UR.RRR..RRF"
"""The surveyor and whoever acts for one; the delegate of another acts for that other one."""
FOLLOWS_ONE = "UN.NRNN.NNF"

TOKEN = json(token="T" * 43)
MAIL = json(email="nobody@mandat.example.com")

ROWS = (
    Row("POST", "/identity/v1/registrations", ALL, register),
    Row("POST", "/identity/v1/verifications", "L" * 11, TOKEN),
    Row("POST", "/identity/v1/verifications/requests", ALL, MAIL),
    Row("POST", "/identity/v1/sessions", "C" * 11, sign_in),
    Row("POST", "/identity/v1/sessions/refresh", "U" * 11, json(refresh_token="T" * 43)),
    Row("GET", "/identity/v1/sessions", PERSON),
    Row("DELETE", "/identity/v1/sessions/current", PERSON, fresh=True),
    Row("DELETE", "/identity/v1/sessions/{session_id}", "UNINININNNF"),
    Row("DELETE", "/identity/v1/sessions", PERSON, fresh=True),
    Row(
        "POST",
        "/identity/v1/password",
        "UWIWIWIWWWF",
        json(old_password="pas celle-ci du tout", new_password="une autre phrase assez longue"),
    ),
    Row(
        "POST",
        "/identity/v1/reauthentications",
        "UWIWIWIWWWF",
        json(password="pas celle-ci du tout", purpose="bank-details"),
    ),
    Row("POST", "/identity/v1/recoveries/username", ALL, MAIL),
    Row("POST", "/identity/v1/recoveries/password", ALL, json(login="nobody")),
    Row(
        "POST",
        "/identity/v1/password-resets",
        "L" * 11,
        json(token="T" * 43, new_password="une autre phrase assez longue"),
    ),
    Row("GET", "/identity/v1/me", PERSON),
    Row("PATCH", "/identity/v1/me", PERSON, json(language="fr")),
    Row(
        "POST",
        "/identity/v1/me/email",
        "UWIWIWIWWWF",
        json(email="other@mandat.example.com", password="pas celle-ci du tout"),
    ),
    Row("POST", "/identity/v1/email-changes", "L" * 11, TOKEN),
    Row("GET", "/identity/v1/operators", OPERATOR),
    Row("PUT", "/identity/v1/operators/{username}", OPERATOR_NONE, fills=nobody),
    Row("DELETE", "/identity/v1/operators/{username}", OPERATOR_NONE, fills=nobody),
    Row(
        "POST",
        "/identity/v1/token",
        "K" + "V" * 10,  # a bearer beside the client's secret: two ways at once (RFC 6749 §2.3)
        lambda cast: {"data": {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "x"}},
    ),
    Row("GET", "/identity/.well-known/jwks.json", ALL),
    Row("GET", "/identity/.well-known/oauth-authorization-server", ALL),
    Row(
        "POST",
        "/identity/v1/applications",
        OPERATOR,
        lambda cast: {"json": {"client_id": f"m{ids.uuid7().hex[-10:]}", "name": "Matrice"}},
    ),
    Row("GET", "/identity/v1/applications", OPERATOR),
    Row("POST", "/identity/v1/applications/{client_id}/secret", OPERATOR_NONE, fills=nobody),
    Row("DELETE", "/identity/v1/applications/{client_id}", OPERATOR_NONE, fills=nobody),
    Row("GET", "/accounts/v1/imports", OPERATOR),
    Row("PUT", "/accounts/v1/imports/{import_id}", OPERATOR, roster),
    Row("GET", "/accounts/v1/imports/{import_id}", OPERATOR_NONE),
    Row("GET", "/accounts/v1/licences", OPERATOR),
    Row("GET", "/accounts/v1/licences/mine", PERSON),
    Row("POST", "/accounts/v1/licences/claim", "UPIPIPIAAPF", json(pin="ZZZ-ZZZ-ZZZ")),
    Row("POST", "/accounts/v1/licences/{licence_id}/suspend", OPERATOR_NONE, json(reason="Essai")),
    Row("POST", "/accounts/v1/licences/{licence_id}/reinstate", OPERATOR_NONE, json(reason="Essai")),
    Row("POST", "/accounts/v1/licences/{licence_id}/pin", OPERATOR_NONE),
    Row("GET", "/delegation/v1/services", ALL),
    Row("GET", "/delegation/v1/me", PERSON),
    Row(
        "POST",
        "/delegation/v1/candidates/search",
        "UDIDIDI.SDF",
        lambda cast: {"json": {"by": "username", "value": cast.spare.username}},
    ),
    Row("POST", "/delegation/v1/delegates", "UDIDIDI.SDF", lambda cast: {"json": {"delegate": cast.spare.id}}),
    Row("GET", "/delegation/v1/delegates", PERSON),
    Row("DELETE", "/delegation/v1/delegates/{delegation_id}", "UNINININNNF", fills=lambda cast: cast.of_another),
    Row("GET", "/delegation/v1/delegators", PERSON),
    Row("POST", "/delegation/v1/token", "UOI.IOIOOOF", exchange),
    Row("GET", "/delegation/.well-known/jwks.json", ALL),
    Row("GET", "/delegation/.well-known/authzen-configuration", ALL),
    Row("POST", "/delegation/access/v1/evaluation", APPLICATION, question),
    Row("POST", "/delegation/access/v1/evaluations", APPLICATION, question),
    Row("POST", "/notifications/v1/alerts", APPLICATION, alert),
    Row("GET", "/notifications/v1/emails", OPERATOR),
    Row("GET", "/notifications/v1/emails/{email_id}", OPERATOR_NONE),
    Row("POST", "/notifications/v1/emails/{email_id}/retry", OPERATOR_NONE),
    Row("GET", "/audit/v1/activities", PERSON),
    Row("GET", "/audit/v1/activities/filters", PERSON),
    Row("POST", "/audit/v1/activities", APPLICATION, report),
    Row("GET", "/audit/v1/kinds", ALL),
    Row("GET", "/audit/v1/register", OPERATOR),
    Row("GET", "/cadastre/v1/files", FOLLOWS),
    Row("POST", "/cadastre/v1/files", OPERATOR, new_file),
    Row("GET", "/cadastre/v1/files/{number}", "UR.RRRN.RRF", fills=a_file),
    Row("POST", "/cadastre/v1/files/{number}/reading", FOLLOWS_ONE, fills=a_file),
    Row("POST", "/cadastre/v1/files/{number}/messages", OPERATOR, json(subject="Avis", body="À lire."), a_file),
    Row("POST", "/cadastre/v1/files/{number}/extensions", FOLLOWS_ONE, json(closes_on="2030-01-01"), a_file),
    Row("POST", "/cadastre/v1/lot-reservations", FOLLOWS, json(lots=1)),
    Row("POST", "/cadastre/v1/lot-corrections", FOLLOWS, json(lot="1 234 567")),
    Row("POST", "/cadastre/v1/product-orders", FOLLOWS, json(product="Plan cadastral")),
    Row("POST", "/cadastre/v1/prevalidations", FOLLOWS_ONE, lambda cast: {"json": {"file_number": cast.file}}),
    Row("POST", "/cadastre/v1/deposits", "UNININI.NNF", lambda cast: {"json": {"file_number": cast.file}}),
    Row("GET", "/cadastre/v1/survey-files", FOLLOWS),
    Row("GET", "/cadastre/v1/requests", FOLLOWS),
)
