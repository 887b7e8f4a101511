"""The Anhang as OpenDocument workbook: the same sheets as the Excel file, cell by cell, with charts that draw from the cells.

odfdo keeps the package, its manifest and metadata. Content and styles are written with lxml, on which odfdo rests itself: a cell
made by odfdo costs 0.3 ms, the 11,000 cells of a round several seconds.
"""

import io
from collections.abc import Sequence
from datetime import date
from typing import BinaryIO

from django.utils import timezone
from odfdo import Document
from openpyxl.utils import get_column_letter

from goals.text import clean_text
from ratings.appendix import Appendix
from ratings.comparison import Comparison
from ratings.documents import wording
from ratings.documents.cell_styles import PERCENT, STYLES
from ratings.documents.grid import CellValue, Grid, GridRow
from ratings.documents.ods_charts import MEDIA_TYPE, add_frame, add_frame_style, chart_part, chart_styles_part
from ratings.documents.ods_settings import settings_part
from ratings.documents.ods_styles import master_name, style_id, styles_part
from ratings.documents.ods_xml import Node, add, add_paragraphs, new_root, to_bytes
from ratings.documents.sheets import workbook_grids

_PERCENT_STYLES = frozenset(style.name for style in STYLES if style.number_format == PERCENT)


def write_ods(appendix: Appendix, out: BinaryIO, *, selection: str = "", comparison: Comparison | None = None) -> None:
    """Write the workbook of these rows, in their order, to `out`. `selection`: the active filter in words;
    `comparison` with an earlier round adds columns to the sheet „Daten“. No formulas, no merged cells.
    """
    grids = workbook_grids(appendix, selection, comparison)
    document = Document("spreadsheet")
    document.set_part("styles.xml", styles_part(appendix, grids))
    document.set_part("content.xml", _Content(grids).to_bytes())
    document.set_part("settings.xml", settings_part(grids))
    _add_charts(document, grids)
    _set_metadata(document, appendix)
    _set_statistic(document, grids)
    document.del_part("Thumbnails/thumbnail.png")
    document.manifest.del_full_path("Thumbnails/thumbnail.png")
    packed = io.BytesIO()
    document.save(packed)
    out.write(packed.getvalue())


def _set_metadata(document: Document, appendix: Appendix) -> None:
    meta = document.meta
    meta.title = clean_text(wording.title(appendix))
    meta.subject = clean_text(f"{appendix.round_title}, {wording.state(appendix)}")
    meta.description = wording.example_note(appendix) if appendix.is_example else wording.subtitle(appendix)
    meta.clear_user_defined_metadata()
    meta.creation_date = timezone.localtime().replace(tzinfo=None, microsecond=0)
    meta.creator = meta.initial_creator = "Evaluationsportal"
    meta.language = "de-DE"


def _set_statistic(document: Document, grids: Sequence[Grid]) -> None:
    document.meta.statistic = {
        "meta:table-count": len(grids),
        "meta:cell-count": sum(value not in (None, "") for grid in grids for row in grid.rows for value, _ in row.cells.values()),
        "meta:object-count": sum(len(grid.charts) for grid in grids),
    }


def _add_charts(document: Document, grids: Sequence[Grid]) -> None:
    manifest = document.manifest
    charts = [(grid, chart) for grid in grids for chart in grid.charts]
    for number, (grid, chart) in enumerate(charts, start=1):
        folder = object_name(number)
        manifest.add_full_path(f"{folder}/", MEDIA_TYPE)
        for name, data in (("content.xml", chart_part(grid, chart)), ("styles.xml", chart_styles_part([chart]))):
            document.set_part(f"{folder}/{name}", data)
            manifest.add_full_path(f"{folder}/{name}", "text/xml")


def object_name(number: int) -> str:
    """Return the folder of a chart in the package."""
    return f"Object {number}"


