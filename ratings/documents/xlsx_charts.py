"""Charts of an Excel workbook: native stacked bars that name their colours in words and say what they show."""

from typing import Any, Final

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.fill import ColorChoice, PatternFillProperties
from openpyxl.drawing.graphic import GraphicFrame
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties, RegularTextRun, RichTextProperties
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.worksheet.worksheet import Worksheet

from ratings.documents import grid
from ratings.documents.cell_styles import FONT, INK, LINE, WHITE, ink_on

_EMU: Final = 12_700  # per point
_LANGUAGE: Final = "de-DE"


def add_chart(sheet: Worksheet, source: grid.Grid, chart: grid.StackedBars) -> None:
    """Draw `chart` on the sheet that `source` was written to. The numbers stay in the cells; the file also holds a copy of
    them, so that the chart is there before anything is calculated (protected view).
    """
    bars = BarChart()
    bars.type, bars.grouping, bars.overlap, bars.gapWidth = "bar", "stacked", 100, 45
    bars.title = _title(chart.title, 1200)
    bars.series = [_series(sheet, source, chart, series, index) for index, series in enumerate(chart.series)]
    names, numbers = bars.x_axis, bars.y_axis
    names.delete = numbers.delete = False
    names.scaling.orientation = "maxMin"  # the first row stands on top
    names.tickLblSkip = 1  # every bar has its name
    names.txPr = numbers.txPr = _look(1000)
    names.majorTickMark = numbers.majorTickMark = "none"
    names.graphicalProperties = GraphicalProperties(ln=_line(INK))
    numbers.majorGridlines.spPr = GraphicalProperties(ln=_line(LINE))
    numbers.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    numbers.crosses = "max"  # at the foot, because the names run from top to bottom
    numbers.number_format, numbers.numFmt.sourceLinked = "0", False
    numbers.title = _title(chart.axis, 1000)
    bars.legend.position = "b"
    bars.legend.txPr = _look(1000)
    bars.roundedCorners = False
    bars.graphical_properties = GraphicalProperties(solidFill=WHITE, ln=LineProperties(noFill=True))
    bars.anchor = _DescribedAnchor(chart)
    sheet.add_chart(bars)


def _series(sheet: Worksheet, source: grid.Grid, chart: grid.StackedBars, series: grid.Series, index: int) -> Series:
    lines = source.rows[chart.first - 1 : chart.last]
    numbers = [line.cells[series.column][0] for line in lines]
    names = [str(line.cells[1][0]) for line in lines]
    made = Series(idx=index, order=index)
    made.tx = SeriesLabel(strRef=_strings(_cells(sheet, series.column, chart.heading), [series.words]))
    made.cat = AxDataSource(strRef=_strings(_cells(sheet, 1, chart.first, chart.last), names))
    points = [NumVal(idx=place, v=number) for place, number in enumerate(numbers) if isinstance(number, int)]
    cache = NumData(formatCode="0", ptCount=len(numbers), pt=points)
    made.val = NumDataSource(numRef=NumRef(f=_cells(sheet, series.column, chart.first, chart.last), numCache=cache))
    made.spPr = _filling(series)
    made.invertIfNegative = False
    made.dLbls = DataLabelList(txPr=_look(1000, INK if series.is_hatched else ink_on(series.fill), bold=True))
    made.dLbls.showVal = True
    # A bar of nothing has no label.
    made.dLbls.dLbl = [DataLabel(idx=place, showVal=False) for place, number in enumerate(numbers) if not number]
    for label in (made.dLbls, *made.dLbls.dLbl):
        label.showSerName = label.showCatName = label.showLegendKey = label.showPercent = label.showBubbleSize = False
    return made


def _cells(sheet: Worksheet, column: int, first: int, last: int | None = None) -> str:
    return str(Reference(sheet, min_col=column, min_row=first, max_row=last or first))


def _strings(formula: str, words: list[str]) -> StrRef:
    points = [StrVal(idx=place, v=word) for place, word in enumerate(words)]
    return StrRef(f=formula, strCache=StrData(ptCount=len(words), pt=points))


def _filling(series: grid.Series) -> GraphicalProperties:
    if series.is_hatched:
        hatch = PatternFillProperties(prst="wdUpDiag", fgClr=ColorChoice(srgbClr=series.fill), bgClr=ColorChoice(srgbClr=WHITE))
        return GraphicalProperties(pattFill=hatch, ln=_line(INK))
    return GraphicalProperties(solidFill=series.fill, ln=_line(INK))


def _line(colour: str) -> LineProperties:
    return LineProperties(w=9525, solidFill=colour)


def _characters(size: int, colour: str = INK, *, bold: bool = False) -> CharacterProperties:
    return CharacterProperties(lang=_LANGUAGE, sz=size, b=bold, solidFill=colour, latin=Font(typeface=FONT))


def _look(size: int, colour: str = INK, *, bold: bool = False) -> RichText:
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=_characters(size, colour, bold=bold)), endParaRPr=CharacterProperties())
    return RichText(bodyPr=RichTextProperties(), p=[paragraph])


def _title(words: str, size: int) -> Title:
    run = RegularTextRun(rPr=_characters(size, bold=size > 1000), t=words)
    text = RichText(bodyPr=RichTextProperties(), p=[Paragraph(pPr=ParagraphProperties(defRPr=_characters(size)), r=[run])])
    return Title(tx=Text(rich=text), overlay=False)


class _NamedFrame(type(OneCellAnchor.graphicFrame)):  # type: ignore[misc]
    """openpyxl names every chart „Chart 1“ and knows no alternative text: both are put in where the frame is handed over."""

    def __set__(self, instance: Any, value: GraphicFrame | None) -> None:
        if value is not None:
            properties = value.nvGraphicFramePr.cNvPr
            properties.name, properties.descr = instance.chart.title, instance.chart.description
        super().__set__(instance, value)


class _DescribedAnchor(OneCellAnchor):
    """Place and size of a chart, with its title and alternative text."""

    graphicFrame = _NamedFrame(expected_type=GraphicFrame, allow_none=True)
    __elements__ = OneCellAnchor.__elements__

    def __init__(self, chart: grid.StackedBars) -> None:
        self.chart = chart
        extent = XDRPositiveSize2D(round(chart.width * _EMU), round(chart.height * _EMU))
        super().__init__(_from=AnchorMarker(row=chart.row - 1), ext=extent)
