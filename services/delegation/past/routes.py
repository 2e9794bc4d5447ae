"""The attestations' part of delegation's URL table. The reference cannot be guessed: who has it holds the paper."""

from services.delegation.past import api
from shared.contracts.permissions import Permission
from shared.contracts.problems import common
from shared.contracts.problems import delegation as problems
from shared.web.routing import Route

ONE = "/v1/attestations/{reference}"
HOLDER = Permission.ANYONE_ATTESTATION_CHECK
MISSING = (common.NotFound,)

ROUTES = (
    Route(
        "POST",
        "/v1/attestations",
        api.attest,
        Permission.PERSON_ATTESTATION_ASK,
        status=201,
        problems=(common.NotFound, problems.MomentNotPast),
    ),
    Route("GET", ONE, api.show_attestation, HOLDER, problems=MISSING),
    Route("GET", f"{ONE}/pdf", api.print_attestation, HOLDER, problems=MISSING, gives=("application/pdf",)),
)
