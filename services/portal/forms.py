"""A form on its way: what was typed, what is wrong with it, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.portal import rules
from services.portal.backend import Refused


@dataclass(slots=True)
class Form:
    """Values by field, without secrets; faults by field; a message for the whole; the status of the page."""

    values: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    message: str = ""
    status: int = 200
    sent: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The fields as they came, secrets among them: for the call to the service, never for a page."""
    lists: Mapping[str, list[str]] = field(default_factory=dict, repr=False)
    """All values of each field, for those that may come several times."""

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> Form:
        """Take what was sent."""
        return cls(values=rules.kept(sent), sent=sent)

    def __getitem__(self, name: str) -> str:
        """Give a field as it was sent, an empty text when it was not."""
        return self.sent.get(name, "")

    @property
    def wrong(self) -> bool:
        """Whether there is something to correct."""
        return bool(self.faults or self.message)

    def fault(self, name: str, words: str) -> None:
        """Say what is wrong with a field; the first word counts."""
        self.faults.setdefault(name, words)
        self.status = 422

    def fail(self, words: str, status: int = 422) -> None:
        """Say what is wrong with the whole."""
        self.message, self.status = words, status

    def refuse(self, refusal: Refused, fields: Mapping[str, str], words: Mapping[str, str] | None = None) -> None:
        """Put a service's refusal where it belongs.

        `fields` names the field that a slug speaks of; `words` are ours for a field or a slug, instead of the
        service's. A refusal that no field answers for stands above the form.
        """
        ours = words or {}
        for one in refusal.faults:
            self.fault(one.field, one.detail if one.code == "missing" else ours.get(one.field, one.detail))
        if refusal.slug in fields:
            self.fault(fields[refusal.slug], ours.get(refusal.slug, refusal.detail))
        elif not refusal.faults:
            self.message = ours.get(refusal.slug, refusal.detail)
        self.status = refusal.status
