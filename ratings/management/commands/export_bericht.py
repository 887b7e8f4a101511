"""`manage.py export_bericht --runde SLUG --ausgabe FILE`: the Evaluationsbericht as a file, the same as from its page."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ratings.appendix import Audience, NoSuchVersion, NothingReleased
from ratings.documents.report_files import REPORT_WRITERS
from ratings.lineage import with_lineage
from ratings.management.commands.export_anhang import find_round, write_whole
from ratings.models import ReportingRound
from ratings.report_loading import load_report


class Command(BaseCommand):
    help = "Schreibt den Evaluationsbericht einer Berichtsrunde in eine Datei. Das Format folgt aus der Endung: " + ", ".join(
        f".{ending}" for ending in REPORT_WRITERS
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--runde", required=True, metavar="KURZNAME", help="Kurzname der Berichtsrunde")
        parser.add_argument("--ausgabe", required=True, metavar="DATEI", help="Datei, die geschrieben wird")
        parser.add_argument("--freigegeben", action="store_true", help="nur was freigegeben ist, ohne Entwürfe der Kapitel")
        parser.add_argument("--fassung", type=int, metavar="N", help="diese Fassung statt der neuesten")

    def handle(self, *args: Any, **options: Any) -> None:
        path, slug, version = Path(options["ausgabe"]), options["runde"], options["fassung"]
        ending = path.suffix.lower().removeprefix(".")
        if ending not in REPORT_WRITERS:
            known = ", ".join(f".{known}" for known in REPORT_WRITERS)
            raise CommandError(f"Die Endung von „{path.name}“ ist nicht bekannt. Möglich sind: {known}.")
        round_ = find_round(slug)
        rounds = with_lineage(ReportingRound.objects.select_related("concept"), slug)
        audience = Audience.RELEASED if options["freigegeben"] else Audience.INTERNAL
        try:
            report = load_report(round_, rounds, audience, owner=settings.OWNER_NAME, version=version)
        except NoSuchVersion as error:
            raise CommandError(f"Von „{round_}“ gibt es Fassung {version} nicht, oder sie ist nicht freigegeben.") from error
        except NothingReleased as error:
            raise CommandError(f"Für „{round_}“ ist noch kein Stand gespeichert, der ausgegeben werden kann.") from error
        write_whole(REPORT_WRITERS[ending], report, path)
        if options["verbosity"]:
            gaps = f" {report.unwritten} Abschnitte sind noch nicht geschrieben." if report.unwritten else ""
            self.stdout.write(f"Bericht nach {path} geschrieben.{gaps}")
