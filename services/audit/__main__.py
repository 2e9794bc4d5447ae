"""Audit as a process of its own: `python -m services.audit`."""

from services.audit import app, settings
from shared import runtime

if __name__ == "__main__":
    runtime.main("audit", settings.Settings, app.build)
