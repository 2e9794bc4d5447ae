"""What permits is told from outside."""

from pathlib import Path

from examples.connected.settings import ConnectedSettings
from shared.settings import Url


class Settings(ConnectedSettings):
    """Beyond every connected application's: where accounts is, and the folder where uploaded files lie.

    The client secret lies in `<secrets>/permits.secret`; what the payment provider for trials shares with
    accounts, in `<secrets>/payment.key`.
    """

    accounts_url: Url = "http://127.0.0.1:8080"
    uploads: Path = Path("uploads")
    client_id: str = "permits"
