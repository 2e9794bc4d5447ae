"""For whom a token is: for Mandat's services, or for one connected application alone (RFC 7519 §4.1.3)."""

from __future__ import annotations

import re

MANDAT = "mandat"
"""What every service of ours believes; no application has this client id."""
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a grant type, no secret
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a type, no secret
JWT = "urn:ietf:params:oauth:token-type:jwt"
CLIENT_ID = r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$"


def is_audience(text: str | None) -> bool:
    """Tell whether this is Mandat, or might be an application's client id."""
    return text is not None and re.fullmatch(CLIENT_ID, text) is not None


def ensure_no_service(client_id: str) -> str:
    """Give a client id back; `ValueError` for Mandat's own name: its tokens would be believed everywhere."""
    if client_id == MANDAT:
        raise ValueError("this name is Mandat's own")
    return client_id
