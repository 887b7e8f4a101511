"""Charts of an OpenDocument workbook: objects of their own that draw from the cells of their sheet."""

from collections.abc import Sequence
from typing import Final

from openpyxl.utils import get_column_letter

from ratings.documents.cell_styles import FONT, INK, LINE, WHITE, ink_on
from ratings.documents.grid import Grid, Series, StackedBars
from ratings.documents.ods_xml import Node, add, new_root, to_bytes

MEDIA_TYPE: Final = "application/vnd.oasis.opendocument.chart"
_NO_LABEL: Final = "ohne-Zahl"
_THIN: Final = "0.75pt"
_INVISIBLE: Final = {"draw:stroke": "none", "draw:fill": "none"}
FRAME_STYLE: Final = "Diagrammrahmen"


def add_frame(cell: Node, chart: StackedBars, object_name: str) -> None:
    """Hang the chart into the cell at its upper left corner, with title and alternative text."""
    frame = add(
        cell,
        "draw:frame",
        {
            "draw:name": chart.title,
            "draw:style-name": FRAME_STYLE,
            "svg:width": f"{chart.width:g}pt",
            "svg:height": f"{chart.height:g}pt",
            "svg:x": "0pt",
            "svg:y": "0pt",
        },
    )
    link = {"xlink:href": f"./{object_name}", "xlink:type": "simple", "xlink:show": "embed", "xlink:actuate": "onLoad"}
    add(frame, "draw:object", link)
    add(frame, "svg:title", text=chart.title)
    add(frame, "svg:desc", text=chart.description)


def add_frame_style(automatic: Node) -> None:
    """Add the look of the frames: no line around the chart."""
    style = add(automatic, "style:style", {"style:name": FRAME_STYLE, "style:family": "graphic"})
    add(style, "style:graphic-properties", _INVISIBLE)


def chart_part(grid: Grid, chart: StackedBars) -> bytes:
    """Return „content.xml“ of a chart."""
    root = new_root("office:document-content")
    automatic = add(root, "office:automatic-styles")
    _styles(automatic, chart)
    body = add(add(root, "office:body"), "office:chart")
    node = add(
        body,
        "chart:chart",
        {
            "chart:class": "chart:bar",
            "chart:style-name": "Diagramm",
            "svg:width": f"{chart.width:g}pt",
            "svg:height": f"{chart.height:g}pt",
            "xlink:href": "..",
            "xlink:type": "simple",
        },
    )
    add(add(node, "chart:title", {"chart:style-name": "Titel"}), "text:p", text=chart.title)
    add(node, "chart:legend", {"chart:legend-position": "bottom", "chart:style-name": "Legende"})
    _plot(node, grid, chart)
    return to_bytes(root)


def _plot(node: Node, grid: Grid, chart: StackedBars) -> None:
    columns = [series.column for series in chart.series]
    names = _range(grid, 1, chart.first, chart.last)
    numbers = _range(grid, columns[0], chart.heading, chart.last, columns[-1])
    ranges = {"table:cell-range-address": f"{names} {numbers}", "chart:data-source-has-labels": "both"}
    plot = add(node, "chart:plot-area", {"chart:style-name": "Fläche", **ranges})
    axis = add(plot, "chart:axis", {"chart:dimension": "x", "chart:name": "primary-x", "chart:style-name": "Namen"})
    add(axis, "chart:categories", {"table:cell-range-address": names})
    axis = add(plot, "chart:axis", {"chart:dimension": "y", "chart:name": "primary-y", "chart:style-name": "Zahlen"})
    add(add(axis, "chart:title", {"chart:style-name": "Text"}), "text:p", text=chart.axis)
    add(axis, "chart:grid", {"chart:class": "major", "chart:style-name": "Gitter"})
    for number, series in enumerate(chart.series, start=1):
        shown = add(
            plot,
            "chart:series",
            {
                "chart:class": "chart:bar",
                "chart:style-name": f"Reihe{number}",
                "chart:values-cell-range-address": _range(grid, series.column, chart.first, chart.last),
                "chart:label-cell-address": _range(grid, series.column, chart.heading, chart.heading),
            },
        )
        for row in grid.rows[chart.first - 1 : chart.last]:
            # A bar of nothing has no label.
            add(shown, "chart:data-point", {} if row.cells[series.column][0] else {"chart:style-name": _NO_LABEL})
    add(plot, "chart:wall", {"chart:style-name": "Wand"})


