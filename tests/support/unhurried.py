"""A service whose answers take their time: `python -m tests.support.unhurried` runs it as the runtime runs all."""

from __future__ import annotations

from pydantic import BaseModel

from shared import runtime, service
from shared.contracts.permissions import Permission
from shared.db.pool import Pool
from shared.settings import ServiceSettings
from shared.web import server
from shared.web.routing import Call, Route


class Done(BaseModel):
    done: bool = True


class Counted(BaseModel):
    size: int


async def take_time(call: Call[Pool]) -> Done:
    """Take two seconds of the database."""
    await call.deps.execute("select pg_sleep(2)")
    return Done()


async def count(call: Call[Pool]) -> Counted:
    """Count the bytes of a body as they come."""
    return Counted(size=sum([len(part) async for part in call.request.content.iter_any()]))


async def build(settings: ServiceSettings, infra: service.Infra) -> service.Service:
    del settings
    anyone = Permission.ANYONE_CATALOGUE_READ
    routes = (
        Route("GET", "/slow", take_time, anyone),
        Route("POST", "/counted", count, anyone, stream=True, transaction=False),
    )
    app = server.make_app("unhurried", routes, infra.pool, infra)
    return service.Service(name="unhurried", app=app, areas=())


if __name__ == "__main__":
    runtime.main("unhurried", ServiceSettings, build)
