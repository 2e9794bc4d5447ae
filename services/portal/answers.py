"""Answers by their shape: what does not have the one of its contract is no answer, and the operator is told where."""

from __future__ import annotations

from typing import Any, TypeVar

import orjson
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

log = structlog.get_logger()

WHOLE = "$"
"""The place of an answer as a whole."""


class Unreachable(Exception):
    """A service did not answer, or not in time."""


class OffContract(Unreachable):
    """A service or an application answered something of another shape than its contract says."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


class Answer(BaseModel):
    """Base of what others answer: each field of its own type; what no page shows is passed over."""

    model_config = ConfigDict(strict=True, frozen=True, defer_build=True)


Shape = TypeVar("Shape", bound=Answer)


def checked(shape: type[Shape], given: Any, slug: str) -> Shape:
    """Give an answer as its shape; `OffContract` when it has another. The log names the field, never its value."""
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or WHOLE
        raise _off(slug, shape.__name__, place, first["type"]) from None


def parsed(body: bytes, slug: str) -> Any:
    """Read JSON, None from an empty body; `OffContract` when it is none."""
    try:
        return orjson.loads(body) if body else None
    except orjson.JSONDecodeError:
        raise _off(slug, "JSON", WHOLE, "json_invalid") from None


def _off(slug: str, shape: str, place: str, fault: str) -> OffContract:
    log.error("answer off contract", application=slug, answer=shape, field=place, fault=fault)
    return OffContract(slug)
