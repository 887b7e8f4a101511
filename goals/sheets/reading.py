"""Hand an upload to the parser process and take over what it found; a thread could not be stopped, a process can."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from goals.sheets.book import MAX_BYTES, Book, Unreadable, from_plain

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

_ROOT: Final = Path(__file__).resolve().parents[2]
# The parser's own limit on processor time ends it after two seconds; this one is for a machine that is busy with other things.
_WALL_SECONDS: Final = 10
_TOO_DEMANDING: Final = (
    "Die Datei ist zu groß oder zu aufwendig zum Lesen. Kopieren Sie nur die nötigen Zeilen als Werte in eine neue Arbeitsmappe."
)


def read_book(upload: "UploadedFile", *, only: str = "") -> Book:
    """Return the sheets of an uploaded .xlsx or .csv file; where a workbook has a sheet named `only`, that one alone.

    Raises `Unreadable` with a German message for anything else: too large, another format, macros, encrypted, damaged, too many
    rows or columns, or too demanding. The server's own process never parses the file.
    """
    if (upload.size or 0) > MAX_BYTES:
        raise Unreadable(f"Die Datei ist größer als {MAX_BYTES // 1_000_000} MB. Teilen Sie sie auf oder entfernen Sie Bilder.")
    with tempfile.NamedTemporaryFile(prefix="upload-") as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        return _parsed(file.name, only)


def _parsed(path: str, only: str) -> Book:
    environment = {"PATH": os.defpath, "PYTHONPATH": str(_ROOT), "OPENPYXL_LXML": "False", "OPENPYXL_DEFUSEDXML": "True"}
    command = [sys.executable, "-s", "-m", "goals.sheets.parser", path, only]
    try:
        done = subprocess.run(  # noqa: S603 (our own module, no shell)
            command, cwd=_ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_WALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(_TOO_DEMANDING) from None
    if done.returncode != 0:
        raise Unreadable(_TOO_DEMANDING)
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise Unreadable(answer["error"])
    return from_plain(answer["book"])
