"""The one place that turns errors into answers: problems in both languages (RFC 9457)."""

from __future__ import annotations

from typing import Any

import asyncpg
import orjson
import structlog
from aiohttp import web
from pydantic import ValidationError

from shared import requests
from shared.contracts.people import Language
from shared.contracts.problems import Problem, common
from shared.contracts.texts import Text
from shared.db.pool import Unavailable, is_transient

log = structlog.get_logger()

CONTENT_TYPE = "application/problem+json"
KEPT = ("Allow", "Retry-After", "WWW-Authenticate")
BY_STATUS: dict[int, type[Problem]] = {
    404: common.NotFound,
    405: common.MethodNotAllowed,
    413: common.BodyTooLarge,
    415: common.UnsupportedMediaType,
}

FAULTS: dict[str, Text] = {
    "missing": Text("Ce champ est obligatoire.", "This field is required."),
    "extra_forbidden": Text("Ce champ n’existe pas.", "There is no such field."),
    "json_invalid": Text("Ce n’est pas du JSON valide.", "This is not valid JSON."),
    "json_type": Text("Ce n’est pas du JSON valide.", "This is not valid JSON."),
    "string_type": Text("Indiquez un texte.", "Give a text."),
    "string_too_short": Text(
        "Indiquez au moins {min_length} caractère(s).", "Give at least {min_length} character(s)."
    ),
    "string_too_long": Text("Indiquez au plus {max_length} caractère(s).", "Give at most {max_length} character(s)."),
    "string_pattern_mismatch": Text("La forme de ce texte ne convient pas.", "This text is not of the right form."),
    "int_type": Text("Indiquez un nombre entier.", "Give a whole number."),
    "int_parsing": Text("Indiquez un nombre entier.", "Give a whole number."),
    "bool_type": Text("Indiquez vrai ou faux.", "Give true or false."),
    "bool_parsing": Text("Indiquez vrai ou faux.", "Give true or false."),
    "greater_than": Text("Indiquez plus de {gt}.", "Give more than {gt}."),
    "greater_than_equal": Text("Indiquez {ge} ou plus.", "Give {ge} or more."),
    "less_than": Text("Indiquez moins de {lt}.", "Give less than {lt}."),
    "less_than_equal": Text("Indiquez {le} ou moins.", "Give {le} or less."),
    "enum": Text("Choisissez l’une des valeurs documentées.", "Choose one of the documented values."),
    "literal_error": Text("Choisissez l’une des valeurs documentées.", "Choose one of the documented values."),
    "uuid_parsing": Text("Indiquez un identifiant UUID.", "Give a UUID."),
    "uuid_type": Text("Indiquez un identifiant UUID.", "Give a UUID."),
    "timezone_aware": Text("Indiquez le fuseau horaire.", "Give the time zone."),
    "too_short": Text("Indiquez au moins {min_length} élément(s).", "Give at least {min_length} item(s)."),
    "too_long": Text("Indiquez au plus {max_length} élément(s).", "Give at most {max_length} item(s)."),
    "list_type": Text("Indiquez une liste.", "Give a list."),
    "model_type": Text("Indiquez un objet.", "Give an object."),
    "model_attributes_type": Text("Indiquez un objet.", "Give an object."),
    "dict_type": Text("Indiquez un objet.", "Give an object."),
    "email": Text("Indiquez une adresse courriel, nom@exemple.ca.", "Give an e-mail address, name@example.ca."),
    "line_of_text": Text(
        "Indiquez un texte d’une ligne, sans caractère invisible.", "Give one line of text, without hidden characters."
    ),
    "phone": Text(
        "Indiquez un numéro de téléphone à dix chiffres, ou avec + et l’indicatif du pays.",
        "Give a telephone number of ten digits, or with + and the code of the country.",
    ),
    "postal_code": Text("Indiquez un code postal canadien, A1A 1A1.", "Give a Canadian postal code, A1A 1A1."),
    "province": Text("Indiquez une province ou un territoire du Canada.", "Give a province or territory of Canada."),
    "tarion_number": Text("Indiquez un numéro Tarion, B12345.", "Give a Tarion number, B12345."),
}
PREFIXES: tuple[tuple[str, Text], ...] = (
    ("datetime", Text("Indiquez une date et une heure.", "Give a date and time.")),
    ("date", Text("Indiquez une date, AAAA-MM-JJ.", "Give a date, YYYY-MM-DD.")),
    ("uuid", FAULTS["uuid_type"]),
    ("int", FAULTS["int_type"]),
    ("value_error", Text("Cette valeur ne convient pas.", "This value is not acceptable.")),
)
OTHER = Text("Cette valeur ne convient pas.", "This value is not acceptable.")


