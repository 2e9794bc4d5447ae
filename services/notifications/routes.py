"""Notifications' URL table, under `/notifications`."""

from services.notifications import api
from shared.contracts.permissions import Permission
from shared.contracts.problems import common
from shared.contracts.problems import notifications as problems
from shared.contracts.texts import Text
from shared.web import mydata, parked
from shared.web.routing import Route

MINE = {
    "address": Text("Adresse et langue", "Address and language"),
    "emails": Text("Courriels", "E-mails"),
}

ROUTES = (
    Route("POST", "/v1/alerts", api.raise_alerts, Permission.APPLICATION_ALERT_RAISE),
    Route("GET", "/v1/emails", api.list_emails, Permission.OPERATOR_EMAIL_MANAGE, problems=(common.NotFound,)),
    Route("GET", "/v1/emails/{email_id}", api.show_email, Permission.OPERATOR_EMAIL_MANAGE),
    Route(
        "POST",
        "/v1/emails/{email_id}/retry",
        api.retry_email,
        Permission.OPERATOR_EMAIL_MANAGE,
        problems=(problems.EmailNotRetriable,),
    ),
    Route("GET", "/v1/witness", api.list_witnessed, Permission.ANYONE_SEAL_CHECK),
    *parked.ROUTES,
    mydata.route("notifications", MINE),
)
