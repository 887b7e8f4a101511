"""`manage.py demo`: the portal with the real Konzept and example data, ready to look at (DESIGN.md, section 6)."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.db import connection, transaction

from evalportal import npm
from evalportal.accounts.models import User
from evalportal.example.build import build_example, is_built
from evalportal.example.concept import EXAMPLE_SLUG, REAL_SLUG
from evalportal.example.people import PASSWORD, SIGN_INS, is_example_user
from goals.models import Concept
from ratings.models import ReportingRound

FIXTURES = ("konzept_2018_2022", "organisation", "evaluation_2022")
HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Richtet das Portal mit Konzept, Beispieldaten und Anmeldungen ein und startet es auf 127.0.0.1. Läuft auch ein zweites Mal."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-server", action="store_true", help="nur einrichten, keinen Server starten")
        parser.add_argument("--port", type=int, default=8000, metavar="N", help="Port des Servers (sonst 8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        serve, port = not options["no_server"], options["port"]
        if serve:
            _check_server(port)
        _check_database()
        self._say("Pakete der Oberfläche …")
        try:
            npm.install()
            npm.build_fonts()
        except npm.NpmError as error:
            raise CommandError(str(error)) from error
        self._say("Datenbank …")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        _check_content()
        self._fill()
        self._print_sign_ins(port, serve=serve)
        if serve:
            call_command("runserver", f"{HOST}:{port}", use_reloader=False)

    def _fill(self) -> None:
        """Load and build what is missing; all of it or nothing."""
        if is_built():
            self._say("Beispieldaten sind schon da; es wird nichts geändert.")
            return
        self._say("Konzept und Beispieldaten, das dauert etwa eine halbe Minute …")
        with _without_query_log(), transaction.atomic():
            if not Concept.objects.filter(slug=REAL_SLUG).exists():
                call_command("loaddata", *FIXTURES, verbosity=0)
            build_example()

    def _print_sign_ins(self, port: int, *, serve: bool) -> None:
        lines = ["", f"Anmeldungen (Passwort überall: {PASSWORD})"]
        lines += [f"  {sign_in.username:<11} {PASSWORD:<6} {sign_in.in_words}" for sign_in in SIGN_INS]
        if serve:
            lines += ["", f"Evaluationsportal: http://{HOST}:{port}/   (beenden mit Strg+C)", ""]
        self._say("\n".join(lines))

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _check_server(port: int) -> None:
    """Refuse what the server would fail on later: a port that is taken, settings of a real server."""
    if not settings.DEBUG:
        raise CommandError(
            "Die Einstellungen sind die eines echten Servers: DEBUG ist nicht an. Der Server zum Ausprobieren braucht DEBUG=True in der "
            "Umgebung oder in .env; mit --no-server wird nur die Datenbank eingerichtet."
        )
    if not 1 <= port <= 65535:
        raise CommandError(f"{port} ist kein Port. Nehmen Sie eine Zahl von 1024 bis 65535.")
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} auf {HOST} ist nicht frei. Läuft dort schon ein Server? Mit --port N nehmen Sie einen anderen."
            ) from error


def _check_database() -> None:
    """Refuse, before anything is written, a database with tables that are not the portal's."""
    tables = set(connection.introspection.table_names())
    own = {*connection.introspection.django_table_names(), "django_migrations", settings.CACHES["default"]["LOCATION"]}
    if foreign := sorted(tables - own):
        raise _refusal(f"die Tabellen {', '.join(foreign[:5])}{' und andere' if len(foreign) > 5 else ''}")
    _check_content(tables)


def _check_content(tables: set[str] | None = None) -> None:
    """Refuse a database that holds anything but the demo's own data: another Konzept, another round of the real one, other people."""
    present = tables if tables is not None else set(connection.introspection.table_names())
    if Concept._meta.db_table in present:
        slugs = Concept.objects.exclude(slug__in=[REAL_SLUG, EXAMPLE_SLUG]).values_list("slug", flat=True)
        if found := sorted(slugs):
            raise _refusal(f"das Konzept „{found[0]}“")
    if ReportingRound._meta.db_table in present:
        rounds = ReportingRound.objects.filter(concept__slug=REAL_SLUG).exclude(slug="evaluation-2022")
        if found := sorted(rounds.values_list("slug", flat=True)):
            raise _refusal(f"die Berichtsrunde „{found[0]}“ des echten Konzepts")
    if User._meta.db_table in present:
        names = User.objects.values_list("username", flat=True)
        if found := sorted(name for name in names if not is_example_user(name)):
            raise _refusal(f"die Person „{found[0]}“")


def _refusal(what: str) -> CommandError:
    name = connection.settings_dict["NAME"]
    return CommandError(
        f"Die Datenbank {name} enthält etwas anderes als die Beispieldaten: {what}. Es wurde nichts geändert. "
        "Nehmen Sie für das Ausprobieren eine eigene, leere Datenbank, zum Beispiel DATABASE_URL=sqlite:///demo.sqlite3."
    )


@contextmanager
def _without_query_log() -> Iterator[None]:
    """Under DEBUG Django keeps every query and formats its parameters by another one; with tens of thousands that takes long."""
    before = settings.DEBUG
    settings.DEBUG = False
    try:
        yield
    finally:
        settings.DEBUG = before
