"""Every event there is, by its wire name."""

from shared.contracts.envelope import Event
from shared.contracts.events import accounts, applications, audit, companies, delegation, fees, identity, notifications

MODULES = (accounts, applications, audit, companies, delegation, fees, identity, notifications)


def _collect() -> dict[str, type[Event]]:
    found = [
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Event) and "type" in vars(value)
    ]
    return {event.type: event for event in sorted(found, key=lambda event: event.type)}


EVENTS: dict[str, type[Event]] = _collect()
