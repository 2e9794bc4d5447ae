"""The URL table of downloads."""

from __future__ import annotations

from services.audit.exports import api
from services.audit.exports.schemas import MEDIA_TYPES, Format
from shared.contracts.permissions import Permission
from shared.contracts.problems import audit as problems
from shared.web.routing import Endpoint, Route

LONG = (problems.ExportTooLong, problems.ExportTakesLong, problems.NotSealedYet)


def _download(kind: Format, endpoint: Endpoint) -> Route:
    return Route(
        "GET",
        f"/v1/activities.{kind}",
        endpoint,
        Permission.PERSON_ACTIVITY_EXPORT,
        problems=LONG,
        gives=(MEDIA_TYPES[kind],),
        unbounded=True,
    )


EXPORT = Permission.PERSON_ACTIVITY_EXPORT
ROUTES = (
    _download(Format.XLSX, api.download_xlsx),
    _download(Format.PDF, api.download_pdf),
    _download(Format.CSV, api.download_csv),
    _download(Format.JSONL, api.download_jsonl),
    Route(
        "POST", "/v1/exports", api.prepare, EXPORT, status=202, problems=(problems.ExportTooLong,), transaction=False
    ),
    Route("GET", "/v1/exports", api.list_exports, EXPORT),
    Route("GET", "/v1/exports/{export_id}", api.find_export, EXPORT),
    Route("DELETE", "/v1/exports/{export_id}", api.cancel_export, EXPORT),
    Route(
        "GET",
        "/v1/exports/{export_id}/file",
        api.fetch_export,
        EXPORT,
        problems=(problems.ExportNotReady,),
        gives=tuple(MEDIA_TYPES.values()),
        unbounded=True,
    ),
)
