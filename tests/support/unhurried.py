"""A service whose one answer takes its time: `python -m tests.support.unhurried` runs it as the runtime runs all."""

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


async def take_time(call: Call[Pool]) -> Done:
    """Take two seconds of the database."""
    await call.deps.execute("select pg_sleep(2)")
    return Done()


async def build(settings: ServiceSettings, infra: service.Infra) -> service.Service:
    del settings
    routes = (Route("GET", "/slow", take_time, Permission.ANYONE_CATALOGUE_READ),)
    app = server.make_app("unhurried", routes, infra.pool, infra)
    return service.Service(name="unhurried", app=app, areas=())


if __name__ == "__main__":
    runtime.main("unhurried", ServiceSettings, build)
