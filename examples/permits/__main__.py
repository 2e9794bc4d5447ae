"""Permits as a process of its own: `python -m examples.permits`."""

from examples.permits import app, settings
from shared import runtime

if __name__ == "__main__":
    runtime.main("permits", settings.Settings, app.build)
