"""What Word works out itself: numbers of captions, references to them, the table of contents, numbered headings and lists.

python-docx has no words for these, so they are written as XML (ECMA-376, part 1, 17.9 and 17.16).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from docx.document import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph

_HEADING_LIST: Final = 1  # numId of the headings; those of bullets and numbers follow
_BULLETS: Final = 2
_NUMBERS: Final = 3
_NOT_NUMBERED: Final = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table of contents; `bookmark` is around the heading, `number` empty for one that is not numbered."""

    level: int
    number: str
    text: str
    bookmark: str


def add_field(parent: Any, code: str, shown: str) -> None:
    """Append a field to a paragraph element; `shown` stands there until Word works it out."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    field.append(_run(shown))
    parent.append(field)


def add_bookmark(paragraph: Paragraph, name: str, number: int) -> None:
    """Put a bookmark around what the paragraph holds now; `number` is unique in the document."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for element in (start, end):
        element.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    children = [child for child in paragraph._p if child.tag != qn("w:pPr")]
    children[0].addprevious(start) if children else paragraph._p.append(start)
    paragraph._p.append(end)


def add_contents(document: Document, heading: str, entries: Sequence[Entry], style_ids: dict[str, str]) -> None:
    """Append the table of contents: a field that Word fills, holding the lines as they are now, each a link to its heading."""
    block = parse_xml(
        f'<w:sdt {nsdecls("w")}><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/>'
        "</w:docPartObj></w:sdtPr><w:sdtContent/></w:sdt>"
    )
    content: Any = block.find(qn("w:sdtContent"))
    content.append(_paragraph(style_ids["TOC Heading"], [_run(heading)]))
    for index, entry in enumerate(entries):
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), entry.bookmark)
        link.set(qn("w:history"), "1")
        for part in (entry.number, entry.text) if entry.number else (entry.text,):
            link.append(_run(part))
            link.append(_run("\t"))
        add_field(link, f"PAGEREF {entry.bookmark} \\h", "…")
        parts = [link]
        if index == 0:
            parts = [_mark("begin"), _code('TOC \\o "1-2" \\h \\z \\u'), _mark("separate"), link]
        if index == len(entries) - 1:
            parts.append(_mark("end"))
        content.append(_paragraph(style_ids[f"toc {entry.level}"], parts))
    document.element.body.insert_element_before(block, "w:sectPr")


def update_fields_on_opening(document: Document) -> None:
    """Word then asks whether to work out all fields, the table of contents among them."""
    settings: Any = document.settings.element
    element = OxmlElement("w:updateFields")
    element.set(qn("w:val"), "true")
    followers = ("hdrShapeDefaults", "footnotePr", "endnotePr", "compat")
    next(found for name in followers if (found := settings.find(qn(f"w:{name}"))) is not None).addprevious(element)


def _paragraph(style_id: str, parts: Iterable[Any]) -> Any:
    paragraph: Any = OxmlElement("w:p")
    paragraph.style = style_id
    for part in parts:
        paragraph.append(part)
    return paragraph


def _run(text: str) -> Any:
    run: Any = OxmlElement("w:r")
    run.text = text
    return run


def _mark(kind: str) -> Any:
    run: Any = OxmlElement("w:r")
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    run.append(mark)
    return run


def _code(code: str) -> Any:
    run: Any = OxmlElement("w:r")
    element = OxmlElement("w:instrText")
    element.set(qn("xml:space"), "preserve")
    element.text = code
    run.append(element)
    return run


class Numbering:
    """The lists of a document: headings („3.1“), bullets, and numbers that begin anew with every list."""

    def __init__(self, document: Document) -> None:
        self._root: Any = document.part.numbering_part.element
        for child in list(self._root):
            self._root.remove(child)
        for xml in (_headings_xml(), _list_xml(1, "bullet", "•"), _list_xml(2, "decimal", "%1.")):
            self._root.append(parse_xml(xml))
        for number, abstract in ((_HEADING_LIST, 0), (_BULLETS, 1), (_NUMBERS, 2)):
            self._add(number, abstract)
        self._last = _NUMBERS

    def bullet(self, paragraph: Paragraph) -> None:
        _set_number(paragraph, _BULLETS)

    def new_list(self) -> int:
        """Return the number of a list that begins with 1."""
        self._last += 1
        restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
        self._add(self._last, 2, restart)
        return self._last

    def number(self, paragraph: Paragraph, list_number: int) -> None:
        _set_number(paragraph, list_number)

    def leave_out(self, paragraph: Paragraph) -> None:
        """A heading that is not counted."""
        _set_number(paragraph, _NOT_NUMBERED)
        indent = paragraph.paragraph_format
        indent.left_indent = indent.first_line_indent = 0

    def _add(self, number: int, abstract: int, more: str = "") -> None:
        xml = f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{more}</w:num>'
        self._root.append(parse_xml(xml))


def heading_number(level: int) -> str:
    """XML for the style of a numbered heading."""
    return f'<w:numPr><w:ilvl w:val="{level - 1}"/><w:numId w:val="{_HEADING_LIST}"/></w:numPr>'


def _set_number(paragraph: Paragraph, number: int) -> None:
    properties: Any = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = number


def _headings_xml() -> str:
    levels = []
    for level in range(9):
        is_counted = level < 2
        text = ("%1", "%1.%2")[level] if is_counted else ""
        style = f'<w:pStyle w:val="Heading{level + 1}"/>' if is_counted else ""
        kind = f'<w:numFmt w:val="{"decimal" if is_counted else "none"}"/>{style}<w:suff w:val="{"tab" if is_counted else "nothing"}"/>'
        indent = '<w:ind w:left="680" w:hanging="680"/>' if is_counted else '<w:ind w:left="0" w:firstLine="0"/>'
        levels.append(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/>{kind}<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
            f"<w:pPr>{indent}</w:pPr></w:lvl>"
        )
    return _abstract(0, "multilevel", "".join(levels))


def _list_xml(number: int, kind: str, text: str) -> str:
    level = (
        f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        '<w:pPr><w:ind w:left="454" w:hanging="340"/></w:pPr></w:lvl>'
    )
    return _abstract(number, "singleLevel", level)


def _abstract(number: int, kind: str, levels: str) -> str:
    return f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}"><w:multiLevelType w:val="{kind}"/>{levels}</w:abstractNum>'
