"""What notifications is told from outside."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings


class Security(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Settings(ServiceSettings):
    """The mail server, and in whose name mails go out. Times are in seconds."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=1025, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_security: Security = Security.NONE
    smtp_timeout: float = Field(default=20.0, gt=0, le=600)
    smtp_longest: float = Field(default=60.0, gt=0, le=90)
    """The longest that one e-mail may take, however often the server says something meanwhile."""
    mail_from: str = "ne-pas-repondre@mandat.example.com"
    mail_name: str = "Mandat"
    mail_support: str = "soutien@mandat.example.com"
    mail_days: int = Field(default=90, ge=7)
    """So many days after it was asked for, an e-mail that ended is deleted: to whom it went, and what it said."""
    alert_days: int = Field(default=400, ge=30)
    """So many days after it was taken, the key of an alert is forgotten: the alert would be taken again then."""
    witness_days: int = Field(default=90, ge=7)
    """Of the signed states of the register that were heard so many days ago, the last of each day is kept for ever."""
    alert_delay: float = Field(default=10.0, ge=0, le=3600)
    """File alerts wait this long, so that several on one file become one e-mail."""
