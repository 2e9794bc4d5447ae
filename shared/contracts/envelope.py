"""The envelope around every event: CloudEvents 1.0 in JSON, structured mode (CloudEvents §3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

CONTENT_TYPE = "application/cloudevents+json"


class Event(BaseModel):
    """What one event says: the aggregate's resulting state.

    A subclass declares its wire name once in `type` (`<service>.<noun>.<past>.v<N>`) and the
    kind of its aggregate in `aggregate`; `key()` names the field that identifies the aggregate.
    """

    # Built when first used: a service imports the events of all publishers and uses those of a few.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    type: ClassVar[str]
    aggregate: ClassVar[str]
    identified_by: ClassVar[str] = "id"

    def subject(self) -> str:
        """Name the aggregate, as `user/0192…`."""
        return f"{self.aggregate}/{getattr(self, self.identified_by)}"


class Envelope(BaseModel):
    """One event on its way: CloudEvents attributes, our extension attributes, and the data.

    `actor` and `onbehalfof` are `user:<uuid>`, `application:<client id>` or `system`;
    `sequence` is the aggregate's version after the change; `time` is the database's clock.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str = Field(pattern=r"^/[a-z]+$")
    type: str = Field(pattern=r"^[a-z]+\.[a-z-]+\.[a-z-]+\.v[0-9]+$")
    subject: str = Field(max_length=200)
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    data: dict[str, Any]
    actor: str = "system"
    onbehalfof: str | None = None
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None
    sequence: int = Field(ge=1)

    def to_json(self) -> bytes:
        """Serialise for the wire; absent attributes are left out (CloudEvents JSON format §3)."""
        return self.model_dump_json(exclude_none=True).encode()
