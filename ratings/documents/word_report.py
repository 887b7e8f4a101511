"""A long Word document: title page, table of contents, numbered chapters, lists, figures and tables with captions, a landscape part."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Cm
from docx.text.paragraph import Paragraph

from goals.text import clean_text
from ratings.documents.cell_styles import INK, LINE, MUTED
from ratings.documents.word import Frame, Span, WordDocument, one_line, write_footer, write_header
from ratings.documents.word_fields import (
    Entry,
    Numbering,
    add_bookmark,
    add_contents,
    add_field,
    heading_number,
    update_fields_on_opening,
)
from ratings.documents.word_styles import (
    TEXT_WIDTH,
    character_style,
    colour,
    heading_style,
    paragraph_style,
    size,
    spacing,
    twips,
)

LANDSCAPE_WIDTH: Final = 25.7  # cm between the margins of the landscape part
_SIDE: Final = 2.0


class Reference(str):
    """A piece of a paragraph: „Abbildung 3“, worked out by Word from the caption with that bookmark."""

    bookmark: str

    def __new__(cls, words: str, bookmark: str) -> "Reference":
        made = super().__new__(cls, words)
        made.bookmark = bookmark
        return made


class ReportDocument(WordDocument):
    """Write from top to bottom. Bookmarks of headings and captions are named by the caller, with letters, digits and „_“."""

    def __init__(self, frame: Frame, *, now: datetime) -> None:
        super().__init__(frame, now=now, own_styles=_own_styles())
        self._frame = frame
        self._numbering = Numbering(self._document)
        self._marks = 0
        update_fields_on_opening(self._document)

    def contents(self, heading: str, entries: Sequence[Entry]) -> None:
        """The table of contents, on a page of its own: what comes next begins another."""
        cleaned = [Entry(entry.level, entry.number, one_line(entry.text), entry.bookmark) for entry in entries]
        add_contents(self._document, heading, cleaned, self._style_ids)

    def chapter(self, text: str, level: int, bookmark: str, *, is_numbered: bool = True, new_page: bool = False) -> None:
        """A heading that the table of contents can name."""
        paragraph = self._document.add_paragraph()
        self._fill(paragraph, [one_line(text)], f"Heading {level}")
        if not is_numbered and level < 3:
            self._numbering.leave_out(paragraph)
        if new_page:
            paragraph.paragraph_format.page_break_before = True
        self._mark(paragraph, bookmark)

    def items(self, items: Sequence[str], *, is_numbered: bool) -> None:
        """A list; numbers begin with 1."""
        number = self._numbering.new_list() if is_numbered else 0
        for item in items:
            paragraph = self._document.add_paragraph()
            self._fill(paragraph, [item], "List Number" if is_numbered else "List Bullet")
            if is_numbered:
                self._numbering.number(paragraph, number)
            else:
                self._numbering.bullet(paragraph)

    def picture(self, image: bytes, alternative: str, name: str) -> None:
        """A picture as wide as the text; `alternative` is what a screen reader says. Its caption has to follow."""
        paragraph = self._document.add_paragraph()
        paragraph._p.style = self._style_ids["Abbildung"]
        inline = paragraph.add_run().add_picture(io.BytesIO(image), width=Cm(TEXT_WIDTH))._inline
        for side in ("distT", "distB", "distL", "distR"):  # LibreOffice otherwise leaves room beside it
            inline.set(side, "0")
        properties: Any = inline.docPr
        properties.set("name", name)
        properties.set("descr", one_line(alternative))

    def caption(self, kind: str, number: int, text: str, bookmark: str, *, is_above: bool) -> None:
        """„Tabelle 2: …“, numbered by Word; above a table, below a picture."""
        paragraph = self._document.add_paragraph()
        paragraph._p.style = self._style_ids["Caption"]
        paragraph.add_run(f"{kind}\u00a0")
        add_field(paragraph._p, f"SEQ {kind} \\* ARABIC", str(number))
        self._mark(paragraph, bookmark)
        paragraph.add_run(f": {one_line(text)}")
        if not is_above:
            paragraph.paragraph_format.keep_with_next = False

    def landscape(self) -> None:
        """What follows stands on landscape pages. A paragraph has to come before."""
        last = self._document.element.body.xpath("./w:p")[-1]
        section = self._document.add_section(WD_SECTION.NEW_PAGE)
        _move_section_break(self._document.element.body, last)
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Cm(29.7), Cm(21)
        section.left_margin = section.right_margin = Cm(_SIDE)
        section.different_first_page_header_footer = False
        section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
        for paragraph in (section.header.paragraphs[0], section.footer.paragraphs[0]):
            stops = paragraph.paragraph_format.tab_stops
            stops.add_tab_stop(twips(TEXT_WIDTH) * 635, WD_TAB_ALIGNMENT.CLEAR)
            stops.add_tab_stop(Cm(LANDSCAPE_WIDTH), WD_TAB_ALIGNMENT.RIGHT)
        write_header(section.header.paragraphs[0], self._frame.header, self._frame.notice)
        write_footer(section.footer.paragraphs[0], self._frame.footer)

    def _mark(self, paragraph: Paragraph, bookmark: str) -> None:
        self._marks += 1
        add_bookmark(paragraph, bookmark, self._marks)

    def _add(self, paragraph: Paragraph, span: Span | str) -> None:
        if isinstance(span, Reference):
            add_field(paragraph._p, f"REF {span.bookmark} \\h", clean_text(span))
        else:
            super()._add(paragraph, span)


def _move_section_break(body: Any, last: Any) -> None:
    """python-docx ends a section with an empty paragraph; the last one with text does as well."""
    empty = next(paragraph for paragraph in reversed(body.findall(qn("w:p"))) if paragraph.find(qn("w:pPr")) is not None)
    properties = empty.pPr.find(qn("w:sectPr"))
    last.get_or_add_pPr().append(properties)
    body.remove(empty)


def _own_styles() -> list[str]:
    """Those of a report; larger type than in a protocol, numbered headings, title page, contents, lists."""
    bar = f'<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="{LINE}"/></w:pBdr>'
    ink_bar = bar.replace(LINE, INK)
    under = f'<w:pBdr><w:bottom w:val="single" w:sz="8" w:space="2" w:color="{INK}"/></w:pBdr>'
    page = f'<w:tab w:val="right" w:leader="dot" w:pos="{twips(TEXT_WIDTH)}"/>'
    bold = "<w:b/><w:bCs/>"
    plain = f"<w:widowControl/><w:suppressAutoHyphens/>{spacing(0, 7, 1.15)}"
    return [
        paragraph_style("Normal", "Normal", plain, f"{colour(INK)}{size(10.5)}", default=True),
        paragraph_style("Herausgeber", "Herausgeber", spacing(130, 4), f"{colour(MUTED)}{size(14)}", after="Title"),
        paragraph_style("Title", "Title", f"<w:keepNext/>{spacing(0, 6)}", f"{bold}{size(30)}", after="Subtitle"),
        paragraph_style("Subtitle", "Subtitle", f"<w:keepNext/>{spacing(0, 40, 1.1)}", size(16), after="Normal"),
        heading_style(1, before=26, after=9, points=16, more=heading_number(1) + under),
        heading_style(2, before=18, after=6, points=13, more=heading_number(2)),
        heading_style(3, before=12, after=4, points=11),
        heading_style(4, before=9, after=3, points=10.5),
        paragraph_style(
            "TOC Heading", "TOCHeading", f"<w:keepNext/><w:pageBreakBefore/>{spacing(0, 10)}", f"{bold}{size(16)}", after="Normal"
        ),
        paragraph_style("toc 1", "TOC1", f'<w:tabs><w:tab w:val="left" w:pos="454"/>{page}</w:tabs>{spacing(7, 2)}', bold),
        paragraph_style(
            "toc 2", "TOC2", f'<w:tabs><w:tab w:val="left" w:pos="1134"/>{page}</w:tabs>{spacing(0, 2)}<w:ind w:left="454"/>'
        ),
        paragraph_style("List Bullet", "ListBullet", spacing(0, 3, 1.15)),
        paragraph_style("List Number", "ListNumber", spacing(0, 3, 1.15)),
        paragraph_style("Abbildung", "Abbildung", f"<w:keepNext/>{spacing(6, 0)}", after="Caption"),
        paragraph_style("caption", "Caption", f"<w:keepNext/>{spacing(8, 5)}", f"{colour(MUTED)}{size(9)}", after="Normal"),
        paragraph_style("Text nach Tabelle", "TextNachTabelle", f"{spacing(9, 7, 1.15)}", after="Normal"),
        paragraph_style("Hinweis", "Hinweis", f'{ink_bar}{spacing(12, 0)}<w:ind w:left="227"/>', bold, after="Normal"),
        paragraph_style(
            "Platzhalter", "Platzhalter", f'{bar}{spacing(0, 8)}<w:ind w:left="227"/>', f"<w:i/><w:iCs/>{colour(MUTED)}"
        ),
        paragraph_style("Tabellenzahl", "Tabellenzahl", '<w:jc w:val="right"/>', based_on="Tabellentext"),
        paragraph_style("Tabellenband", "Tabellenband", f"<w:keepNext/>{spacing(1, 1)}", bold, based_on="Tabellentext"),
        character_style("Leise", "Leise", f"{colour(MUTED)}{size(8.5)}"),
    ]
