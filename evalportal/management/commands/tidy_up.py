"""`manage.py tidy_up`: once a day, so that the portal keeps no longer what the page „Datenschutz“ says it does not."""

from typing import Any

from django.core.cache import cache
from django.core.management import BaseCommand, CommandError, call_command
from django.utils import timezone

from evalportal.legal.barriers import delete_old, mail_waiting


class Command(BaseCommand):
    help = (
        "Räumt einmal am Tag auf: leitet gemeldete Barrieren weiter, deren Mail gescheitert ist, löscht alte Meldungen, abgelaufene "
        "Anmeldungen und gezählte IP-Adressen. Darf beliebig oft laufen. Endet mit 1, wenn eine Meldung weiter wartet."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        sent, waiting = mail_waiting(now)
        deleted = delete_old(now)
        call_command("clearsessions", verbosity=0)
        # Holds the counts of the rate limits alone; whoever was counted begins again at zero.
        cache.clear()
        if options["verbosity"]:
            self.stdout.write(f"{sent} Meldungen weitergeleitet, {deleted} alte gelöscht, {waiting} warten.")
        if waiting:
            raise CommandError(
                "Gemeldete Barrieren warten: Der Mailserver nimmt sie nicht an, oder OWNER_EMAIL und BARRIER_EMAIL fehlen."
            )
