"""One function per use case, by what it is about. The command line uses the two named here."""

from services.identity.commands.applications import register_application
from services.identity.commands.operators import make_operator

__all__ = ["make_operator", "register_application"]
