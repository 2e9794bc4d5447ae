"""One function per use case, by what it is about. The command line uses those named here."""

from services.identity.commands.applications import register_application
from services.identity.commands.erasure import erase_person
from services.identity.commands.operators import make_operator

__all__ = ["erase_person", "make_operator", "register_application"]
