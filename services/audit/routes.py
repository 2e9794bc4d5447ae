"""Audit's URL table, under `/audit`."""

from services.audit import api
from services.audit.exports import routes as exports
from services.audit.seal import routes as seal
from shared.contracts.permissions import Permission
from shared.contracts.problems import audit as problems
from shared.contracts.texts import Text
from shared.web import mydata, parked
from shared.web.routing import Route

MINE = {
    "name": Text("Nom au registre", "Name in the register"),
    "activities": Text("Activités par moi ou pour moi", "Activities by me or for me"),
}

ROUTES = (
    Route("GET", "/v1/activities", api.list_mine, Permission.PERSON_ACTIVITY_READ, problems=(problems.CursorUnknown,)),
    Route("GET", "/v1/activities/filters", api.list_filters, Permission.PERSON_ACTIVITY_READ),
    Route("GET", "/v1/activities/histogram", api.draw_histogram, Permission.PERSON_ACTIVITY_READ),
    Route("POST", "/v1/activities", api.report, Permission.APPLICATION_ACTIVITY_REPORT),
    Route("GET", "/v1/kinds", api.list_kinds, Permission.ANYONE_CATALOGUE_READ),
    Route(
        "GET", "/v1/register", api.list_register, Permission.OPERATOR_ACTIVITY_READ, problems=(problems.CursorUnknown,)
    ),
    *exports.ROUTES,
    *seal.ROUTES,
    *parked.ROUTES,
    mydata.route("audit", MINE),
)
