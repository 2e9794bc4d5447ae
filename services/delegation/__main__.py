"""Delegation as a process of its own: `python -m services.delegation`."""

from services.delegation import app, settings
from shared import runtime

if __name__ == "__main__":
    runtime.main("delegation", settings.Settings, app.build)
