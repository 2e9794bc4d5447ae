"""The seal's part of audit's URL table: open to anyone, for nothing here names anybody."""

from services.audit.seal import api
from shared.contracts.permissions import Permission
from shared.contracts.problems import audit as problems
from shared.contracts.problems import common
from shared.web.routing import Route

ANYONE = Permission.ANYONE_SEAL_CHECK
MISSING = (common.NotFound,)

ROUTES = (
    Route("GET", "/v1/checkpoints", api.list_checkpoints, ANYONE),
    Route("GET", "/v1/checkpoints/latest", api.show_latest, ANYONE, problems=MISSING),
    Route("GET", "/v1/keys", api.list_keys, ANYONE),
    Route(
        "GET", "/v1/proofs/inclusion", api.prove_inclusion, ANYONE, problems=(common.NotFound, problems.NotSealedYet)
    ),
    Route("GET", "/v1/proofs/consistency", api.prove_consistency, ANYONE, problems=MISSING),
    Route(
        "POST",
        "/v1/verifications",
        api.verify_file,
        ANYONE,
        problems=(common.TooManyRequests, problems.FileNotRead),
        transaction=False,
        stream=True,
        limit=api.LARGEST,
        takes=tuple(api.KINDS),
    ),
)
