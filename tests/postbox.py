"""A mail server for tests: real SMTP on a free port of this machine, in a thread. It keeps what it is given.

``replies`` says what it answers to RCPT or DATA instead of yes, one after another.
"""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message


class Postbox(socketserver.ThreadingTCPServer):
    """The server; ``received`` holds (recipient, message)."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.received: list[tuple[str, Message]] = []
        self.connections = 0
        self.replies: dict[str, list[bytes]] = {"RCPT": [], "DATA": []}

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def answer(self, verb: str, usual: bytes) -> bytes:
        return self.replies[verb].pop(0) if self.replies[verb] else usual


class _Talk(socketserver.StreamRequestHandler):
    server: Postbox

    def handle(self) -> None:
        self.server.connections += 1
        self.say(b"220 postbox")
        to = ""
        for line in iter(self.rfile.readline, b""):
            verb = line[:4].upper().decode("ascii")
            if verb == "RCPT":
                to = line.decode("ascii").partition("<")[2].partition(">")[0]
                self.say(self.server.answer("RCPT", b"250 ok"))
            elif verb == "DATA":
                self.say(b"354 go on")
                held = b""
                for part in iter(self.rfile.readline, b".\r\n"):
                    held += part.removeprefix(b".") if part.startswith(b"..") else part
                reply = self.server.answer("DATA", b"250 ok")
                if reply.startswith(b"2"):
                    self.server.received.append((to, email.message_from_bytes(held)))
                self.say(reply)
            elif verb == "QUIT":
                self.say(b"221 bye")
                return
            else:
                self.say(b"250 ok")

    def say(self, words: bytes) -> None:
        self.wfile.write(words + b"\r\n")


@contextmanager
def postbox() -> Iterator[Postbox]:
    """A server as long as the block runs."""
    with Postbox() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
