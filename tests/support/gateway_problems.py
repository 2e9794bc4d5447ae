"""Writes what the gateway itself answers: problems in both languages, as nginx takes them."""

from __future__ import annotations

import json

from shared.contracts.problems import Problem, common, gateway

PLACE = "deploy/gateway/mandat/problems.conf"
HEAD = """\
# Written by `make docs` from shared/contracts/problems: change it there.
# What nginx itself answers: problems (RFC 9457) in the language of the request, French first.
"""
LANGUAGE = """
map $http_accept_language $language {
    default "fr";
    "~*^en" "en";
}
"""
BY_CODE: dict[int, type[Problem]] = {
    400: gateway.RequestUnreadable,
    404: common.NotFound,
    405: common.MethodNotAllowed,
    413: common.BodyTooLarge,
    414: gateway.AddressTooLong,
    429: common.TooManyRequests,
    494: gateway.HeadersTooLarge,
    497: gateway.HttpsRequired,
    500: common.InternalError,
    503: common.TemporarilyUnavailable,
}
"""The codes of nginx: 494 and 497 are its own, for headers too large and plain HTTP on the port of HTTPS."""


def page() -> str:
    """Write the whole file."""
    return HEAD + LANGUAGE + "".join(_map(code, kind) for code, kind in BY_CODE.items())


def _map(code: int, kind: type[Problem]) -> str:
    lines = [f"    {language} {_quoted(_body(kind, language))};" for language in ("en", "default")]
    return "\n".join(["", f"map $language $problem_{code} {{", *lines, "}", ""])


def _body(kind: type[Problem], language: str) -> str:
    tongue = "en" if language == "en" else "fr"
    body = {
        "type": f"/problems/{kind.slug}",
        "title": kind.title.in_(tongue),
        "status": kind.status,
        "detail": kind.detail.in_(tongue),
        "slug": kind.slug,
        "instance": "urn:request:$request_id",
    }
    return json.dumps(body, ensure_ascii=False)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
