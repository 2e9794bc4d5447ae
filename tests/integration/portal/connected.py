"""Two connected applications and the services around them, answering what a test has them answer."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aiohttp import web

JEAN, FIRM, ONE = UUID(int=1), UUID(int=2), UUID(int=3)
USER = {"id": str(JEAN), "username": "jpiette", "first_name": "Jean", "last_name": "Piette"}
USER |= {"email": "jpiette@mandat.example.com", "language": "fr", "operator": False}
ME = {"delegators": [], "more_delegators": False, "access": True, "default_context": str(JEAN), "message": None}
ME |= {"surveyor": {"first_name": "Jean", "last_name": "Piette", "matricule": "5003", "suspended": False}}
TEXTS = {"fr": "Commande", "en": "Order"}
SERVICE = {"id": "product-order", "reserved": False, "name": TEXTS, "description": TEXTS}
ACCOUNT = {"id": str(FIRM), "legal_name": "LMS", "rights": ["submit"], "contested": False}
OURS = {
    "/identity/v1/token": {"access_token": "narrowed", "expires_in": 300},
    "/delegation/v1/me": ME,
    "/delegation/v1/services": {"services": [SERVICE]},
    "/accounts/v1/accounts": {"accounts": [ACCOUNT]},
}
AT = "2026-11-26T15:00:00Z"
CANARY = "canary-of-a-person"
FILE = {"number": "7", "title": CANARY, "opened_at": AT, "closes_on": "2027-01-31", "unread": 0}
MESSAGE = {"kind": "message", "subject": CANARY, "body": CANARY, "posted_at": AT, "read_at": None}
WHOLE_FILE = FILE | {"domain": "cadastre", "messages": [MESSAGE]}
REQUEST = {"service": "product-order", "file_number": "7", "performed_by": str(JEAN), "made_at": AT}
FEE = {"label_fr": "Frais", "label_en": "Fee", "amount_cents": 500, "state": "open"}
ACTION = {"kind": "pay", "detail": CANARY, "fee": FEE, "due_on": None}
REQUIRED = ACTION | {"application": str(ONE), "number": "A-1", "title": CANARY, "account_name": None}
LISTED = {"id": str(ONE), "number": "A-1", "kind": "pool", "title": CANARY, "address": "rue Bank", "state": "approved"}
LISTED |= {"client_name": CANARY, "account_name": None, "opened_at": AT, "unread": 0, "required_actions": 1}
SAID = {"from_city": True, "author_name": CANARY, "body": CANARY, "posted_at": AT, "read_at": None}
UPLOAD = {"id": str(ONE), "name": CANARY, "size": 10, "uploaded_by_name": CANARY, "uploaded_at": AT}
INSPECTION = {"kind": "final", "wanted_on": "2027-01-31", "asked_by_name": CANARY, "result": None, "result_note": None}
WHOLE = LISTED | {"description": "", "messages": [SAID], "files": [UPLOAD], "inspections": [INSPECTION]}
WHOLE |= {"fees": [FEE], "actions": [ACTION], "may": ["submit"], "own": True}
CONTENT = {"kind": "pool", "title": CANARY, "address": "", "description": ""}
TEMPLATE = {"id": str(ONE), "name": CANARY, "content": CONTENT, "changed_by_name": CANARY, "changed_at": AT}
RIGHT: dict[str, Any] = {
    "/v1/files": {"files": [FILE]},
    "/v1/survey-files": {"files": [FILE]},
    "/v1/files/7": WHOLE_FILE,
    "/v1/requests": {"requests": [REQUEST]},
    "/v1/actions": {"actions": [REQUIRED], "next": None},
    "/v1/applications": {"applications": [LISTED], "next": None},
    f"/v1/applications/{ONE}": WHOLE,
    f"/v1/accounts/{FIRM}/templates": {"templates": [TEMPLATE]},
}


BROKEN = f"/v1/applications/{ONE}/files/{ONE}"


@dataclass
class Applications:
    """Answers for both applications, as a test has it: by path, and by method and path for what is written."""

    answers: dict[str, Any] = field(default_factory=lambda: deepcopy(RIGHT))
    raw: dict[str, bytes] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)

    async def break_off(self, request: web.Request) -> web.StreamResponse:
        """Begin with a file and go away in the middle of it."""
        response = web.StreamResponse(headers={"Content-Type": "application/pdf"})
        await response.prepare(request)
        await response.write(b"%PDF-1.7 half a file")
        assert request.transport is not None
        request.transport.close()
        return response

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path in OURS:
            return web.json_response(OURS[request.path])
        path = "/" + request.path.split("/", 2)[2]
        if path == BROKEN:
            return await self.break_off(request)
        key = path if request.method == "GET" else f"{request.method} {path}"
        body = self.raw.get(key, json.dumps(self.answers.get(key, {})).encode())
        return web.Response(body=body, content_type="application/json", status=self.statuses.get(key, 200))