def _range(grid: Grid, column: int, first: int, last: int, last_column: int | None = None) -> str:
    begin, end = get_column_letter(column), get_column_letter(last_column or column)
    return f"{grid.name}.{begin}{first}:{grid.name}.{end}{last}"


def _styles(automatic: Node, chart: StackedBars) -> None:
    plain = {"chart:display-label": "true", "chart:tick-marks-major-outer": "false", "chart:tick-marks-major-inner": "false"}
    _style(automatic, "Diagramm", graphic={"draw:stroke": "none", "draw:fill": "solid", "draw:fill-color": f"#{WHITE}"})
    _style(automatic, "Titel", size=12, bold=True)
    _style(automatic, "Text", size=10)
    _style(automatic, "Legende", graphic=_INVISIBLE, size=10)
    _style(automatic, "Wand", graphic=_INVISIBLE)
    _style(automatic, "Fläche", chart={"chart:stacked": "true", "chart:vertical": "true", "chart:data-label-number": "value"})
    # The first row stands on top; so the numbers of the other axis are at the end, which is the foot.
    names = {**plain, "chart:reverse-direction": "true", "chart:text-overlap": "true", "text:line-break": "true"}
    _style(automatic, "Namen", chart=names, graphic=_line(INK), size=10)
    numbers = {**plain, "chart:gap-width": "45", "chart:overlap": "100", "chart:axis-position": "end"}
    _style(automatic, "Zahlen", chart=numbers, graphic={"draw:stroke": "none"}, size=10)
    _style(automatic, "Gitter", graphic=_line(LINE))
    labels = {"chart:data-label-number": "value", "chart:label-position": "center"}
    for number, series in enumerate(chart.series, start=1):
        colour = INK if series.is_hatched else ink_on(series.fill)
        _style(automatic, f"Reihe{number}", chart=labels, graphic=_filling(series), size=10, bold=True, colour=colour)
    _style(automatic, _NO_LABEL, chart={"chart:data-label-number": "none"})


def _line(colour: str) -> dict[str, str]:
    return {"draw:stroke": "solid", "svg:stroke-width": _THIN, "svg:stroke-color": f"#{colour}"}


def _filling(series: Series) -> dict[str, str]:
    if series.is_hatched:
        hatch = {"draw:fill": "hatch", "draw:fill-hatch-name": "Schraffur", "draw:fill-hatch-solid": "true"}
        return {**_line(INK), **hatch, "draw:fill-color": f"#{WHITE}"}
    return {**_line(INK), "draw:fill": "solid", "draw:fill-color": f"#{series.fill}"}


def _style(
    automatic: Node,
    name: str,
    *,
    chart: dict[str, str] | None = None,
    graphic: dict[str, str] | None = None,
    size: int = 0,
    bold: bool = False,
    colour: str = INK,
) -> None:
    style = add(automatic, "style:style", {"style:name": name, "style:family": "chart"})
    if chart:
        add(style, "style:chart-properties", chart)
    if graphic:
        add(style, "style:graphic-properties", graphic)
    if size:
        text = {"fo:font-family": FONT, "fo:font-size": f"{size}pt", "fo:font-weight": "bold" if bold else "normal"}
        add(style, "style:text-properties", {**text, "fo:color": f"#{colour}", "fo:language": "de", "fo:country": "DE"})


def chart_styles_part(charts: Sequence[StackedBars]) -> bytes:
    """Return „styles.xml“ of a chart: the hatching, which has to have a name. Its lines have the colour of the hatched series."""
    root = new_root("office:document-styles")
    styles = add(root, "office:styles")
    for colour in sorted({series.fill for chart in charts for series in chart.series if series.is_hatched})[:1]:
        hatch = {"draw:name": "Schraffur", "draw:style": "single", "draw:color": f"#{colour}"}
        add(styles, "draw:hatch", {**hatch, "draw:distance": "0.08in", "draw:rotation": "450"})
    return to_bytes(root)
