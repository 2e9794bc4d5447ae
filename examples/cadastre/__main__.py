"""Cadastre as a process of its own: `python -m examples.cadastre`."""

from examples.cadastre import app, settings
from shared import runtime

if __name__ == "__main__":
    runtime.main("cadastre", settings.Settings, app.build)
