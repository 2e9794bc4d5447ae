"""What holds for visits, whatever the services say: return paths, where a form comes from, tokens of forms."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import unquote

SAFE_PATH = re.compile(r"/(?:fr|en)(?:/[\w.~%-]+)*/?(?:\?[\w.~%=&+-]*)?", re.ASCII)
LONGEST_PATH = 1000
SAME = frozenset({"same-origin", "none"})
SECRET_FIELDS = frozenset({"password", "old_password", "new_password", "confirm", "pin", "token"})
OWN_FIELDS = frozenset({"jeton", "cle"})
"""The form token and the idempotency key, which every form of ours carries."""


def return_path(text: str | None) -> str | None:
    """Give a path of ours to go back to, or None for whatever leads elsewhere (open redirects)."""
    if not text or len(text) > LONGEST_PATH or not SAFE_PATH.fullmatch(text):
        return None
    path = unquote(text.partition("?")[0])
    return None if "\\" in path or "//" in path or "/." in path else text


def comes_from_us(headers: Mapping[str, str], origin: str, host: str) -> bool:
    """Tell whether a form was sent from a page of ours (Fetch Metadata, and Origin where a browser lacks it).

    `origin` is our public one; `host` is where the browser believes to be, for a local trial at another name.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None and site not in SAME:
        return False
    given = headers.get("Origin")
    if given is None:
        return site is not None
    return given == origin or (origin.startswith("http://") and given == f"http://{host}")


def opened_by_hand(headers: Mapping[str, str]) -> bool:
    """Tell whether somebody opened a page himself: not a page elsewhere in his name, nor a browser in advance."""
    return headers.get("Sec-Fetch-Site", "none") in SAME and "prefetch" not in headers.get("Sec-Purpose", "")


def is_shown(headers: Mapping[str, str]) -> bool:
    """Tell whether the answer is shown as a page, not taken by a script that only follows where it leads."""
    return headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def form_token(visit: str, session: bytes | None, matricule: str | None) -> str:
    """Give the token of a form: worth something in this browser, this session and this context alone."""
    bound = b"\0".join([b"form", session or b"", (matricule or "").encode()])
    return hmac.new(visit.encode(), bound, hashlib.sha256).hexdigest()


def is_form_token(given: str, visit: str, session: bytes | None, matricule: str | None) -> bool:
    """Compare a form token in constant time."""
    return hmac.compare_digest(given.encode(), form_token(visit, session, matricule).encode())


def kept(fields: Mapping[str, str]) -> dict[str, str]:
    """Give what may be shown again of a form: everything but secrets and our own fields."""
    return {name: value for name, value in fields.items() if name not in SECRET_FIELDS | OWN_FIELDS}


def hue(matricule: str) -> int:
    """Give one of six colours to a delegator, always the same, so that two tabs differ at a glance."""
    return int(hashlib.sha256(matricule.encode()).hexdigest(), 16) % 6
