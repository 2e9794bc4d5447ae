"""THE EVENT MAP: which queue hears which events. Every process declares all of it at boot.

Patterns are AMQP topic patterns: `*` is exactly one word, `#` any number of words.
"""

from collections.abc import Mapping

PARKED_EXCHANGE = "mandat.parked"

WIRING: dict[str, tuple[str, ...]] = {
    "accounts": ("identity.#",),
    "audit": ("#",),
    "delegation": ("identity.#", "accounts.licence.#"),
    "notifications": ("identity.#", "accounts.#", "delegation.#", "applications.alert.#", "audit.#"),
}


def exchange_name(consumer: str) -> str:
    """Name the exchange of one consumer: events go to each apart, so that a lost binding of one shows at once."""
    return f"mandat.events.{consumer}"


def hearers(event_type: str, wired: Mapping[str, tuple[str, ...]] = WIRING) -> tuple[str, ...]:
    """Name the consumers that hear an event."""
    return tuple(name for name, patterns in wired.items() if any(matches(one, event_type) for one in patterns))


def queue_name(consumer: str) -> str:
    """Name a consumer's queue; new arguments of a queue need a new name."""
    return f"mandat.{consumer}.v1"


def matches(pattern: str, event_type: str) -> bool:
    """Tell whether an AMQP topic pattern takes an event's type."""
    return _match(pattern.split("."), event_type.split("."))


def _match(pattern: list[str], words: list[str]) -> bool:
    if not pattern:
        return not words
    head, rest = pattern[0], pattern[1:]
    if head == "#":
        return any(_match(rest, words[start:]) for start in range(len(words) + 1))
    return bool(words) and head in ("*", words[0]) and _match(rest, words[1:])
