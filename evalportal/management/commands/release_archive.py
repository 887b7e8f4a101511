"""`manage.py release_archive --ausgabe FILE`: one file that installs the portal on a server without internet."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command

from evalportal import npm, release
from goals import fonts


class Command(BaseCommand):
    help = "Packt Code, Python-Pakete, gebaute Oberfläche und Fixtures in ein Archiv (.tar.gz) für einen Server ohne Internet."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ausgabe", required=True, type=Path, metavar="DATEI", help="Archiv, das geschrieben wird (.tar.gz)")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DEBUG:
            raise CommandError("Mit DEBUG=true entstehen andere statische Dateien. Setzen Sie DEBUG=false.")
        out: Path = options["ausgabe"]
        try:
            npm.install()
            npm.build_fonts()
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
            root = Path(settings.BASE_DIR)
            checksum = release.build_archive(root, Path(settings.STATIC_ROOT), fonts.built_in(root), out)
        except (npm.NpmError, release.ReleaseError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{out}: {out.stat().st_size / 1_000_000:.0f} MB, SHA-256 {checksum}")
