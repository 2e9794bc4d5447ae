"""What accounts is told from outside."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing beyond what every service is told; PIN keys and the seal lie in `secrets`."""
