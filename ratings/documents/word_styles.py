"""The styles of a Word document: written anew in place of those of python-docx's template, so that none is left that nobody uses.

Everything that is seen comes from a style: an office that edits the file changes a style, not single paragraphs. Arial is on every
machine, or replaced by Liberation Sans of the same widths; a font that is missing (Fira Sans) LibreOffice replaces by a much wider one.
"""

from collections.abc import Sequence
from typing import Final

from docx.oxml import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement

from ratings.documents.cell_styles import BAND, INK, LINE, MUTED, grade_ink
from ratings.scheme import Grade

FONT: Final = "Arial"
TEXT_WIDTH: Final = 16.5  # cm between the margins of an A4 page
LABEL_WIDTH: Final = 3.4  # cm from the margin to the values of „Angabe“
TABLE_STYLE: Final = "Tabelle mit Linien"
_NAMESPACE: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STYLE_ID: Final = f"{{{_NAMESPACE}}}styleId"
_BUILT_IN: Final = ("Normal", "Title", "Subtitle", "caption", "header", "footer", "heading ", "toc ", "TOC Heading", "List ")


def twips(centimetres: float) -> int:
    """Twentieths of a point, the unit of lengths in Word."""
    return round(centimetres * 1440 / 2.54)


def grade_style(grade: Grade) -> str:
    """Name of the character style for the symbol of a grade: ink on the grade's colour."""
    return f"Ampel {grade.value}"


def styles_element(own: Sequence[str] = ()) -> BaseOxmlElement:
    """Return `w:styles`: paragraphs (Title to Footer), characters (Strong, Ampel …), the table with lines; German throughout.

    `own`: further styles of one kind of document (`paragraph_style`); one with the same identifier replaces the common one.
    """
    parts = [_defaults(), *_paragraph_styles(), *_character_styles(), *_table_styles()]
    styles = parse_xml(_wrapped("".join(parts)))
    for style in parse_xml(_wrapped("".join(own))):
        for common in styles.findall(style.tag):
            if common.get(_STYLE_ID) == style.get(_STYLE_ID):
                styles.remove(common)
        styles.append(style)
    return styles


def _wrapped(styles: str) -> str:
    return f'<w:styles xmlns:w="{_NAMESPACE}">{styles}</w:styles>'


