"""Permits' URL table, under `/permits`."""

from functools import partial

from examples.permits.api import applications, files, review, templates
from examples.permits.provider import api as provider
from shared.contracts.permissions import Permission
from shared.contracts.problems import common
from shared.contracts.problems import permits as problems
from shared.web.routing import Route

USE = Permission.PERSON_PERMIT_USE
REVIEW = Permission.OPERATOR_PERMIT_REVIEW
PAYER = Permission.ANYONE_PROVIDER_USE

ASKS = (common.Refused, common.TemporarilyUnavailable)
OPEN = (*ASKS, problems.ApplicationClosed)
UPLOADS = (*OPEN, problems.FileNotTaken, problems.TooManyFiles, problems.NoRoom)
NAMING = (*ASKS, problems.TemplateNameTaken)
ONE, TEMPLATES = "/v1/applications/{application_id}", "/v1/accounts/{account}/templates"
REVIEWED = "/v1/review/applications/{application_id}"
CLOSED = (problems.ApplicationClosed,)
TAKES = ("application/pdf", "image/png", "image/jpeg", "application/octet-stream")

uploads = partial(Route, stream=True, transaction=False, limit=files.LARGEST, takes=TAKES)
downloads = partial(Route, gives=TAKES[:3])

ROUTES = (
    Route("GET", "/v1/applications", applications.list_applications, USE, problems=ASKS),
    Route("POST", "/v1/applications", applications.submit, USE, status=201, problems=(*ASKS, problems.CompanyNotFound)),
    Route("GET", ONE, applications.show, USE, problems=ASKS),
    Route("PUT", f"{ONE}/contact", applications.name_contact, USE, problems=(*OPEN, problems.CompanyNotFound)),
    Route("DELETE", f"{ONE}/contact", applications.remove_contact, USE, status=204, problems=CLOSED),
    Route("POST", f"{ONE}/messages", applications.write, USE, status=201, problems=OPEN),
    Route("POST", f"{ONE}/reading", applications.read, USE, problems=ASKS),
    Route(
        "POST",
        f"{ONE}/inspections",
        applications.request_inspection,
        USE,
        status=201,
        problems=(*ASKS, problems.NotApproved, problems.DayNotPossible),
    ),
    uploads("POST", f"{ONE}/files", files.add, USE, status=201, problems=UPLOADS),
    downloads("GET", f"{ONE}/files/{{file_id}}", files.give, USE, problems=ASKS),
    Route("DELETE", f"{ONE}/files/{{file_id}}", files.remove, USE, status=204, problems=OPEN),
    Route("GET", "/v1/actions", applications.list_actions, USE, problems=ASKS),
    Route("GET", TEMPLATES, templates.list_templates, USE, problems=ASKS),
    Route("POST", TEMPLATES, templates.make, USE, status=201, problems=NAMING),
    Route("PUT", f"{TEMPLATES}/{{template_id}}", templates.change, USE, problems=NAMING),
    Route("DELETE", f"{TEMPLATES}/{{template_id}}", templates.remove, USE, status=204, problems=ASKS),
    Route("GET", "/v1/review/applications", review.list_applications, REVIEW),
    Route(
        "POST",
        "/v1/review/applications",
        review.open_imported,
        REVIEW,
        status=201,
        problems=(problems.CompanyNotFound,),
    ),
    Route("GET", REVIEWED, review.show, REVIEW),
    Route("POST", f"{REVIEWED}/messages", review.write, REVIEW, status=201, problems=CLOSED),
    Route("POST", f"{REVIEWED}/actions", review.ask, REVIEW, status=201, problems=CLOSED),
    Route("POST", f"{REVIEWED}/fees", review.post_fee, REVIEW, status=201, problems=(*CLOSED, problems.NoCompany)),
    Route("POST", f"{REVIEWED}/state", review.decide, REVIEW, problems=(problems.StateNotPossible,)),
    downloads("GET", f"{REVIEWED}/files/{{file_id}}", files.give_for_review, REVIEW),
    Route(
        "POST",
        "/v1/review/inspections/{inspection_id}/result",
        review.conclude,
        REVIEW,
        problems=(problems.InspectionOver,),
    ),
    Route("GET", "/provider/pay", provider.show, PAYER, gives=("text/html",), problems=(problems.PaymentLinkWrong,)),
    Route(
        "POST",
        "/provider/pay",
        provider.decide,
        PAYER,
        status=303,
        form=True,
        transaction=False,
        problems=(problems.PaymentLinkWrong,),
    ),
    Route("POST", "/provider/standing", provider.tell_standing, PAYER, transaction=False),
    Route("POST", "/provider/refunds", provider.refund, REVIEW, status=204, problems=(problems.NotRefundable,)),
)
