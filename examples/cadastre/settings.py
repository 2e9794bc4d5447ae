"""What cadastre is told from outside."""

from examples.connected.settings import ConnectedSettings


class Settings(ConnectedSettings):
    """What every connected application is told; the client secret lies in `<secrets>/cadastre.secret`."""

    client_id: str = "cadastre"
