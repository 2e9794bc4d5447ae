"""Delegation's URL table, under `/delegation`."""

from services.delegation import api
from services.delegation.past import routes as past
from shared.contracts.permissions import Permission
from shared.contracts.problems import common
from shared.contracts.problems import delegation as problems
from shared.contracts.texts import Text
from shared.web import mydata, parked
from shared.web.routing import Route

NOT_ALLOWED = (problems.NotADelegator, problems.LicenceSuspended)
NOT_ADDED = (
    *NOT_ALLOWED,
    problems.AlreadyADelegate,
    problems.CandidateNotFound,
    problems.CannotDelegateToOneself,
    problems.PasswordChangeRequired,
)
NOT_PAST = (problems.MomentNotPast,)
NOT_FOUND = (*NOT_ALLOWED, problems.CandidateNotFound, common.TooManyRequests)
NO_TOKEN = (problems.InvalidTokenRequest, problems.LicenceSuspended, problems.NoDelegation, problems.NotASurveyor)

ANYONE = Permission.ANYONE_CATALOGUE_READ
ASK = Permission.APPLICATION_DECISION_ASK
READ = Permission.PERSON_DELEGATION_READ
ADD = Permission.PERSON_DELEGATE_ADD
REMOVE = Permission.PERSON_DELEGATE_REMOVE
SEARCH = Permission.PERSON_DELEGATE_SEARCH
ACT = Permission.PERSON_ACTING_START
ONE = "/v1/delegates/{delegation_id}"

MINE = {
    "profile": Text("Profil", "Profile"),
    "licences": Text("Permis d’arpenteur-géomètre", "Land surveyor licences"),
    "delegates": Text("Mes délégataires, présents et passés", "My delegates, present and past"),
    "delegators": Text("Mes délégants, présents et passés", "My delegators, present and past"),
    "attestations": Text("Attestations", "Attestations"),
}

ROUTES = (
    Route("GET", "/v1/services", api.list_services, ANYONE),
    Route("GET", "/v1/me", api.find_me, READ),
    Route("POST", "/v1/candidates/search", api.search_candidate, SEARCH, problems=NOT_FOUND, transaction=False),
    Route(
        "POST",
        "/v1/delegates",
        api.add_delegate,
        ADD,
        status=201,
        problems=NOT_ADDED,
        shortcut=api.add_delegate_with_others,
    ),
    Route("GET", "/v1/delegates", api.list_delegates, READ, problems=NOT_PAST),
    Route("DELETE", ONE, api.remove_delegate, REMOVE, status=204, problems=(common.NotFound,)),
    Route("GET", "/v1/delegators", api.list_delegators, READ, problems=NOT_PAST),
    Route("POST", "/v1/token", api.exchange_token, ACT, problems=NO_TOKEN, transaction=False, form=True),
    Route("GET", "/.well-known/jwks.json", api.publish_keys, ANYONE),
    Route("GET", "/.well-known/authzen-configuration", api.describe_decisions, ANYONE),
    Route("POST", "/access/v1/evaluation", api.decide, ASK, transaction=False),
    Route("POST", "/access/v1/evaluations", api.decide_all, ASK, transaction=False),
    *parked.ROUTES,
    *past.ROUTES,
    mydata.route("delegation", MINE),
)
