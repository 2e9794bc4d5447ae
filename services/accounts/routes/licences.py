"""The URL table of licences and imports."""

from services.accounts.api import imports
from services.accounts.api import licences as api
from shared.contracts.permissions import Permission
from shared.contracts.problems import accounts as problems
from shared.contracts.problems import common
from shared.web.routing import Route

ROUTES = (
    Route("GET", "/v1/imports", imports.list_imports, Permission.OPERATOR_ROSTER_IMPORT),
    Route(
        "PUT",
        "/v1/imports/{import_id}",
        imports.import_roster,
        Permission.OPERATOR_ROSTER_IMPORT,
        stream=True,
        transaction=False,
        limit=imports.LARGEST,
        problems=(problems.ImportRunning, problems.RosterColumnsWrong, problems.RosterUnreadable),
    ),
    Route(
        "GET",
        "/v1/imports/{import_id}",
        imports.show_import,
        Permission.OPERATOR_ROSTER_IMPORT,
        problems=(common.NotFound,),
    ),
    Route("GET", "/v1/licences", api.list_licences, Permission.OPERATOR_LICENCE_MANAGE),
    Route("GET", "/v1/licences/mine", api.list_mine, Permission.PERSON_LICENCE_READ),
    Route(
        # A transaction of its own: what a try costs must be paid before it, and stay paid.
        "POST",
        "/v1/licences/claim",
        api.claim,
        Permission.PERSON_LICENCE_CLAIM,
        transaction=False,
        problems=(problems.PinNotAccepted, problems.AlreadyASurveyor),
    ),
    Route(
        "POST",
        "/v1/licences/{licence_id}/suspend",
        api.suspend,
        Permission.OPERATOR_LICENCE_MANAGE,
        problems=(problems.LicenceAlreadySuspended,),
    ),
    Route(
        "POST",
        "/v1/licences/{licence_id}/reinstate",
        api.reinstate,
        Permission.OPERATOR_LICENCE_MANAGE,
        problems=(problems.LicenceNotSuspended,),
    ),
    Route(
        "POST",
        "/v1/licences/{licence_id}/pin",
        api.issue_pin,
        Permission.OPERATOR_LICENCE_MANAGE,
        problems=(problems.LicenceAlreadyClaimed,),
    ),
)
