"""The base of all problems: an error that tells the caller what to do, in both languages."""

from __future__ import annotations

from typing import Any, ClassVar

from shared.contracts.texts import Text


class Problem(Exception):
    """An error answer (RFC 9457). Its class docstring says when it is given.

    `values` fill the `{names}` of the texts and stand as members in the answer; they never
    hold a secret nor what the caller typed. `retry_after` is in seconds.
    """

    slug: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[Text]
    detail: ClassVar[Text]

    def __init__(self, *, retry_after: int | None = None, **values: Any) -> None:
        super().__init__(self.slug if hasattr(self, "slug") else "problem")
        self.values = values
        self.retry_after = retry_after


class Refusal(Problem):
    """A refusal to let somebody act, which is a decision's reason too: title says why, detail the step to change it.

    `rule` names the item of the requirements behind it.
    """

    rule: ClassVar[str]
    who_can_change: ClassVar[Text]

    def __init__(self, **values: Any) -> None:
        super().__init__(rule=self.rule, **values)