class _Content:
    """Builds „content.xml“; widths and heights become automatic styles, each once."""

    def __init__(self, grids: Sequence[Grid]) -> None:
        self._root = new_root("office:document-content")
        self._automatic = add(self._root, "office:automatic-styles")
        add_frame_style(self._automatic)
        self._names: dict[tuple[str, float, bool], str] = {}
        self._charts = 0
        self._book = add(add(self._root, "office:body"), "office:spreadsheet")
        for number, grid in enumerate(grids, start=1):
            self._sheet(number, grid)
        self._filters([grid for grid in grids if grid.is_table])

    def to_bytes(self) -> bytes:
        return to_bytes(self._root)

    def _sheet(self, number: int, grid: Grid) -> None:
        style = {"style:name": f"ta{number}", "style:family": "table", "style:master-page-name": master_name(number)}
        add(add(self._automatic, "style:style", style), "style:table-properties", {"table:display": "true"})
        table = add(self._book, "table:table", {"table:name": grid.name, "table:style-name": f"ta{number}"})
        header = add(table, "table:table-header-columns") if grid.heading_columns else table
        for index, width in enumerate(grid.widths):
            name = self._size("column", width)
            place = header if index < grid.heading_columns else table
            add(place, "table:table-column", {"table:style-name": name, "table:default-cell-style-name": "Default"})
        breaks = {last + 1 for last in grid.page_breaks}
        for index, row in enumerate(grid.rows, start=1):
            place = add(table, "table:table-header-rows") if index == grid.heading_row else table
            node = add(place, "table:table-row", {"table:style-name": self._size("row", row.height, breaks=index in breaks)})
            self._cells(node, row, len(grid.widths))
            for chart in grid.charts:
                if chart.row == index:
                    self._charts += 1
                    add_frame(node[0], chart, object_name(self._charts))

    def _cells(self, node: Node, row: GridRow, columns: int) -> None:
        for column in range(1, max([columns, *row.cells]) + 1):
            value, style = row.cells.get(column, (None, ""))
            _add_cell(node, value, style)

    def _size(self, kind: str, size: float, *, breaks: bool = False) -> str:
        """The automatic style of a width or height in points; `breaks`: a page begins here."""
        key = (kind, size, breaks)
        if key not in self._names:
            name = self._names[key] = f"{kind[:2]}{len(self._names)}"
            style = add(self._automatic, "style:style", {"style:name": name, "style:family": f"table-{kind}"})
            measure = "column-width" if kind == "column" else "row-height"
            properties = {f"style:{measure}": f"{size:.2f}pt", "fo:break-before": "page" if breaks else "auto"}
            if kind == "row":
                properties["style:use-optimal-row-height"] = "false"
            add(style, f"style:table-{kind}-properties", properties)
        return self._names[key]

    def _filters(self, grids: Sequence[Grid]) -> None:
        """Headings with filters, as in the tables of Excel."""
        if not grids:
            return
        ranges = add(self._book, "table:database-ranges")
        for grid in grids:
            last = f"{get_column_letter(len(grid.widths))}{max(len(grid.rows), 2)}"
            add(
                ranges,
                "table:database-range",
                {
                    "table:name": f"Tabelle_{grid.name}",
                    "table:target-range-address": f"{grid.name}.A1:{grid.name}.{last}",
                    "table:display-filter-buttons": "true",
                },
            )


def _add_cell(row: Node, value: CellValue, style: str) -> None:
    """Text is marked as text, whatever it begins with; a formula would be an attribute that is never written."""
    attributes = {"table:style-name": style_id(style)} if style else {}
    if value is None or value == "":
        add(row, "table:table-cell", attributes)
        return
    if isinstance(value, str):
        add_paragraphs(add(row, "table:table-cell", {**attributes, "office:value-type": "string"}), value)
    elif isinstance(value, date):
        typed = {"office:value-type": "date", "office:date-value": value.isoformat()}
        add_paragraphs(add(row, "table:table-cell", {**attributes, **typed}), wording.german_date(value))
    else:
        is_percent = style in _PERCENT_STYLES
        typed = {"office:value-type": "percentage" if is_percent else "float", "office:value": repr(value)}
        shown = f"{value:.0%}".replace("%", " %") if is_percent else str(value)
        add_paragraphs(add(row, "table:table-cell", {**attributes, **typed}), shown)
