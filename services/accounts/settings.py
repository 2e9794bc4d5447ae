"""What accounts is told from outside."""

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """When an account can be taken over; PIN keys and the seal lie in `secrets`.

    Managers who have not been seen for `silence_days` count as silent; others can object for `objection_days`.
    """

    silence_days: int = Field(default=730, ge=30, le=36_500)
    objection_days: int = Field(default=14, ge=1, le=365)
