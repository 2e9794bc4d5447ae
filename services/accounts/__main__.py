"""Accounts as a process of its own: `python -m services.accounts`."""

from services.accounts import app, settings
from shared import runtime

if __name__ == "__main__":
    runtime.main("accounts", settings.Settings, app.build)
