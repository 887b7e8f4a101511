"""What the Excel export of all Maßnahmen costs beside bare openpyxl: `python -m tests.benchmarks.export [rounds]`.

Bare openpyxl writes the same cells with the same named styles, column widths and row heights, and nothing else: it is told value and
style of every cell, as read back from the produced file. The export also reads the database, chooses columns, measures texts, sets
print areas, tables and charts. Both run in turn in one process; the ratio is that of the processor times, its median counts. The exit
status is 1 if that is more than 1.3 for any source.
"""

import gc
import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

LIMIT: Final = 1.3
ROUNDS: Final = 9
_MILLISECONDS: Final = 1000


@dataclass(frozen=True, slots=True)
class SheetCells:
    """What bare openpyxl is told of one sheet; `cells` are (row, column, value, name of the style)."""

    title: str
    widths: dict[str, float]
    heights: dict[int, float]
    cells: list[tuple[int, int, Any, str]]


@dataclass(frozen=True, slots=True)
class Measured:
    """Processor seconds of both in each round."""

    name: str
    cells: int
    export: list[float]
    bare: list[float]

    @property
    def ratio(self) -> float:
        return statistics.median(ours / bare for ours, bare in zip(self.export, self.bare, strict=True))

    def __str__(self) -> str:
        ours, bare = (statistics.median(times) * _MILLISECONDS for times in (self.export, self.bare))
        return f"{self.name}: {self.cells} cells, export {ours:.0f} ms, bare openpyxl {bare:.0f} ms, ratio {self.ratio:.2f}"


def read_cells(produced: bytes) -> list[SheetCells]:
    """Return what stands in a produced workbook."""
    from openpyxl import load_workbook  # noqa: PLC0415  like Django below, loaded after the settings are chosen

    return [
        SheetCells(
            title=sheet.title,
            widths={name: dimension.width for name, dimension in sheet.column_dimensions.items()},
            heights={number: dimension.height for number, dimension in sheet.row_dimensions.items()},
            cells=[
                (cell.row, cell.column, cell.value, cell.style) for cells in sheet.iter_rows() for cell in cells if cell.has_style
            ],
        )
        for sheet in load_workbook(io.BytesIO(produced))
    ]


def write_bare(sheets: list[SheetCells], out: io.BytesIO) -> None:
    """Write the same cells and styles with the public means of openpyxl."""
    from ratings.documents.xlsx_cells import new_workbook  # noqa: PLC0415

    workbook = new_workbook()
    for source in sheets:
        sheet = workbook.create_sheet(source.title)
        for name, width in source.widths.items():
            sheet.column_dimensions[name].width = width
        for number, height in source.heights.items():
            sheet.row_dimensions[number].height = height
        for row, column, value, style in source.cells:
            cell = sheet.cell(row, column, value)
            cell.style = style
            if isinstance(value, str):
                cell.data_type = "s"
    workbook.save(out)


def measure(name: str, export: Callable[[io.BytesIO], None], rounds: int) -> Measured:
    """Run export and bare openpyxl in turn; each gets one round before that counts for nothing."""
    produced = io.BytesIO()
    export(produced)
    sheets = read_cells(produced.getvalue())
    write_bare(sheets, io.BytesIO())
    times: tuple[list[float], list[float]] = [], []
    for _ in range(rounds):
        for found, run in zip(times, (export, lambda out: write_bare(sheets, out)), strict=True):
            gc.collect()
            begin = time.process_time()
            run(io.BytesIO())
            found.append(time.process_time() - begin)
    return Measured(name, sum(len(sheet.cells) for sheet in sheets), *times)


def sources() -> dict[str, Callable[[io.BytesIO], None]]:
    """The published evaluation from the database, and 134 Maßnahmen with every rating and long texts, from memory."""
    from ratings.appendix import Audience, load_appendix  # noqa: PLC0415
    from ratings.documents import write_xlsx  # noqa: PLC0415
    from ratings.models import ReportingRound  # noqa: PLC0415
    from tests.ratings.appendix_samples import appendix, every_kind  # noqa: PLC0415

    def published(out: io.BytesIO) -> None:
        round_ = ReportingRound.objects.select_related("concept").get(slug="evaluation-2022")
        write_xlsx(load_appendix(round_, Audience.INTERNAL, with_texts=True), out)

    rows = every_kind()
    return {"evaluation-2022": published, "running round": lambda out: write_xlsx(appendix(*rows), out)}


def main(arguments: list[str]) -> int:
    """Measure in a database in memory and print the ratios."""
    os.environ["DATABASE_URL"] = "sqlite://:memory:"
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("loaddata", "konzept_2018_2022", "organisation", "evaluation_2022", verbosity=0)
    rounds = int(arguments[0]) if arguments else ROUNDS
    found = [measure(name, export, rounds) for name, export in sources().items()]
    for measured in found:
        print(measured)
    return int(any(measured.ratio > LIMIT for measured in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
