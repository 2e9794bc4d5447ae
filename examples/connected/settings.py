"""What a connected application is told from outside."""

from pydantic import Field

from shared.settings import ServiceSettings, Url


class ConnectedSettings(ServiceSettings):
    """Where the services are that it talks to, and under which client id it is known to identity.

    The client secret lies in `<secrets>/<client_id>.secret`.
    """

    audit_url: Url = "http://127.0.0.1:8080"
    notifications_url: Url = "http://127.0.0.1:8080"
    client_id: str
    saying_days: int = Field(default=30, ge=7)
    """So many days after Mandat took it, what was said to it is forgotten."""

    @property
    def audiences(self) -> frozenset[str]:
        """What is for this application alone, as the portal sends it, and what a person holds himself."""
        return super().audiences | {self.client_id}
