"""The URL table of fees, payments and bank details, and of what connected applications ask."""

from services.accounts.api import bank, connected, fees, payments
from shared.contracts.permissions import Permission
from shared.contracts.problems import common, companies
from shared.contracts.problems import fees as problems
from shared.web.routing import Route

PAY = Permission.PERSON_FEE_PAY
POST = Permission.APPLICATION_FEE_POST
ASK = Permission.APPLICATION_DECISION_ASK

HIDDEN = (common.NotFound, companies.ClaimContested)
START = (*HIDDEN, companies.RightMissing, problems.FeeNotPayable, problems.PaymentInProgress)
PROVED = (*HIDDEN, companies.ManagerRequired, common.ReauthenticationRequired)
NOTICE = (common.NotFound, problems.NoticeNotAccepted, problems.PaymentDiffers)
BANK = "/v1/accounts/{account_id}/bank-details"


ROUTES = (
    Route("POST", "/v1/fees", fees.post_fees, POST),
    Route("GET", "/v1/fees/posted", fees.list_posted, POST),
    Route("POST", "/v1/fees/withdrawals", fees.withdraw_fees, POST),
    Route("GET", "/v1/fees", fees.list_fees, PAY),
    Route("POST", "/v1/payments", payments.start_payment, PAY, status=201, problems=START),
    Route("GET", "/v1/payments", payments.list_payments, PAY),
    Route("GET", "/v1/payments/{payment_id}", payments.show_payment, PAY, problems=(common.NotFound,)),
    Route(
        "POST",
        "/v1/payments/notices",
        payments.take_notice,
        Permission.ANYONE_PAYMENT_NOTIFY,
        status=204,
        limit=16_384,
        problems=NOTICE,
    ),
    Route("GET", BANK, bank.show_bank_details, PAY, problems=(*HIDDEN, companies.RightMissing)),
    Route("PUT", BANK, bank.change_bank_details, Permission.PERSON_BANK_MANAGE, problems=PROVED),
    Route(
        "POST",
        f"{BANK}/removal",
        bank.remove_bank_details,
        Permission.PERSON_BANK_MANAGE,
        status=204,
        problems=PROVED,
    ),
    Route(
        "GET",
        "/v1/people/{person_id}/accounts",
        connected.list_accounts_of_person,
        ASK,
        problems=(companies.AccountMomentNotPast,),
    ),
    Route("GET", "/v1/accounts/{account_id}/name", connected.show_name, ASK, problems=(common.NotFound,)),
)
