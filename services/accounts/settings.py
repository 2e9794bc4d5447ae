"""What accounts is told from outside."""

from pydantic import Field

from shared.contracts.payments import LINK_LIFETIME
from shared.settings import ServiceSettings, Url


class Settings(ServiceSettings):
    """When an account can be taken over, and where fees are paid; keys and the seal lie in `secrets`.

    Managers who have not been seen for `silence_days` count as silent; others can object for `objection_days`.
    """

    silence_days: int = Field(default=730, ge=30, le=36_500)
    objection_days: int = Field(default=14, ge=1, le=365)
    registrations_per_day: int = Field(default=50, ge=1)
    """Business accounts that one person may register: everybody finds them by name (O16)."""
    provider_url: Url = Field(default_factory=lambda data: f"{data['public_url']}/permits/provider")
    """Where the payment provider answers us."""
    provider_page: Url = Field(default_factory=lambda data: f"{data['public_url']}/permits/provider/pay")
    """The provider's page, as payers reach it."""
    notify_url: Url = Field(default_factory=lambda data: str(data["public_url"]))
    """Where the provider reaches this service."""
    payment_return: str = Field(default="/payments/{payment}", pattern=r"^/[^?#]*\{payment\}[^?#{}]*$")
    """The page of the portal to which a payer comes back."""
    payment_seconds: int = Field(default=LINK_LIFETIME, ge=120, le=LINK_LIFETIME)
    """Seconds in which a payment is to be made."""
    notice_days: int = Field(default=400, ge=30)
    """So many days after it was taken, a notice of the provider is forgotten."""
