"""Notifications as a process of its own: `python -m services.notifications`."""

from services.notifications import app, settings
from shared import runtime

if __name__ == "__main__":
    runtime.main("notifications", settings.Settings, app.build)
