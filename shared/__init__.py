"""What every service builds on: contracts, messaging, database, web, run time. Knows no service."""

import gc
import sys

# Hardly anything that is made while modules are loaded becomes garbage, and little of what is made for a request goes
# in circles: looked for seldom, it costs a tenth less of the start.
gc.set_threshold(10_000, 20, 50)

if "rich" not in sys.modules:
    # structlog takes rich along where it is installed, for tracebacks on a terminal, which nobody sees in a service:
    # 70 modules, a tenth of the start and of the memory.
    sys.modules["rich"] = None  # type: ignore[assignment]  # makes `import rich` fail
    import structlog  # noqa: F401 - now, without it

    del sys.modules["rich"]
