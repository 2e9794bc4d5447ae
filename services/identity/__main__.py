"""Identity as a process of its own: `python -m services.identity`."""

from services.identity import app, settings
from shared import runtime

if __name__ == "__main__":
    runtime.main("identity", settings.Settings, app.build)
