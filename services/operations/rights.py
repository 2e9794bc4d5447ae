"""What each running service may do in its own database; a role that is not the owner gets no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.audit.seal import rights

USUAL = "select, insert, update, delete"
RIGHTS: Mapping[str, Mapping[str, str]] = {
    "accounts": {"import_seen": f"{USUAL}, truncate", "member_past": "select"},
    "audit": rights.TABLES,
}
"""By service and table: what the running service may do where that is not the usual."""
AS_OWNER: Mapping[str, Sequence[str]] = {
    "audit": ("create_activity_month(date)", "erase_subject(uuid)", "bury(uuid)"),
}
"""By service: the functions that run with the owner's rights, and which the running service may call."""
