"""The same workbook for LibreOffice: cell by cell what the Excel file says, with its charts, print settings and metadata."""

import io
from datetime import date, datetime
from typing import Any

import pytest
from lxml import etree
from odfdo import Document

from ratings.appendix import Appendix
from ratings.documents import write_ods
from ratings.documents.cell_styles import STYLES
from ratings.documents.ods_xml import qualified
from ratings.scheme import Grade
from tests.ratings.appendix_samples import NASTY, appendix, every_kind, row, workbook


def opened(source: Appendix, **options: Any) -> Document:
    out = io.BytesIO()
    write_ods(source, out, **options)
    return Document(io.BytesIO(out.getvalue()))


def part(document: Document, name: str) -> Any:
    assert document.container
    return etree.fromstring(document.container.get_part(name))


@pytest.fixture(scope="module")
def document() -> Document:
    return opened(appendix(*every_kind()))


@pytest.fixture(scope="module")
def content(document: Document) -> Any:
    return part(document, "content.xml")


def _text(node: Any) -> str:
    lines = []
    for paragraph in node.iterchildren(qualified("text:p")):
        pieces = [paragraph.text or ""]
        for child in paragraph:
            is_tab = child.tag == qualified("text:tab")
            pieces += ["\t" if is_tab else " " * int(child.get(qualified("text:c"))), child.tail or ""]
        lines.append("".join(pieces))
    return "\n".join(lines)


def _value(cell: Any) -> Any:
    kind = cell.get(qualified("office:value-type"))
    if kind == "date":
        return date.fromisoformat(cell.get(qualified("office:date-value")))
    if kind in ("float", "percentage"):
        return float(cell.get(qualified("office:value")))
    return _text(cell) or None


def sheets(content: Any) -> dict[str, list[list[tuple[Any, str]]]]:
    """(value, style) of every cell by sheet."""
    return {
        table.get(qualified("table:name")): [
            [(_value(cell), (cell.get(qualified("table:style-name")) or "").replace("_20_", " ")) for cell in line]
            for line in table.iter(qualified("table:table-row"))
        ]
        for table in content.iter(qualified("table:table"))
    }


def test_cells_and_styles_are_those_of_the_excel_file(content: Any) -> None:
    def plain(value: Any) -> Any:
        return value.date() if isinstance(value, datetime) else value

    found = sheets(content)
    book = workbook(appendix(*every_kind()))
    assert list(found) == book.sheetnames
    for sheet in book:
        expected = [
            [(plain(cell.value), "" if cell.style == "Normal" else cell.style) for cell in cells] for cells in sheet.iter_rows()
        ]
        lines = [line[: sheet.max_column] for line in found[sheet.title][: sheet.max_row]]
        assert lines == expected


@pytest.mark.parametrize("text", [*NASTY, "a  b", " vorn", "hinten ", "\t", "of:=1+1", "a\n\nb"])
def test_text_stays_text_and_is_never_a_formula(text: str) -> None:
    content = part(opened(appendix(row(title=text, remark=text, field_title=text))), "content.xml")
    assert not content.xpath("//@*[local-name()='formula']")
    cells = [cell for cell in content.iter(qualified("table:table-cell")) if _text(cell) == text]
    assert len(cells) >= 2
    assert {cell.get(qualified("office:value-type")) for cell in cells} == {"string"}


def test_control_characters_are_removed() -> None:
    found = sheets(part(opened(appendix(row(title="vor\x00nach\x0b\ufffe"))), "content.xml"))
    assert "vornach" in [value for line in found["Daten"] for value, _ in line]


def test_every_style_that_is_used_exists(document: Document, content: Any) -> None:
    styles = part(document, "styles.xml")
    known = {node.get(qualified("style:name")) for node in styles.iter(qualified("style:style"))}
    used = {node.get(qualified("table:style-name")) for node in content.iter(qualified("table:table-cell"))} - {None}
    assert used <= known
    assert {style.name for style in STYLES} <= {node.get(qualified("style:display-name")) for node in styles.iter()}
    own = {node.get(qualified("style:name")) for node in content.iter(qualified("style:style"))}
    for tag in ("table:table", "table:table-row", "table:table-column"):
        assert {node.get(qualified("table:style-name")) for node in content.iter(qualified(tag))} <= own


@pytest.mark.parametrize("grade", Grade)
def test_colours_are_those_of_the_scheme(document: Document, grade: Grade) -> None:
    styles = part(document, "styles.xml")
    style = next(node for node in styles.iter() if node.get(qualified("style:display-name")) == f"Ampel {grade.value}")
    cell = style.find(qualified("style:table-cell-properties"))
    assert cell.get(qualified("fo:background-color")) == f"#{grade.fill}"


def test_title_and_language(document: Document) -> None:
    assert document.meta.title == "Evaluationsergebnisse Konzept Migration und Integration 2023-2027"
    assert document.meta.language == "de-DE"
    text = part(document, "styles.xml").find(f".//{qualified('style:default-style')}/{qualified('style:text-properties')}")
    assert (text.get(qualified("fo:language")), text.get(qualified("fo:country"))) == ("de", "DE")


def test_print_settings(document: Document, content: Any) -> None:
    styles = part(document, "styles.xml")
    for page in styles.iter(qualified("style:page-layout-properties")):
        assert page.get(qualified("style:print-orientation")) == "landscape"
        assert (page.get(qualified("fo:page-width")), page.get(qualified("fo:page-height"))) == ("297mm", "210mm")
    repeated = {
        table.get(qualified("table:name")): _text(
            table.find(f"{qualified('table:table-header-rows')}//{qualified('table:table-cell')}")
        )
        for table in content.iter(qualified("table:table"))
        if table.find(qualified("table:table-header-rows")) is not None
    }
    assert repeated == {"Anhang": "Ziel", "Daten": "Schlüssel", "Berichte": "Schlüssel"}


def test_tables_have_filters_over_all_their_rows(content: Any) -> None:
    ranges = [node.get(qualified("table:target-range-address")) for node in content.iter(qualified("table:database-range"))]
    assert [address.split(":")[0] for address in ranges] == ["Daten.A1", "Berichte.A1"]
    assert ranges[0].endswith("135")


def test_charts_draw_from_the_cells_they_name(document: Document, content: Any) -> None:
    frames = list(content.iter(qualified("draw:frame")))
    assert [frame.find(qualified("svg:title")).text for frame in frames] == [
        "Zielerreichungsgrade je Handlungsfeld: Anzahl der Maßnahmen",
        "Kennzeichen: Anzahl der Maßnahmen",
    ]
    assert all("Gestapelte Balken" in frame.find(qualified("svg:desc")).text for frame in frames)
    lines = sheets(content)["Auswertung"]
    chart = part(document, "Object 1/content.xml")
    names = []
    for series in chart.iter(qualified("chart:series")):
        cell = series.get(qualified("chart:label-cell-address")).split(":")[0].removeprefix("Auswertung.")
        names.append(lines[int(cell[1:]) - 1][ord(cell[0]) - ord("A")][0])
    assert names[:4] == [f"{grade.symbol} {grade.word} ({grade.colour})" for grade in Grade]
    paths = document.manifest.get_paths()
    assert {"Object 1/", "Object 1/content.xml", "Object 2/", "Object 2/styles.xml"} <= set(paths)
