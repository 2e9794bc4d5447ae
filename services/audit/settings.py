"""What audit is told from outside."""

from pathlib import Path

from pydantic import Field, field_validator

from shared.contracts import activities
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """How the register is sealed.

    `register_name` is the log's name for ever (C2SP: what signed notes say they are about); `register_folder` is where
    the signed states are written, outside the database; `seal_seconds` the pause between two sealings; `retention` says
    by kind of activity after how many days it leaves the register.
    """

    register_name: str = Field(default="mandat/register", pattern=r"^[^\s+]{1,100}$")
    register_folder: Path | None = None
    seal_seconds: float = Field(default=5.0, gt=0, le=3600)
    retention: dict[str, int] = Field(default_factory=dict)

    @field_validator("retention")
    @classmethod
    def _keeps_removals(cls, retention: dict[str, int]) -> dict[str, int]:
        if unknown := sorted(retention.keys() - activities.ACTIVITIES.keys()):
            raise ValueError(f"no kind of activity: {', '.join(unknown)}")
        if "user.removed" in retention:
            raise ValueError("user.removed stays: it is what tells an erased name from one that was taken away")
        if short := sorted(kind for kind, days in retention.items() if days < 1):
            raise ValueError(f"a day or more: {', '.join(short)}")
        return retention
