"""`manage.py export_anhang --runde SLUG --ausgabe FILE`: the Anhang as a file, the same rows as on screen."""

import os
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ratings.appendix import Audience, NoSuchVersion, NothingReleased, load_appendix
from ratings.documents import WRITERS, NotWritten, Writer
from ratings.models import ReportingRound


class Command(BaseCommand):
    help = "Schreibt den Anhang einer Berichtsrunde in eine Datei. Das Format folgt aus der Endung: " + ", ".join(
        f".{ending}" for ending in WRITERS
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--runde", required=True, metavar="KURZNAME", help="Kurzname der Berichtsrunde")
        parser.add_argument("--ausgabe", required=True, metavar="DATEI", help="Datei, die geschrieben wird")
        parser.add_argument(
            "--freigegeben", action="store_true", help="nur das freigegebene Ergebnis, ohne Vorschläge und Stand der Berichte"
        )

        parser.add_argument("--fassung", type=int, metavar="N", help="diese Fassung statt der neuesten")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["ausgabe"])
        writer = _writer(path)
        round_ = find_round(options["runde"])
        audience = Audience.RELEASED if options["freigegeben"] else Audience.INTERNAL
        version = options["fassung"]
        try:
            appendix = load_appendix(round_, audience, with_texts=audience is Audience.INTERNAL, version=version)
        except NoSuchVersion as error:
            raise CommandError(f"Von „{round_}“ gibt es Fassung {version} nicht, oder sie ist nicht freigegeben.") from error
        except NothingReleased as error:
            raise CommandError(f"Für „{round_}“ ist noch kein Stand gespeichert, der ausgegeben werden kann.") from error
        write_whole(writer, appendix, path)
        if options["verbosity"]:
            self.stdout.write(f"{len(appendix.rows)} Maßnahmen nach {path} geschrieben.")


def _writer(path: Path) -> Writer:
    ending = path.suffix.lower().removeprefix(".")
    if ending not in WRITERS:
        known = ", ".join(f".{known}" for known in WRITERS)
        raise CommandError(f"Die Endung von „{path.name}“ ist nicht bekannt. Möglich sind: {known}.")
    return WRITERS[ending]


def find_round(slug: str) -> ReportingRound:
    """Return the round of this slug, its Konzept with it. Raises CommandError."""
    round_ = ReportingRound.objects.select_related("concept").filter(slug=slug).first()
    if round_ is None:
        known = ", ".join(ReportingRound.objects.values_list("slug", flat=True)) or "keine"
        raise CommandError(f"Die Berichtsrunde „{slug}“ gibt es nicht. Vorhanden sind: {known}.")
    return round_


def write_whole(writer: Writer, content: Any, path: Path) -> None:
    """Write what `writer` takes beside the target and rename: whoever has the old file keeps a whole one, also after a crash.

    Raises CommandError.
    """
    if path.is_dir():
        raise CommandError(f"„{path}“ ist ein Ordner. Bitte eine Datei angeben.")
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as out:
            temporary = Path(out.name)
            try:
                writer.write(content, out)
                out.flush()
                os.fsync(out.fileno())
                os.fchmod(out.fileno(), 0o666 & ~_umask())
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise CommandError(f"„{path}“ lässt sich nicht schreiben: {error.strerror}.") from error
    except NotWritten as error:
        raise CommandError(str(error)) from error


def _umask() -> int:
    """The temporary file is readable by its owner alone; the result has the rights of any new file."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
