"""`manage.py send_mail_queue [--only-send] [--limit N]`: prepare the mails of today and send what waits in the outbox."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ratings.mail.outbox import prepare_mails
from ratings.mail.sending import send_waiting


class Command(BaseCommand):
    help = (
        "Bereitet die Mails des Tages vor und sendet, was im Postausgang wartet. Darf beliebig oft und gleichzeitig laufen: "
        "jede Mail geht einmal hinaus, jede Person bekommt höchstens eine am Tag. Endet mit 1, wenn der Mailserver nicht erreichbar "
        "ist (die Mails warten), sonst mit 0; was gescheitert oder ungewiss ist, steht im Portal unter „Postausgang“."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only-send", action="store_true", help="nur senden, nichts vorbereiten")
        parser.add_argument("--limit", type=int, metavar="N", help="höchstens N Mails in diesem Lauf")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError("--limit braucht eine Zahl ab 1.")
        prepared = 0 if options["only_send"] else prepare_mails(timezone.localdate())
        result = send_waiting(limit=options["limit"])
        if options["verbosity"]:
            self.stdout.write(
                f"{prepared} vorbereitet, {result.sent} gesendet, {result.put_off} aufgeschoben, "
                f"{result.failed} gescheitert, {result.uncertain} ungewiss, {result.settled} hatten sich erledigt."
            )
        if result.stopped:
            raise CommandError(f"Der Mailserver ist nicht erreichbar: {result.stopped} Die Mails warten.")
