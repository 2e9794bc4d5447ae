"""Metadata at the address that its standard computes: the well-known part first, then the service's path.

A service publishes `/<service>/.well-known/authzen-configuration`; who knows only that decisions are made at
`/<service>` asks for `/.well-known/authzen-configuration/<service>` (AuthZEN 1.0 §9.2, as RFC 8615 has it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import hdrs

if TYPE_CHECKING:
    from aiohttp import web

    from shared.service import Service

METADATA = "/.well-known/authzen-configuration"


def mount(root: web.Application, one: Service) -> None:
    """Answer there too what a mounted service answers under its own path, if it does."""
    for route in one.app.router.routes():
        place = route.resource.canonical if route.resource else ""
        if place == METADATA and route.method == hdrs.METH_GET:
            root.router.add_get(f"{METADATA}/{one.name}", route.handler)