def _defaults() -> str:
    return (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{_font()}{size(10)}"
        '<w:lang w:val="de-DE" w:eastAsia="de-DE" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    )


def _paragraph_styles() -> list[str]:
    right = f'<w:tabs><w:tab w:val="right" w:pos="{twips(TEXT_WIDTH)}"/></w:tabs>'
    label = twips(LABEL_WIDTH)
    facts = f'<w:tabs><w:tab w:val="left" w:pos="{label}"/></w:tabs>{spacing(0, 3)}<w:ind w:left="{label}" w:hanging="{label}"/>'
    bar = f'<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="{INK}"/></w:pBdr>'
    return [
        paragraph_style(
            "Normal", "Normal", f"<w:widowControl/><w:suppressAutoHyphens/>{spacing(0, 5, 1.12)}", colour(INK), default=True
        ),
        paragraph_style("Title", "Title", f"<w:keepNext/>{spacing(0, 2)}", f"<w:b/><w:bCs/>{size(22)}", after="Subtitle"),
        paragraph_style("Subtitle", "Subtitle", f"<w:keepNext/>{spacing(0, 12)}", f"{colour(MUTED)}{size(13)}", after="Normal"),
        heading_style(
            1,
            before=20,
            after=6,
            points=14,
            more=f'<w:pBdr><w:bottom w:val="single" w:sz="8" w:space="2" w:color="{INK}"/></w:pBdr>',
        ),
        heading_style(2, before=14, after=5, points=11.5),
        heading_style(3, before=9, after=2, points=10),
        paragraph_style("caption", "Caption", f"<w:keepNext/>{spacing(6, 4)}", f"{colour(MUTED)}{size(9)}", after="Normal"),
        paragraph_style("header", "Header", f"{right}{spacing(0, 0)}", f"{colour(MUTED)}{size(8.5)}"),
        paragraph_style("footer", "Footer", f"{right}{spacing(0, 0)}", f"{colour(MUTED)}{size(8.5)}"),
        paragraph_style("Angabe", "Angabe", facts),
        paragraph_style("Hinweis", "Hinweis", f'{bar}{spacing(0, 8)}<w:ind w:left="227"/>', "<w:b/><w:bCs/>", after="Normal"),
        paragraph_style("Tabellentext", "Tabellentext", f'<w:suppressAutoHyphens w:val="0"/>{spacing(0, 1, 1.05)}', size(9)),
        paragraph_style(
            "Tabellenkopf", "Tabellenkopf", f"<w:keepNext/>{spacing(0, 0)}", f"<w:b/><w:bCs/>{size(9)}", based_on="Tabellentext"
        ),
        paragraph_style("Schlusszeile", "Schlusszeile", spacing(16, 0), f"{colour(MUTED)}{size(8.5)}"),
    ]


def heading_style(level: int, *, before: float, after: float, points: float, more: str = "") -> str:
    """Return the style of a heading; `more` is XML between `keepLines` and the spacing."""
    layout = f'<w:keepNext/><w:keepLines/>{more}{spacing(before, after)}<w:outlineLvl w:val="{level - 1}"/>'
    return paragraph_style(f"heading {level}", f"Heading{level}", layout, f"<w:b/><w:bCs/>{size(points)}", after="Normal")


def _character_styles() -> list[str]:
    default = (
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/></w:style>'
    )
    strong = character_style("Strong", "Strong", "<w:b/><w:bCs/>")
    grades = [
        character_style(
            grade_style(grade),
            f"Ampel{grade.value.capitalize()}",
            f'<w:b/><w:bCs/>{colour(grade_ink(grade))}<w:shd w:val="clear" w:color="auto" w:fill="{grade.fill}"/>',
        )
        for grade in Grade
    ]
    return [default, strong, *grades]


def _table_styles() -> list[str]:
    line = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{colour}"/>'
        for side, colour in (("top", INK), ("bottom", INK), ("insideH", LINE))
    )
    margins = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in (("top", 45), ("left", 85), ("bottom", 45), ("right", 85))
    )
    head = (
        '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:bCs/></w:rPr><w:tcPr>'
        f'<w:tcBorders><w:bottom w:val="single" w:sz="8" w:space="0" w:color="{INK}"/></w:tcBorders>'
        f'<w:shd w:val="clear" w:color="auto" w:fill="{BAND}"/></w:tcPr></w:tblStylePr>'
    )
    normal = (
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/>'
        '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/>'
        "</w:tblCellMar></w:tblPr></w:style>"
    )
    inside = f"<w:tblBorders>{line}</w:tblBorders><w:tblCellMar>{margins}</w:tblCellMar>"
    lined = (
        f'<w:style w:type="table" w:customStyle="1" w:styleId="TabelleMitLinien"><w:name w:val="{TABLE_STYLE}"/>'
        f'<w:basedOn w:val="TableNormal"/><w:qFormat/><w:tblPr>{inside}</w:tblPr>{head}</w:style>'
    )
    return [normal, lined]


def paragraph_style(
    name: str, style_id: str, layout: str, run: str = "", *, based_on: str = "Normal", after: str = "", default: bool = False
) -> str:
    """Return a paragraph style: `layout` and `run` are the XML of its properties, `after` the style of the next paragraph."""
    attributes = (' w:default="1"' if default else "") + ("" if name.startswith(_BUILT_IN) else ' w:customStyle="1"')
    base = "" if default else f'<w:basedOn w:val="{based_on}"/>'
    following = f'<w:next w:val="{after}"/>' if after else ""
    return (
        f'<w:style w:type="paragraph"{attributes} w:styleId="{style_id}"><w:name w:val="{name}"/>{base}{following}<w:qFormat/>'
        f"<w:pPr>{layout}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def character_style(name: str, style_id: str, run: str) -> str:
    """Return a character style; `run` is the XML of its properties."""
    return (
        f'<w:style w:type="character" w:styleId="{style_id}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="DefaultParagraphFont"/><w:qFormat/><w:rPr>{run}</w:rPr></w:style>'
    )


def _font() -> str:
    return f'<w:rFonts w:ascii="{FONT}" w:eastAsia="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}"/>'


def colour(digits: str) -> str:
    """XML of a colour, six hexadecimal digits RGB."""
    return f'<w:color w:val="{digits}"/>'


def size(points: float) -> str:
    """XML of a font size."""
    return f'<w:sz w:val="{round(points * 2)}"/><w:szCs w:val="{round(points * 2)}"/>'


def spacing(before: float, after: float, line: float = 1.0) -> str:
    """XML of the room around a paragraph, in points, and of its line height."""
    return f'<w:spacing w:before="{round(before * 20)}" w:after="{round(after * 20)}" w:line="{round(line * 240)}" w:lineRule="auto"/>'
