"""Bodies and queries of the seal's HTTP interface."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.web.routing import BIGGEST, Input, Output


class Before(Input):
    """A page of signed states from before this size."""

    before: int | None = Field(default=None, ge=1, le=BIGGEST)
    size: int = Field(default=50, ge=1, le=200)


class Signed(Output):
    """One signed state of the register: its size in leaves, and the C2SP checkpoint as it was signed."""

    size: int
    note: str


class Checkpoints(Output):
    """Signed states, newest first; `next` goes into `before` and is null at the end."""

    checkpoints: list[Signed]
    next: int | None


class Keys(Output):
    """The public keys that ever signed (C2SP verifier keys), oldest first, under the log’s name."""

    log: str
    keys: list[str]


class InclusionQuery(Input):
    """Of which activity, in which signed state: the newest when no size is given."""

    activity: UUID
    size: int | None = Field(default=None, ge=1, le=BIGGEST)


class Inclusion(Output):
    """The proof that a leaf is in the log of the signed state (RFC 6962 §2.1.1); hashes are base64."""

    index: int
    leaf_hash: str
    size: int
    hashes: list[str]
    note: str


class ConsistencyQuery(Input):
    """Between which two sizes."""

    first: int = Field(ge=1, le=BIGGEST)
    second: int = Field(ge=1, le=BIGGEST)


class Consistency(Output):
    """The proof that the log of the second size begins with the one of the first (RFC 6962 §2.1.2)."""

    first: int
    second: int
    hashes: list[str]


class Fault(Output):
    """One thing that is wrong with a file: in rows from `first` to `last`, counted from 1; in the file with 0."""

    first: int
    last: int
    fault: str
    text: str


class Verification(Output):
    """What checking a download gave. `size` and `signed_at` are of the signed state; `rows` as the proof has them."""

    good: bool
    rows: int
    size: int | None
    signed_at: datetime | None
    about: dict[str, object]
    faults: list[Fault]
