"""A replica for tests of the gateway: tells what reached it, and misbehaves as the path says."""

import http.server
import json
import os
import socket
import socketserver
import sys
import time
from pathlib import Path

ASKED = Path("/tmp/asked")


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        with ASKED.open("a") as out:
            out.write(f"{self.command} {self.path}\n")
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self.path.endswith("/dies"):
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if self.path.endswith("/slow"):
            time.sleep(2)
        text = {
            "service": os.environ["SERVICE"],
            "replica": os.environ["REPLICA"],
            "method": self.command,
            "path": self.path,
            "size": len(body),
        }
        text["headers"] = {name.lower(): value for name, value in self.headers.items()}
        text["filling"] = "x" * (20_000 if self.path.endswith("/long") else 0)
        said = json.dumps(text).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def __getattr__(self, name: str) -> object:
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 256


ASKED.touch()
Server(("0.0.0.0", int(sys.argv[1])), Echo).serve_forever()
