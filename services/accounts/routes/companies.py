"""The URL table of business accounts, their members, and decisions about them."""

from functools import partial

from services.accounts.api import companies, decisions, members
from shared.contracts.permissions import Permission
from shared.contracts.problems import common
from shared.contracts.problems import companies as problems
from shared.web.routing import Route

ASK = Permission.APPLICATION_DECISION_ASK
FIND = Permission.PERSON_COMPANY_FIND
JOIN = Permission.PERSON_ACCOUNT_JOIN
LEAVE = Permission.PERSON_ACCOUNT_LEAVE
MANAGE = Permission.PERSON_ACCOUNT_MANAGE
READ = Permission.PERSON_ACCOUNT_READ
REGISTER = Permission.PERSON_ACCOUNT_REGISTER

HIDDEN = (common.NotFound, problems.ClaimContested)
MANAGED = (*HIDDEN, problems.ManagerRequired)
STAFFED = (*MANAGED, problems.MembersUnknown, problems.LastManager)
JOINED = (problems.AccountPinNotAccepted, problems.AlreadyAMember, common.TooManyRequests)
CHANGED = (*MANAGED, problems.AccountChangedMeanwhile)

own = partial(Route, transaction=False)
"""The endpoint opens its transaction itself: what a try costs must stay paid, and no PIN is kept with an answer."""

staffing = partial(Route, refused=members.note_refusal)
"""That the last manager was to go stays in the register, although nothing else of it does."""

ONE = "/v1/accounts/{account_id}"
ROUTES = (
    Route(
        "POST",
        "/v1/accounts",
        companies.register_account,
        REGISTER,
        status=201,
        problems=(common.TooManyRequests,),
    ),
    Route("GET", "/v1/accounts", companies.list_accounts, READ),
    own("POST", "/v1/accounts/join", companies.join_account, JOIN, problems=JOINED),
    Route("GET", ONE, companies.show_account, READ, problems=(*HIDDEN, problems.RightMissing)),
    Route("PATCH", ONE, companies.change_account, MANAGE, problems=CHANGED),
    Route("GET", f"{ONE}/pin", companies.show_pin, Permission.PERSON_PIN_READ, problems=MANAGED),
    own("POST", f"{ONE}/pin", companies.rotate_pin, MANAGE, problems=MANAGED),
    Route("PUT", f"{ONE}/successor", companies.name_successor, MANAGE, problems=(*MANAGED, problems.MembersUnknown)),
    Route("GET", f"{ONE}/members", members.list_members, MANAGE, problems=MANAGED),
    staffing(
        "POST",
        f"{ONE}/members/rights",
        members.change_rights,
        MANAGE,
        problems=(*STAFFED, problems.ManagerHasAllRights),
    ),
    staffing("POST", f"{ONE}/members/removals", members.remove_members, MANAGE, problems=STAFFED),
    staffing(
        "DELETE",
        f"{ONE}/members/me",
        members.leave_account,
        LEAVE,
        status=204,
        problems=(*HIDDEN, problems.LastManager),
    ),
    Route("GET", "/v1/companies", companies.search_companies, FIND, problems=(common.TooManyRequests,)),
    Route("GET", "/v1/companies/{account_id}", companies.show_company, FIND, problems=(common.NotFound,)),
    Route("GET", "/.well-known/authzen-configuration", decisions.describe_decisions, Permission.ANYONE_CATALOGUE_READ),
    own("POST", "/access/v1/evaluation", decisions.decide, ASK),
    own("POST", "/access/v1/evaluations", decisions.decide_all, ASK),
)
