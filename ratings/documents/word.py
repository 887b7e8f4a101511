"""A Word document in the look of the portal: what every .docx of it shares. What stands in one writes e.g. `documents.minutes`.

Headings, repeated table heads, German language and document title are real ones, so that navigation pane, screen reader and
spelling check of Word work (EN 301 549, 10). Text may hold anything: characters that XML forbids are left out, line ends make paragraphs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Cm
from docx.table import Table
from docx.table import _Row as TableRow
from docx.text.paragraph import Paragraph

from goals.text import clean_text
from ratings.documents.cell_styles import SOFT
from ratings.documents.word_styles import FONT, TABLE_STYLE, grade_style, styles_element, twips
from ratings.scheme import NOT_RATED_SYMBOL, NOT_RATED_WORD, Grade

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LONG_CELL: Final = 900  # characters from which a row may go over a page break
_LEFT_OUT: Final = ("stylesWithEffects", "thumbnail", "customXml")  # of python-docx's template: old styles, an empty picture


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a paragraph; `style` is the name of a character style."""

    text: str
    style: str = ""


Line = Sequence[Span | str]
Cell = Sequence[Line]


@dataclass(frozen=True, slots=True)
class Column:
    """Heading and width in centimetres; numbers stand right-aligned."""

    heading: str
    width: float
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A row of one cell across the table: what the rows below it belong to."""

    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells. Its first `continued` cells go on with those above: no line is between them. `stays` keeps it with the next."""

    cells: Sequence[Cell]
    continued: int = 0
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What the file says about itself: document properties, header (`notice`: „Beispieldaten · Entwurf“) and footer."""

    title: str
    subject: str
    header: str
    footer: str
    notice: str = ""
    description: str = ""


def lines_of(text: str) -> list[str]:
    """Return the lines of `text` that hold something, fit for Word."""
    return [line for part in clean_text(text).split("\n") if (line := part.strip())]


def one_line(text: str) -> str:
    return " ".join(clean_text(text).split())


def grade_spans(grade: Grade | None) -> list[Span]:
    """Shape on its colour and the word beside it; no grade is „nicht bewertet“."""
    if grade is None:
        return [Span(f"{NOT_RATED_SYMBOL}\u00a0{NOT_RATED_WORD}")]
    return [Span(f"\u00a0{grade.symbol}\u00a0", grade_style(grade)), Span(f"\u00a0{grade.word}")]


class WordDocument:
    """An A4 document, empty but for header and footer; write from top to bottom, then `save`."""

    def __init__(self, frame: Frame, *, now: datetime, own_styles: Sequence[str] = ()) -> None:
        """`own_styles`: see `word_styles.styles_element`."""
        self._document: Document = docx.Document()
        self._style_ids = _renew_styles(self._document, own_styles)
        _renew_parts(self._document)
        _set_properties(self._document, frame, now)
        section = self._document.sections[0]
        _set_page(section)
        _write_margins(section, frame)

    def line(self, spans: Line | str, style: str = "Normal", *, stays: bool = False) -> None:
        """One paragraph; `stays` keeps it on the page of what follows."""
        paragraph = self._document.add_paragraph()
        self._fill(paragraph, [spans] if isinstance(spans, str) else spans, style)
        if stays:
            paragraph.paragraph_format.keep_with_next = True

    def text(self, text: str, *, label: str = "", style: str = "Normal") -> None:
        """A paragraph for each line that holds something; `label` stands bold in front of the first."""
        for index, line in enumerate(lines_of(text)):
            self.line([Span(f"{label} ", "Strong"), line] if label and not index else [line], style)

    def heading(self, text: str, level: int = 1) -> None:
        self.line(one_line(text), f"Heading {level}")

    def fact(self, word: str, value: str) -> None:
        """„Ort:  Kreishaus“, the values one below the other."""
        self.line([Span(f"{word}:", "Strong"), f"\t{one_line(value)}"], "Angabe")

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Cell] | Row | Band], *, description: str) -> None:
        """A table whose head is repeated on every page; `description` is what a screen reader says of it.

        A paragraph or a heading has to follow, else Word joins it with the next table.
        """
        table = self._document.add_table(rows=1, cols=len(columns), style=TABLE_STYLE)
        _set_up_table(table, columns, one_line(description))
        for cell, column in zip(table.rows[0].cells, columns, strict=True):
            self._fill(cell.paragraphs[0], [column.heading], "Tabellenkopf")
            if column.is_number:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        above: TableRow | None = None
        for given in rows:
            added = table.add_row()
            if isinstance(given, Band):
                self._fill_band(added, given)
            else:
                wanted = given if isinstance(given, Row) else Row(given)
                self._fill_row(added, columns, wanted)
                _join_cells(above, added, wanted.continued)
            above = added

    def _fill_band(self, row: TableRow, band: Band) -> None:
        _keep_whole(row)
        cells = row.cells
        whole = cells[0].merge(cells[-1]) if len(cells) > 1 else cells[0]
        self._fill(whole.paragraphs[0], [one_line(band.text)], "Tabellenband")
        shade: Any = OxmlElement("w:shd")
        for name, value in {"val": "clear", "color": "auto", "fill": SOFT}.items():
            shade.set(qn(f"w:{name}"), value)
        whole._tc.get_or_add_tcPr().append(shade)

    def _fill_row(self, row: TableRow, columns: Sequence[Column], wanted: Row) -> None:
        if max(sum(len(_text(span)) for line in cell for span in line) for cell in wanted.cells) < _LONG_CELL:
            _keep_whole(row)
        for target, column, content in zip(row.cells, columns, wanted.cells, strict=True):
            target.width = Cm(column.width)
            paragraph = target.paragraphs[0]
            if wanted.stays:
                paragraph.paragraph_format.keep_with_next = True
            for index, line in enumerate(content):
                style = "Tabellenzahl" if column.is_number else "Tabellentext"
                self._fill(target.add_paragraph() if index else paragraph, line, style)

    def save(self, out: BinaryIO) -> None:
        self._document.save(out)

    def _fill(self, paragraph: Paragraph, spans: Line, style: str) -> None:
        paragraph._p.style = self._style_ids[style]
        for span in spans:
            self._add(paragraph, span)

    def _add(self, paragraph: Paragraph, span: Span | str) -> None:
        run = paragraph.add_run(clean_text(_text(span)))
        if isinstance(span, Span) and span.style:
            run._r.style = self._style_ids[span.style]


def _text(span: Span | str) -> str:
    return span.text if isinstance(span, Span) else span


def _keep_whole(row: TableRow) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _join_cells(above: TableRow | None, below: TableRow, count: int) -> None:
    """Take away the line between the first `count` cells of two rows; merged ones would be harder to read aloud and to edit."""
    for row, side in ((above, "bottom"), (below, "top")):
        for cell in row.cells[:count] if row is not None else ():
            properties: Any = cell._tc.get_or_add_tcPr()
            borders = properties.find(qn("w:tcBorders"))
            if borders is None:
                borders = OxmlElement("w:tcBorders")
                properties.append(borders)
            line: Any = OxmlElement(f"w:{side}")
            line.set(qn("w:val"), "nil")
            borders.insert(0, line) if side == "top" else borders.append(line)


def _renew_styles(document: Document, own_styles: Sequence[str]) -> dict[str, str]:
    """Replace the styles; return their identifiers by name: python-docx searches all styles for every paragraph."""
    part: Any = document.part.part_related_by(RELATIONSHIP_TYPE.STYLES)
    part._element = styles_element(own_styles)
    return {style.name: style.style_id for style in document.styles if style.name}


def _renew_parts(document: Document) -> None:
    """Replace what else the template brings, and set the language; Word 2013 and later then shows no compatibility mode."""
    package: Any = document.part.package
    for relations in (package.rels, document.part.rels):
        for key in [key for key, relation in relations.items() if relation.reltype.endswith(_LEFT_OUT)]:
            del relations[key]
    fonts: Any = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    fonts._blob = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f'<w:font w:name="{FONT}"><w:altName w:val="Liberation Sans"/><w:charset w:val="00"/><w:family w:val="swiss"/>'
        '<w:pitch w:val="variable"/></w:font></w:fonts>'
    ).encode()
    settings: Any = document.settings.element
    wanted: dict[str, dict[str, str | None]] = {
        "zoom": {"percent": "100"},
        "themeFontLang": {"val": "de-DE", "eastAsia": None},
        "decimalSymbol": {"val": ","},
        "listSeparator": {"val": ";"},
        "compatSetting[@w:name='compatibilityMode']": {"val": "15"},
    }
    for name, values in wanted.items():
        for element in settings.xpath(f".//w:{name}"):
            for attribute, value in values.items():
                if value is None:
                    element.attrib.pop(qn(f"w:{attribute}"), None)
                else:
                    element.set(qn(f"w:{attribute}"), value)
    for element in settings.xpath(".//w:useFELayout | .//w:proofState | .//w:rsids"):
        element.getparent().remove(element)
    settings.find(qn("w:defaultTabStop")).addnext(OxmlElement("w:autoHyphenation"))


def _set_properties(document: Document, frame: Frame, now: datetime) -> None:
    """Word and PDF viewers show the title in place of the file name; a property holds at most 255 characters."""
    properties = document.core_properties
    properties.title = one_line(frame.title)[:255]
    properties.subject = one_line(frame.subject)[:255]
    properties.comments = one_line(frame.description)[:255]
    properties.author = properties.last_modified_by = "Evaluationsportal"
    properties.language = "de-DE"
    properties.revision = 1
    properties.created = properties.modified = now.astimezone(UTC).replace(tzinfo=None)


def _set_page(section: Section) -> None:
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(2.5), Cm(2)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.2)
    section.header_distance = section.footer_distance = Cm(1.1)


def _write_margins(section: Section, frame: Frame) -> None:
    """The header on the first page holds the notice alone: the title stands below it."""
    section.different_first_page_header_footer = True
    for header, words in ((section.header, frame.header), (section.first_page_header, frame.footer)):
        write_header(header.paragraphs[0], words, frame.notice)
    for footer in (section.footer, section.first_page_footer):
        write_footer(footer.paragraphs[0], frame.footer)


def write_header(paragraph: Paragraph, words: str, notice: str) -> None:
    """Words on the left, the notice on the right."""
    paragraph.style = "Header"
    paragraph.add_run(one_line(words))
    if notice:
        paragraph.add_run("\t")
        paragraph.add_run(one_line(notice), style="Strong")


def write_footer(paragraph: Paragraph, words: str) -> None:
    """Words on the left, „Seite 2 von 9“ on the right."""
    paragraph.style = "Footer"
    paragraph.add_run(f"{one_line(words)}\tSeite ")
    _add_field(paragraph, "PAGE")
    paragraph.add_run(" von ")
    _add_field(paragraph, "NUMPAGES")


def _add_field(paragraph: Paragraph, code: str) -> None:
    field: Any = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    field.append(paragraph.add_run("1")._r)
    paragraph._p.append(field)


def _set_up_table(table: Table, columns: Sequence[Column], description: str) -> None:
    table.autofit = False
    properties: Any = table._tbl.tblPr
    width = properties.find(qn("w:tblW"))
    width.set(qn("w:type"), "dxa")
    width.set(qn("w:w"), str(twips(sum(column.width for column in columns))))
    look = properties.find(qn("w:tblLook"))
    look.attrib.clear()
    for name, value in {"val": "0020", "firstRow": "1", "lastRow": "0", "firstColumn": "0", "lastColumn": "0"}.items():
        look.set(qn(f"w:{name}"), value)
    for name, value in {"noHBand": "1", "noVBand": "1"}.items():
        look.set(qn(f"w:{name}"), value)
    caption: Any = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), description)
    properties.append(caption)
    for grid, column in zip(table.columns, columns, strict=True):
        grid.width = Cm(column.width)
    head = table.rows[0]
    for cell, column in zip(head.cells, columns, strict=True):
        cell.width = Cm(column.width)
    for name in ("w:cantSplit", "w:tblHeader"):
        head._tr.get_or_add_trPr().append(OxmlElement(name))
