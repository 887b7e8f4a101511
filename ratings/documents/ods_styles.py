"""Styles of an OpenDocument workbook: the cell styles of `cell_styles`, the page and its head and foot."""

from collections.abc import Sequence
from typing import Final

from ratings.appendix import Appendix
from ratings.documents import wording
from ratings.documents.cell_styles import DATE, FONT, INK, PERCENT, SIZE, STYLES, TEXT, CellStyle, Edge
from ratings.documents.grid import Grid
from ratings.documents.ods_xml import Node, add, new_root, to_bytes

_WEIGHTS: Final = {"thin": "0.75pt", "medium": "1.5pt", "thick": "2.25pt"}
_SIDES: Final = {"left": "start", "center": "center", "right": "end"}
_MIDDLE: Final = {"top": "top", "center": "middle"}
_INDENT: Final = 8  # points of one step
_FORMATS: Final = {TEXT: "NText", DATE: "NDatum", PERCENT: "NProzent", "0": "NZahl"}
_FITTED: Final = "Seite-in-Breite"
_OWN_SIZE: Final = "Seite-in-Originalgröße"


def styles_part(appendix: Appendix, grids: Sequence[Grid]) -> bytes:
    """Return „styles.xml“ with one master page for each sheet."""
    root = new_root("office:document-styles")
    styles = add(root, "office:styles")
    _defaults(styles)
    _number_formats(styles)
    add(styles, "style:style", {"style:name": "Default", "style:family": "table-cell"})
    for style in STYLES:
        _cell_style(styles, style)
    automatic = add(root, "office:automatic-styles")
    _page_layout(automatic, _FITTED, fits_width=True)
    _page_layout(automatic, _OWN_SIZE, fits_width=False)
    masters = add(root, "office:master-styles")
    for number, grid in enumerate(grids, start=1):
        layout = _FITTED if grid.fits_width else _OWN_SIZE
        master = add(masters, "style:master-page", {"style:name": master_name(number), "style:page-layout-name": layout})
        _running(master, appendix, grid.name)
    return to_bytes(root)


def style_id(name: str) -> str:
    """Return the internal name of a cell style: names in the file have no spaces, the shown name has."""
    return name.replace(" ", "_20_")


def master_name(number: int) -> str:
    """Return the name of the master page of the sheet with this number."""
    return f"Blatt{number}"


def _defaults(styles: Node) -> None:
    style = add(styles, "style:default-style", {"style:family": "table-cell"})
    _text(style, size=SIZE, bold=False, colour=INK, language=True)
    graphics = add(styles, "style:default-style", {"style:family": "graphic"})
    _text(graphics, size=SIZE, bold=False, colour=INK, language=True)


def _text(style: Node, *, size: float, bold: bool, colour: str, language: bool = False) -> None:
    weight = "bold" if bold else "normal"
    attributes = {
        "fo:font-family": FONT,
        "fo:font-size": f"{size:g}pt",
        "fo:font-weight": weight,
        "fo:color": f"#{colour}",
        # Arabic and Chinese letters have sizes and weights of their own.
        **{f"style:font-size-{script}": f"{size:g}pt" for script in ("asian", "complex")},
        **{f"style:font-weight-{script}": weight for script in ("asian", "complex")},
    }
    if language:
        attributes |= {"fo:language": "de", "fo:country": "DE"}
    add(style, "style:text-properties", attributes)


def _number_formats(styles: Node) -> None:
    text = add(styles, "number:text-style", {"style:name": _FORMATS[TEXT]})
    add(text, "number:text-content")
    date = add(styles, "number:date-style", {"style:name": _FORMATS[DATE], "number:language": "de", "number:country": "DE"})
    add(date, "number:day", {"number:style": "long"})
    add(date, "number:text", text=".")
    add(date, "number:month", {"number:style": "long"})
    add(date, "number:text", text=".")
    add(date, "number:year", {"number:style": "long"})
    whole = {"number:decimal-places": "0", "number:min-integer-digits": "1"}
    add(add(styles, "number:number-style", {"style:name": _FORMATS["0"]}), "number:number", whole)
    percent = add(styles, "number:percentage-style", {"style:name": _FORMATS[PERCENT]})
    add(percent, "number:number", whole)
    add(percent, "number:text", text=" %")


def _cell_style(styles: Node, style: CellStyle) -> None:
    names = {"style:name": style_id(style.name), "style:display-name": style.name, "style:family": "table-cell"}
    names["style:parent-style-name"] = "Default"
    if style.number_format:
        names["style:data-style-name"] = _FORMATS[style.number_format]
    node = add(styles, "style:style", names)
    cell = {"style:vertical-align": _MIDDLE[style.vertical], "fo:padding-left": "1pt", "fo:padding-right": "1pt"}
    if style.wraps:
        cell["fo:wrap-option"] = "wrap"
    if style.fill:
        cell["fo:background-color"] = f"#{style.fill}"
    edges = {"top": style.top, "bottom": style.bottom, "left": style.sides, "right": style.sides}
    cell |= {f"fo:border-{side}": _edge(edge) for side, edge in edges.items() if edge}
    if style.horizontal:
        cell["style:text-align-source"] = "fix"
    add(node, "style:table-cell-properties", cell)
    paragraph = {}
    if style.horizontal:
        paragraph["fo:text-align"] = _SIDES[style.horizontal]
    if style.indent:
        paragraph["fo:margin-right" if style.horizontal == "right" else "fo:margin-left"] = f"{style.indent * _INDENT}pt"
    if paragraph:
        add(node, "style:paragraph-properties", paragraph)
    _text(node, size=style.size, bold=style.bold, colour=style.colour)


def _edge(edge: Edge) -> str:
    return f"{_WEIGHTS[edge.weight]} solid #{edge.colour}"


def _page_layout(automatic: Node, name: str, *, fits_width: bool) -> None:
    layout = add(automatic, "style:page-layout", {"style:name": name})
    page = {
        "fo:page-width": "297mm",
        "fo:page-height": "210mm",
        "style:print-orientation": "landscape",
        "fo:margin-top": "7.1mm",
        "fo:margin-bottom": "7.1mm",
        "fo:margin-left": "9.9mm",
        "fo:margin-right": "9.9mm",
        "style:first-page-number": "continue",
        "style:print": "charts drawings objects zero-values",
    }
    if fits_width:
        page |= {"style:scale-to-X": "1", "style:table-centering": "horizontal"}
    add(layout, "style:page-layout-properties", page)
    sides = {"fo:margin-left": "0mm", "fo:margin-right": "0mm"}
    for part, margin in (("header", "bottom"), ("footer", "top")):
        style = add(layout, f"style:{part}-style")
        add(style, "style:header-footer-properties", {**sides, "fo:min-height": "8.9mm", f"fo:margin-{margin}": "4mm"})


def _running(master: Node, appendix: Appendix, sheet: str) -> None:
    header, footer = wording.running_words(appendix, sheet)
    head = add(master, "style:header")
    for side, words in zip(("left", "right"), header, strict=True):
        add(add(head, f"style:region-{side}"), "text:p", text=" ".join(words.split()))
    foot = add(master, "style:footer")
    add(add(foot, "style:region-left"), "text:p", text=" ".join(footer[0].split()))
    pages = add(add(foot, "style:region-right"), "text:p", text="Seite ")
    number = add(pages, "text:page-number", text="1")
    number.tail = " von "
    add(pages, "text:page-count", text="1")
