"""The URL table."""

from __future__ import annotations

from functools import partial

from services.identity import api, looks, oauth
from shared.contracts.permissions import Permission
from shared.contracts.problems import common
from shared.contracts.problems import identity as problems
from shared.contracts.texts import Text
from shared.web import mydata
from shared.web.routing import Route

ANYONE = Permission.ANYONE_IDENTITY_USE
APPS = Permission.OPERATOR_APPLICATION_MANAGE
ERASE = Permission.OPERATOR_PERSON_ERASE
LOOK = Permission.OPERATOR_PERSON_LOOK
OPERATORS = Permission.OPERATOR_OPERATOR_MANAGE
PASSWORD = Permission.PERSON_PASSWORD_CHANGE
PROFILE = Permission.PERSON_PROFILE_MANAGE
SESSION = Permission.PERSON_SESSION_MANAGE

LIMITED = common.TooManyRequests
WEAK = problems.PasswordTooWeak
REGISTER = (problems.UsernameTaken, WEAK, LIMITED)
SIGN_IN = (problems.WrongCredentials, problems.EmailNotVerified, LIMITED)
CHANGE = (problems.WrongPassword, WEAK, LIMITED)
AGAIN = (problems.WrongPassword, LIMITED)
RESET = (problems.LinkInvalid, WEAK, LIMITED)
TOKEN = (
    problems.InvalidClient,
    problems.InvalidGrant,
    problems.InvalidRequest,
    problems.InvalidTarget,
    problems.UnsupportedGrantType,
    common.SignInRequired,
)
MISSING = (common.NotFound,)
DISMISS = (common.NotFound, problems.LastOperator)
KEYS = "/.well-known/jwks.json"
METADATA = "/.well-known/oauth-authorization-server"

own = partial(Route, transaction=False)
"""The endpoint opens its transaction itself: no connection is held while a password is hashed, and no
secret of an answer is kept for an Idempotency-Key."""

MINE = {
    "profile": Text("Profil", "Profile"),
    "sessions": Text("Sessions", "Sessions"),
    "links": Text("Liens envoyés par courriel", "Links sent by e-mail"),
    "devices": Text("Appareils connus", "Known devices"),
    "looks": Text("Regards d’opérateurs sur mes écrans", "Looks of operators at my screens"),
}

ROUTES: tuple[Route, ...] = (
    own("POST", "/v1/registrations", api.register, ANYONE, status=202, problems=REGISTER),
    Route("POST", "/v1/verifications", api.verify, ANYONE, status=204, problems=(problems.LinkInvalid,)),
    own("POST", "/v1/verifications/requests", api.ask_verification, ANYONE, status=202, problems=(LIMITED,)),
    own("POST", "/v1/sessions", api.sign_in, ANYONE, status=201, problems=SIGN_IN),
    own("POST", "/v1/sessions/refresh", api.refresh, ANYONE, problems=(common.SignInRequired,)),
    Route("GET", "/v1/sessions", api.list_sessions, SESSION),
    Route("DELETE", "/v1/sessions/current", api.sign_out, SESSION, status=204),
    Route("DELETE", "/v1/sessions/{session_id}", api.end_session, SESSION, status=204, problems=MISSING),
    Route("DELETE", "/v1/sessions", api.sign_out_everywhere, SESSION, status=204),
    own("POST", "/v1/password", api.change_password, PASSWORD, problems=CHANGE),
    own("POST", "/v1/reauthentications", api.reauthenticate, SESSION, status=201, problems=AGAIN),
    own("POST", "/v1/recoveries/username", api.ask_username, ANYONE, status=202, problems=(LIMITED,)),
    own("POST", "/v1/recoveries/password", api.ask_reset, ANYONE, status=202, problems=(LIMITED,)),
    own("POST", "/v1/password-resets", api.reset_password, ANYONE, status=204, problems=RESET),
    Route("GET", "/v1/me", api.show_me, PROFILE),
    Route("PATCH", "/v1/me", api.change_me, PROFILE),
    own("POST", "/v1/me/email", api.ask_email_change, PROFILE, status=202, problems=(problems.WrongPassword, LIMITED)),
    Route("POST", "/v1/email-changes", api.confirm_email, ANYONE, status=204, problems=(problems.LinkInvalid,)),
    Route("GET", "/v1/operators", api.list_operators, OPERATORS),
    Route("PUT", "/v1/operators/{username}", api.make_operator, OPERATORS, problems=MISSING),
    Route("DELETE", "/v1/operators/{username}", api.dismiss_operator, OPERATORS, status=204, problems=DISMISS),
    Route("DELETE", "/v1/people/{username}", api.erase_person, ERASE, status=204, problems=DISMISS),
    own("POST", "/v1/looks", looks.begin, LOOK, status=201, problems=(*MISSING, *AGAIN)),
    own("POST", "/v1/looks/{look_id}/token", looks.give_token, LOOK, problems=(*MISSING, problems.InvalidTarget)),
    Route("DELETE", "/v1/looks/{look_id}", looks.end, LOOK, status=204, problems=MISSING),
    own("POST", "/v1/token", oauth.give_token, ANYONE, form=True, problems=TOKEN),
    Route("GET", KEYS, oauth.list_keys, ANYONE),
    Route("GET", METADATA, oauth.show_metadata, ANYONE),
    own("POST", "/v1/applications", oauth.add_application, APPS, status=201, problems=(problems.ClientIdTaken,)),
    Route("GET", "/v1/applications", oauth.list_applications, APPS),
    own("POST", "/v1/applications/{client_id}/secret", oauth.rotate_secret, APPS, problems=MISSING),
    Route("DELETE", "/v1/applications/{client_id}", oauth.remove_application, APPS, status=204, problems=MISSING),
    mydata.route("identity", MINE),
)
