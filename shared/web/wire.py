"""The edge to the network: what is no HTTP at all gets a problem document too, and is never written into the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from shared.contracts.people import Language
from shared.contracts.problems import common
from shared.web import problems

if TYPE_CHECKING:
    from aiohttp.web_request import BaseRequest

log = structlog.get_logger()

BEFORE_US = 500
"""Below it the HTTP parser refused what came; from it on something of ours failed outside of every request."""


class _Connection(web.RequestHandler):
    """One connection. The library's own refusals repeat what was sent, in the answer and in the log."""

    __slots__ = ()

    def data_received(self, data: bytes) -> None:
        """Take what comes; when the process was told to end, still the rest of the request that runs.

        The library drops it then, and whoever reads the body would wait for it until he is ended. A further request
        on the same connection gets no answer: the connection ends with the one that runs.
        """
        ending = self._close, self._force_close
        if not self._request_in_progress or not any(ending):
            return super().data_received(data)
        self._close = self._force_close = False
        try:
            return super().data_received(data)
        finally:
            self._close, self._force_close = self._close or ending[0], self._force_close or ending[1]

    def handle_error(
        self, request: BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """Answer `malformed-request`, or `internal-error`, and close the connection."""
        del message
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was on its way already")
        if status < BEFORE_US:
            log.info("request not readable", cause=type(exc).__name__)
            answer = problems.answer(common.MalformedRequest(), Language.FR)
        else:
            log.error("request failed at the edge", exc_info=exc)
            answer = problems.answer(common.InternalError(), Language.FR)
        answer.force_close()
        return answer


class _Server(web.Server):
    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Runs an application whose every answer is ours."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        options = made._kwargs  # noqa: SLF001 - the library offers no other way
        return _Server(made.request_handler, request_factory=made.request_factory, **options)
