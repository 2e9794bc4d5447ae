"""The portal as a process of its own: `python -m services.portal`."""

from services.portal import app, settings
from shared import runtime

if __name__ == "__main__":
    runtime.main("portal", settings.Settings, app.build)
