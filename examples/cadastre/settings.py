"""What cadastre is told from outside."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Where the services are that it talks to, and under which client id it is known to identity.

    The client secret lies in `<secrets>/cadastre.secret`.
    """

    audit_url: str = "http://127.0.0.1:8080"
    notifications_url: str = "http://127.0.0.1:8080"
    client_id: str = "cadastre"
