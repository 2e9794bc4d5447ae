"""The URL table of contested claims, take-overs and the operators' directory."""

from services.accounts.api import disputes
from shared.contracts.permissions import Permission
from shared.contracts.problems import common
from shared.contracts.problems import companies as problems
from shared.web.routing import Route

ASK = Permission.PERSON_TAKEOVER_ASK
MANAGE = Permission.OPERATOR_ACCOUNT_MANAGE
PROTECT = Permission.ANYONE_ACCOUNT_PROTECT

MISSING = (common.NotFound,)
LINK = (problems.LinkNotValid,)
ASKED = (problems.ClaimContested, problems.TakeoverNotPossible, problems.TakeoverRunning)
BY_PIN = (*ASKED, problems.AccountPinNotAccepted, common.TooManyRequests)
CLAIM = (*MISSING, problems.ClaimNotContested)
ENDED = (*MISSING, problems.TakeoverEnded)
DECIDED = (*ENDED, problems.SecondPersonRequired, problems.TakeoverNotPossible)

ONE = "/v1/takeovers/{takeover_id}"
ROUTES = (
    Route("POST", "/v1/contests", disputes.contest, PROTECT, status=204, problems=LINK),
    Route("POST", "/v1/objections", disputes.object_to, PROTECT, status=204, problems=LINK),
    Route(
        "POST",
        "/v1/accounts/{account_id}/takeovers",
        disputes.ask_takeover,
        ASK,
        status=201,
        problems=(*MISSING, *ASKED, common.TooManyRequests),
    ),
    Route("POST", "/v1/takeovers", disputes.ask_takeover_by_pin, ASK, status=201, problems=BY_PIN, transaction=False),
    Route("GET", "/v1/takeovers/mine", disputes.list_my_takeovers, ASK),
    Route("DELETE", ONE, disputes.withdraw_takeover, ASK, status=204, problems=ENDED),
    Route("GET", "/v1/takeovers", disputes.list_takeovers, MANAGE),
    Route(
        "POST",
        f"{ONE}/decision",
        disputes.decide_takeover,
        MANAGE,
        status=204,
        problems=(*DECIDED, problems.TakeoverNotDue),
    ),
    Route("POST", f"{ONE}/confirmation", disputes.confirm_takeover, MANAGE, status=204, problems=DECIDED),
    Route("GET", "/v1/claims", disputes.list_claims, MANAGE),
    Route("POST", "/v1/claims/{claim_id}/decision", disputes.decide_claim, MANAGE, status=204, problems=CLAIM),
    Route("GET", "/v1/directory", disputes.list_directory, MANAGE),
    Route(
        "POST",
        "/v1/accounts/{account_id}/notice",
        disputes.issue_account_pin,
        MANAGE,
        status=204,
        problems=(*MISSING, problems.AccountAlreadyClaimed),
    ),
)
