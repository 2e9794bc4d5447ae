"""Ends with 0 when the service of this container answers 200 at an address: `healthcheck.py /readyz`."""

import http.client
import os
import sys

connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("MANDAT_PORT", "8080")), timeout=2)
try:
    connection.request("GET", sys.argv[1])
    sys.exit(connection.getresponse().status != 200)
except OSError:
    sys.exit(1)