def answer(problem: Problem, language: Language, *, form: bool = False) -> web.Response:
    """Serialise a problem; on OAuth's form routes with the members of RFC 6749 §5.2 too."""
    values = {name: _spell(value, language) for name, value in _explained(problem.values).items()}
    detail = problem.detail.in_(language, **values)
    body = {
        "type": f"/problems/{problem.slug}",
        "title": problem.title.in_(language, **values),
        "status": problem.status,
        "detail": detail,
        "slug": problem.slug,
        "instance": f"urn:request:{requests.current().request_id}",
        **values,
    }
    if form and (code := getattr(problem, "oauth_error", None)):
        body |= {"error": code, "error_description": problem.slug}
    headers = {"Content-Language": language.value, "Cache-Control": "no-store"}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(max(1, problem.retry_after))
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return web.Response(
        body=orjson.dumps(body), status=problem.status, headers=headers, content_type=CONTENT_TYPE, charset="utf-8"
    )


def _explained(values: dict[str, Any]) -> dict[str, Any]:
    """Say of each fault what to do, where whoever found it did not."""
    if faults := values.get("errors"):
        return values | {"errors": [{"detail": FAULTS.get(fault["code"], OTHER)} | fault for fault in faults]}
    return values


def _spell(value: Any, language: Language) -> Any:
    if isinstance(value, Text):
        return value.in_(language)
    if isinstance(value, list | tuple):
        return [_spell(one, language) for one in value]
    if isinstance(value, dict):
        return {name: _spell(one, language) for name, one in value.items()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def from_validation(error: ValidationError, where: str = "") -> common.ValidationFailed:
    """Point at each fault (RFC 6901) and say what to do; what was typed is never repeated."""
    faults = [
        {
            "pointer": where + "".join(f"/{_escape(part)}" for part in fault["loc"]),
            "code": fault["type"],
            "detail": _fault_text(fault),
        }
        for fault in error.errors(include_url=False, include_input=False)
    ]
    return common.ValidationFailed(errors=faults[:50])


def _escape(part: object) -> str:
    return str(part)[:100].replace("~", "~0").replace("/", "~1")


def _fault_text(fault: Any) -> Text:
    known = FAULTS.get(fault["type"])
    if known is None:
        return next((text for prefix, text in PREFIXES if fault["type"].startswith(prefix)), OTHER)
    context = {name: value for name, value in fault.get("ctx", {}).items() if isinstance(value, str | int | float)}
    try:
        return Text(known.in_("fr", **context), known.in_("en", **context))
    except KeyError:
        return OTHER


def from_error(error: BaseException) -> Problem:
    """Name the problem behind any error; what is nobody's fault but ours is logged and says nothing."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, ValidationError):
        log.error("an answer was not valid", exc_info=error)
        return common.InternalError()
    if isinstance(error, asyncpg.CharacterNotInRepertoireError | asyncpg.UntranslatableCharacterError):
        # U+0000 came in where nothing else refused it: no text of the database can hold it.
        return common.ValidationFailed(errors=[])
    if isinstance(error, Unavailable | TimeoutError | asyncpg.QueryCanceledError) or is_transient(error):
        log.warning("unavailable", reason=type(error).__name__)
        return common.TemporarilyUnavailable(retry_after=1)
    log.error("request failed", exc_info=error)
    return common.InternalError()


def from_http(error: web.HTTPException, language: Language) -> web.Response:
    """Turn aiohttp's own refusals into problems, keeping the headers that matter."""
    kind = BY_STATUS.get(error.status, common.ValidationFailed if error.status < 500 else common.InternalError)
    problem = kind(errors=[]) if kind is common.ValidationFailed else kind()
    response = answer(problem, language)
    response.headers.update({name: error.headers[name] for name in KEPT if name in error.headers})
    return response
