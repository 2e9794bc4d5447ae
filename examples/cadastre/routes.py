"""Cadastre's URL table, under `/cadastre`."""

from examples.cadastre import api
from shared.contracts.permissions import Permission
from shared.contracts.problems import cadastre as problems
from shared.contracts.problems import common
from shared.web.routing import Route

ASKS = (common.Refused, common.TemporarilyUnavailable)
FILES = (*ASKS, common.NotFound)

ROUTES = (
    Route("GET", "/v1/files", api.list_files, Permission.SURVEYOR_CADASTRE_FILE_FOLLOW, problems=ASKS),
    Route(
        "POST", "/v1/files", api.open_file, Permission.OPERATOR_FILE_MANAGE, status=204, problems=(problems.FileExists,)
    ),
    Route("GET", "/v1/files/{number}", api.show_file, Permission.SURVEYOR_CADASTRE_FILE_FOLLOW, problems=ASKS),
    Route("POST", "/v1/files/{number}/reading", api.read_file, Permission.SURVEYOR_CADASTRE_FILE_FOLLOW, problems=ASKS),
    Route("POST", "/v1/files/{number}/messages", api.post_message, Permission.OPERATOR_FILE_MANAGE, status=201),
    Route(
        "POST",
        "/v1/files/{number}/extensions",
        api.extend_closing,
        Permission.SURVEYOR_CADASTRE_FILE_FOLLOW,
        status=201,
        problems=ASKS,
    ),
    Route("POST", "/v1/lot-reservations", api.reserve_lot, Permission.SURVEYOR_LOT_RESERVE, status=201, problems=FILES),
    Route(
        "POST",
        "/v1/lot-corrections",
        api.verify_correction,
        Permission.SURVEYOR_LOT_CORRECTION_VERIFY,
        status=201,
        problems=FILES,
    ),
    Route(
        "POST", "/v1/product-orders", api.order_product, Permission.SURVEYOR_PRODUCT_ORDER, status=201, problems=FILES
    ),
    Route(
        "POST",
        "/v1/prevalidations",
        api.prevalidate,
        Permission.SURVEYOR_UPDATE_REQUEST_PREVALIDATE,
        status=201,
        problems=FILES,
    ),
    Route("POST", "/v1/deposits", api.deposit, Permission.PERSON_SELF_ACT, status=201, problems=FILES),
    Route("GET", "/v1/survey-files", api.list_survey_files, Permission.SURVEYOR_SURVEY_FILE_FOLLOW, problems=ASKS),
    Route("GET", "/v1/requests", api.list_requests, Permission.SURVEYOR_CADASTRE_FILE_FOLLOW, problems=ASKS),
)
