"""Planted bugs of whole services, beside those of messaging in `sabotage`."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager

from shared import clock
from shared.web import health, idempotency


def answers_forgotten() -> None:
    """Forget what a request with an Idempotency-Key was answered."""

    async def begin(connection, key):
        return None

    async def keep(connection, key, status, body):
        return None

    idempotency.begin, idempotency.keep = begin, keep


def own_clock() -> None:
    """Go by this machine's clock alone."""

    async def ignore(pool):
        return None

    clock.follow = ignore


def remembered_decisions() -> None:
    """Keep what the owner of delegations once allowed."""
    from examples.cadastre import mandat

    ask, allowed = mandat.Mandat.ensure_allowed, set()

    async def ensure(self, performer, surveyor, action):
        if (performer, surveyor, action) not in allowed:
            await ask(self, performer, surveyor, action)
        allowed.add((performer, surveyor, action))

    mandat.Mandat.ensure_allowed = ensure


def live_while_ready() -> None:
    """Say that the process is alive only when its database answers."""
    mount = health.mount

    def worse(root, checks, details):
        mount(root, checks, details)

        async def live(request):
            good = all((await health._run(checks)).values())
            return health._json({"live": good}, 200 if good else 503)

        (route,) = [one for one in root.router.routes() if one.method == "GET" and "/livez" in str(one.resource)]
        route._handler = live

    health.mount = worse


def cut_at_once() -> None:
    """End without waiting for the requests that were taken."""
    from shared.web import wire

    class Hasty(wire.Runner):
        async def cleanup(self):
            os._exit(0)

    wire.Runner = Hasty


def refusals_without_a_time() -> None:
    """Refuse without saying when to come again."""
    from shared.web import problems

    answer = problems.answer

    def bare(problem, language, *, form=False):
        response = answer(problem, language, form=form)
        response.headers.pop("Retry-After", None)
        return response

    problems.answer = bare


def commits_believed() -> None:
    """Take a transaction whose COMMIT was lost for done, and know no other way to write."""
    from shared.db.pool import Pool, Unavailable
    from shared.web import transactions

    transaction = Pool.transaction

    async def no_shortcut(*_):
        return None

    transactions._by_shortcut = no_shortcut

    @asynccontextmanager
    async def believed(self):
        done = False
        try:
            async with transaction(self) as connection:
                yield connection
                done = True
        except Unavailable:
            if not done:
                raise

    Pool.transaction = believed


def ids_by_attempt() -> None:
    """Give a mail another Message-ID each time it is sent."""
    from services.notifications import letters
    from shared import ids

    write = letters.write

    def anew(email, secret, settings):
        return write(dict(email) | {"message_id": f"<{ids.uuid7()}@mandat.example.com>"}, secret, settings)

    letters.write = anew


def keys_by_hearing() -> None:
    """Ask for a mail anew each time its event is heard."""
    from services.notifications import rules
    from shared import ids

    rules.key_of = lambda *facts: ids.uuid7().bytes


BUGS = (
    answers_forgotten,
    own_clock,
    remembered_decisions,
    live_while_ready,
    cut_at_once,
    refusals_without_a_time,
    commits_believed,
    ids_by_attempt,
    keys_by_hearing,
)
