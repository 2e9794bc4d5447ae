"""The route that gives a person all that a service keeps of him: one section for each query of `sql/mydata.sql`.

A query takes the person's id and a number of rows. Its columns are the fields that he gets.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.contracts.mydata import MyData, Section
from shared.contracts.permissions import Permission
from shared.contracts.texts import Text
from shared.db import queries
from shared.web.routing import Call, Route

MOST = 10_000


def route(service: str, titles: Mapping[str, Text]) -> Route:
    """Make the route of a service; `titles` are those of its queries, in their order."""
    sql = queries.load(f"services.{service}", "sql/mydata.sql")
    if list(titles) != sql.names:
        raise ValueError(f"{service}: each query of mydata.sql has its title, in the same order")

    async def give_my_data(call: Call[Any]) -> MyData:
        """Give the caller all that this service keeps of him (Law 25, s. 27)."""
        sections = []
        for name, title in titles.items():
            rows = await call.deps.pool.fetch(sql[name], call.principal.user_id, MOST + 1)
            entries = [dict(row) for row in rows[:MOST]]
            sections.append(Section(name=name, title=title, entries=entries, more=len(rows) > MOST))
        return MyData(service=service, generated_at=datetime.now(UTC), sections=sections)

    return Route("GET", "/v1/my-data", give_my_data, Permission.PERSON_DATA_READ)
