"""Delivering one message: to a mail server by SMTP, or into a folder as a file (MAIL_URL). Knows no table and no words.

The standard library's ``email`` and ``smtplib`` do it: one message at a time to one server needs neither templates nor
a pool, and their header types refuse a line break in a header, so that no name or title can add one.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

# Plain addresses only: what cannot be typed at a school's keyboard is a mistake, or an attempt.
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
# Domains that exist nowhere (RFC 2606): of accounts without an address, and of the demonstration.
NOWHERE = re.compile(r"\.(?:invalid|example|test|localhost)$|[@.]example\.(?:com|net|org)$", re.IGNORECASE)
LONGEST_ADDRESS = 254
LONGEST_SUBJECT = 120
TIMEOUT_SECONDS = 20
PERMANENT = 500  # SMTP replies from here on are final


class MailAway(Exception):
    """The mail server cannot be reached, or does not know us: nothing goes out for a while."""


class MailDelayed(Exception):
    """The server puts this message off."""


class MailRefused(Exception):
    """The server will never take this message."""


@dataclass(frozen=True)
class Letter:
    """A message to one person, as plain text. ``key`` names it for good: sent twice, it is the same message."""

    to: str
    subject: str
    text: str
    language: str
    key: str


class Post(Protocol):
    """Where letters go."""

    def takes(self, address: str) -> bool:
        """Whether a letter to this address makes sense."""

    def send(self, letter: Letter, now: datetime) -> None:
        """Deliver. Raises MailAway, MailDelayed or MailRefused."""


def is_address(text: str) -> bool:
    """Whether a text is a plain mail address."""
    return len(text) <= LONGEST_ADDRESS and ".." not in text and ADDRESS.fullmatch(text) is not None


def exists(address: str) -> bool:
    """Whether an address may lead to somebody: well formed, and of a domain that can exist."""
    return is_address(address) and NOWHERE.search(address) is None


def compose(letter: Letter, sender: str, public_url: str, now: datetime) -> EmailMessage:
    """The message of a letter. It says that a machine wrote it, and where to ask for no more of them."""
    message = EmailMessage()
    message["From"] = Address(display_name="学时 Xueshi", addr_spec=sender)
    message["To"] = letter.to if is_address(letter.to) else "undisclosed-recipients:;"
    message["Subject"] = " ".join(letter.subject.split())[:LONGEST_SUBJECT]
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.key}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{public_url}/profile/>"
    message["Content-Language"] = letter.language
    message.set_content(letter.text, charset="utf-8", cte="base64")
    return message


class Folder:
    """A file a message, for its owner's eyes only: what would be sent, where no mail server is set."""

    def __init__(self, folder: Path, sender: str, public_url: str) -> None:
        self.folder, self.sender, self.public_url = folder, sender, public_url

    def takes(self, address: str) -> bool:
        return True

    def send(self, letter: Letter, now: datetime) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self.folder / f".{letter.key}.part"
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(bytes(compose(letter, self.sender, self.public_url, now)))
            part.rename(self.folder / f"{letter.key}.eml")
        except OSError as error:
            raise MailAway("folder") from error


class Smtp:
    """A mail server, connected at the first letter and kept for the letters after it."""

    def __init__(self, url: str, sender: str, public_url: str) -> None:
        self.parts, self.sender, self.public_url = urlsplit(url), sender, public_url
        self.tls = self.parts.query.removeprefix("tls=")
        self.server: smtplib.SMTP | None = None

    def takes(self, address: str) -> bool:
        return exists(address)

    def send(self, letter: Letter, now: datetime) -> None:
        message = compose(letter, self.sender, self.public_url, now)
        try:
            self.server = self.server or self._connect()
            self.server.send_message(message, self.sender, [letter.to])
        except smtplib.SMTPRecipientsRefused as error:
            _raise(next(iter(error.recipients.values()))[0], error)
        except smtplib.SMTPDataError as error:
            _raise(error.smtp_code, error)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise MailAway(type(error).__name__) from error

    def close(self) -> None:
        """Say goodbye, if anybody is still there."""
        server, self.server = self.server, None
        if server is not None:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def _connect(self) -> smtplib.SMTP:
        host = self.parts.hostname or ""
        context = ssl.create_default_context()
        if self.tls == "ssl":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self.parts.port or 465, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(host, self.parts.port or (587 if self.tls else 25), timeout=TIMEOUT_SECONDS)
        try:
            if self.tls == "starttls":
                server.starttls(context=context)
            if self.parts.username:
                server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server


@contextmanager
def post(url: str, sender: str, public_url: str) -> Iterator[Post]:
    """Where letters go by a MAIL_URL, as long as the block runs."""
    if url.startswith("file://"):
        yield Folder(Path(url.removeprefix("file://")), sender, public_url)
        return
    server = Smtp(url, sender, public_url)
    try:
        yield server
    finally:
        server.close()


def _raise(code: int, error: Exception) -> None:
    raise (MailRefused if code >= PERMANENT else MailDelayed)(str(code)) from error
