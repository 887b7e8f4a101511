"""Writers that take an `Appendix` and write a file. They read rows and nothing else, so screen and file cannot differ."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ratings.appendix import Appendix
from ratings.documents import wording
from ratings.documents.csv_file import write_csv
from ratings.documents.ods import write_ods
from ratings.documents.pdf import write_pdf
from ratings.documents.typst_base import NotWritten
from ratings.documents.xlsx import write_xlsx

__all__ = ["WRITERS", "NotWritten", "Writer", "file_name", "write_csv", "write_ods", "write_pdf", "write_xlsx"]


@dataclass(frozen=True, slots=True)
class Writer:
    """`write(appendix, out, selection="…", comparison=…)` writes the file to a binary stream.

    `selection` is the active filter in words, `comparison` that with an earlier round; both may be left out.
    """

    content_type: str
    write: Callable[..., None]


WRITERS: Final = {
    "xlsx": Writer("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
    "ods": Writer("application/vnd.oasis.opendocument.spreadsheet", write_ods),
    "csv": Writer("text/csv; charset=utf-8", write_csv),
    "pdf": Writer("application/pdf", write_pdf),
}


def file_name(appendix: Appendix, ending: str, what: str = "") -> str:
    """Return „Anhang_evaluation-2022_Stand_2026-11-22.xlsx“, with „Beispieldaten_“ and „Entwurf_“ in front where that is so.

    `what` stands in place of „Anhang“; without it a round without ratings makes a „Sachstand_…“. From Fassung 2 on the name says
    which it is: two of one day must not overwrite each other.
    """
    example = "Beispieldaten_" if appendix.is_example else ""
    draft = "Entwurf_" if appendix.is_draft else ""
    version = f"_Fassung-{appendix.version}" if appendix.version and appendix.version > 1 else ""
    name = what or wording.sheet_title(appendix)
    return f"{example}{draft}{name}_{appendix.round_slug}{version}_Stand_{appendix.as_of:%Y-%m-%d}.{ending}"
