"""The ids of a request: the caller's where they are well formed, ours otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shared import ids, logging, requests

if TYPE_CHECKING:
    from collections.abc import Mapping

ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
TRACE = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def read(headers: Mapping[str, str]) -> requests.Origin:
    """Give where a request comes from. One that tells nothing begins something new: its own id stands for all of it."""
    request_id = _given(headers, "X-Request-Id") or ids.text7()
    trace = headers.get("traceparent")
    found = TRACE.fullmatch(trace) if trace else None
    correlation_id = _given(headers, "X-Correlation-Id") or (found.group(1) if found else request_id)
    return requests.Origin(request_id=request_id, correlation_id=correlation_id, traceparent=trace if found else None)


def _given(headers: Mapping[str, str], name: str) -> str | None:
    text = headers.get(name)
    # It goes into every line of the log and every event: what looks like a secret is none of ours to keep.
    return text if text and ID.fullmatch(text) and logging.scrub(text) == text else None
