"""What the tests of the outbox share: mails, and a real SMTP server that can misbehave."""

import asyncio
import socket
import threading
from typing import Any

from aiosmtpd.controller import Controller
from django.utils import timezone

from ratings.models import OutgoingMail
from tests import factories as make


def mail(**fields: Any) -> OutgoingMail:
    """A mail of today that waits, to a new person."""
    person = fields.pop("recipient", None) or make.user()
    defaults = {
        "recipient": person,
        "address": person.email,
        "day": timezone.localdate(),
        "subject": "Abgabe bis 04.12.2026",
        "text": "Für eine Maßnahme steht Ihr Bericht noch aus.",
        "html": "<p>Für eine Maßnahme steht Ihr Bericht noch aus.</p>",
        "message_id": f"<{person.pk}@example.org>",
        "created_at": timezone.now(),
    }
    return OutgoingMail.objects.create(**defaults | fields)


class MailServer:
    """An SMTP server on a free port of 127.0.0.1; `on_data` says how it takes a text: accept, refuse, hang, die, die_after.

    `received` holds the Message-IDs of accepted texts, `refused` the addresses that it does not take, with the answer.
    """

    def __init__(self) -> None:
        self.received: list[str] = []
        self.texts: list[str] = []
        self.refused: dict[str, str] = {}
        self.on_data = "accept"
        self.die_on_rcpt = False
        self.hang_on_rcpt = False
        self.mails_per_connection = 1000
        self.connections = 0
        self.got_rcpt = threading.Event()
        self.got_text = threading.Event()
        # The controller connects to its own port to see that it is up, so it has to know the number.
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self.on_data = "stop"
        self._controller.stop()

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> list[str]:
        session.host_name = hostname
        session.mails = 0
        self.connections += 1
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        session.mails += 1
        if session.mails > self.mails_per_connection:
            return "421 Zu viele Mails auf dieser Verbindung"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.got_rcpt.set()
        while self.hang_on_rcpt:
            await asyncio.sleep(0.05)
        if self.die_on_rcpt:
            server.transport.abort()
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.got_text.set()
        if self.on_data == "refuse":
            return "451 Postfach voll"
        while self.on_data == "hang":
            await asyncio.sleep(0.05)
        if self.on_data == "die":
            server.transport.abort()
            return "250 OK"
        if self.on_data != "stop":
            text = envelope.content.decode()
            lines = text.splitlines()
            self.received += [line.split(": ", 1)[1] for line in lines if line.lower().startswith("message-id: ")]
            self.texts.append(text)
        return "250 OK"
