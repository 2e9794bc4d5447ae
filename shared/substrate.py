"""The tables that every service's database has beside its own: messages, idempotency, throttles."""

from __future__ import annotations

import importlib.resources

from shared.db.migrate import Area

AREAS: tuple[Area, ...] = (
    Area("messaging", importlib.resources.files("shared.messaging") / "sql/migrations"),
    Area("web", importlib.resources.files("shared.web") / "sql/migrations"),
)
