"""The Anhang as an Excel file: cells that stay text, and the sheet „Anhang“ that is read and printed."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from ratings.appendix import Appendix, AppendixRow
from ratings.documents import wording, write_xlsx
from ratings.documents.cell_styles import INK, MUTED, SOFT, WHITE, contrast, grade_ink
from ratings.documents.grid import CUT_NOTE, MAX_CHARS, PAGE_HEIGHT, PAGE_WIDTH, GridRow, page_breaks
from ratings.documents.text_width import line_height, wrap
from ratings.rollup import Standing
from ratings.scheme import Grade, Marker
from tests.ratings.appendix_samples import NASTY, appendix, data, every_kind, measure_rows, row, texts, workbook


@pytest.fixture(scope="module")
def book() -> Workbook:
    return workbook(appendix(*every_kind()))


# --- Cells


@pytest.mark.parametrize("text", NASTY)
def test_text_stays_text(text: str) -> None:
    book = workbook(appendix(row(title=text, goal_text=text, remark=text, challenge_title=text, field_title=text)))
    for sheet in (book["Anhang"], book["Daten"]):
        cells = [cell for cells in sheet.iter_rows() for cell in cells if cell.value == text]
        assert cells
        assert {cell.data_type for cell in cells} == {"s"}
        assert {cell.quotePrefix for cell in cells} == {text.lstrip()[0] in "=+-@"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("vor\x00nach", "vornach"),
        ("a\x07\x0b\x1f\x7fb", "ab"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\u202eumgekehrt", "umgekehrt"),
        ("halb\ud800", "halb"),
        ("\ufffe\uffffx", "x"),
        ("_x0041_", "_x005F_x0041_"),
    ],
)
def test_control_characters_are_removed(text: str, kept: str) -> None:
    book = workbook(appendix(row(title=text), concept_title=f"Konzept{text}", concept_short_title=text))
    assert data(book)[0]["Maßnahme"] == kept
    assert kept in texts(book["Anhang"]) or "\n" in kept


@pytest.mark.parametrize("char", ["x", "😀"])
def test_a_cut_is_visible(char: str) -> None:
    text = data(workbook(appendix(row(remark=char * 40_000))))[0]["Bemerkung"]
    assert text.endswith(CUT_NOTE)
    assert MAX_CHARS - 1 <= len(text.encode("utf-16-le")) // 2 <= MAX_CHARS


def test_no_formula_and_no_merged_cell(book: Workbook) -> None:
    for sheet in book:
        assert {cell.data_type for cells in sheet.iter_rows() for cell in cells} <= {"s", "n", "d"}
        assert not sheet.merged_cells.ranges


@pytest.mark.parametrize("grade", Grade)
def test_symbols_are_readable_on_their_filling(grade: Grade) -> None:
    assert contrast(grade_ink(grade), grade.fill) >= 4.5


@pytest.mark.parametrize(("ink", "ground"), [(INK, WHITE), (INK, SOFT), (MUTED, WHITE)])
def test_text_is_readable(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= 7


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("000000", "FFFFFF") == pytest.approx(21)
    assert contrast("777777", "FFFFFF") == pytest.approx(4.48, abs=0.01)


# --- Sheet „Anhang“


def test_title_block() -> None:
    sheet = workbook(appendix(row(), total=12), selection="Handlungsfeld Sprache, gering")["Anhang"]
    assert texts(sheet)[:5] == [
        "Evaluationsergebnisse Konzept Migration und Integration 2023-2027",
        "Übersicht: Bewertung der inhaltlichen Zielerreichung der Maßnahmen",
        "Runde 2026 · Stand 22.11.2026 · Entwurf (in Abstimmung)",
        wording.EXAMPLE_NOTE,
        "1 von 12 Maßnahmen: Handlungsfeld Sprache, gering",
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Entwurf (in Abstimmung)"),
        ({"version": 2, "state_word": "abgeschlossen"}, "Entwurf (abgeschlossen, Fassung 2)"),
        ({"is_draft": False, "version": 1, "released_on": date(2023, 6, 30)}, "freigegeben am 30.06.2023, Fassung 1"),
    ],
)
def test_state_in_words(changes: dict[str, Any], words: str) -> None:
    assert wording.state(appendix(**changes)) == words


def test_real_data_does_not_say_beispieldaten() -> None:
    book = workbook(appendix(row(), is_example=False))
    assert not any("Beispieldaten" in text for sheet in book for text in texts(sheet))
    assert "Beispieldaten" not in book["Anhang"].oddHeader.right.text


def test_legend_shows_every_grade_and_marker(book: Workbook) -> None:
    found = texts(book["Anhang"])
    for marker in Marker:
        assert found[found.index(marker.word) - 1] == marker.symbol
    for grade in Grade:
        index = next(i for i, text in enumerate(found) if text.startswith(f"Zielerreichungsgrad {grade.word} ("))
        assert found[index - 1] == grade.symbol


@pytest.mark.parametrize(
    ("source", "symbol", "words", "fill"),
    [
        (row(grade=Grade.HIGH), "●", "hoch", Grade.HIGH.fill),
        (row(grade=Grade.MEDIUM), "◆", "mittel", Grade.MEDIUM.fill),
        (row(grade=Grade.LOW), "▲", "gering", Grade.LOW.fill),
        (row(grade=Grade.UNCLEAR), "?", "unklar", Grade.UNCLEAR.fill),
        (row(grade=Grade.HIGH, recheck=True), "●", "hoch\nerneut prüfen", Grade.HIGH.fill),
        (row(standing=Standing.PROPOSAL, grade=Grade.HIGH), "○", "hoch\nVorschlag", None),
        (row(standing=Standing.PROPOSAL, grade=Grade.MEDIUM), "◇", "mittel\nVorschlag", None),
        (row(standing=Standing.PROPOSAL, grade=Grade.LOW), "△", "gering\nVorschlag", None),
        (row(standing=Standing.DISPUTED), "≠", "uneinig", None),
        (row(standing=Standing.NOT_RATED, reason="Entfällt"), "–", "nicht bewertet", None),
        (row(standing=Standing.NONE, units=()), "–", "nicht bewertet\nniemand zuständig", None),
    ],
)
def test_rating_is_symbol_word_and_colour(source: AppendixRow, symbol: str, words: str, fill: str | None) -> None:
    cells = measure_rows(workbook(appendix(source))["Anhang"])[0]
    assert (cells["Ampel"].value, cells["Bewertung"].value) == (symbol, words)
    assert (cells["Ampel"].fill.fgColor.rgb[2:] if cells["Ampel"].fill.fill_type else None) == fill


def test_goal_stands_on_its_first_measure_only() -> None:
    rows = measure_rows(workbook(appendix(row("1"), row("1", 2), row("2")))["Anhang"])
    assert [(cells["Ziel"].value, cells["Nr."].value) for cells in rows] == [("1", "1.1"), (None, "1.2"), ("2", "2.1")]
    assert rows[1]["Herausforderung & Zielbeschreibung"].value is None


def test_one_block_per_field_in_the_order_of_the_rows(book: Workbook) -> None:
    first = [cell.value for cell in book["Anhang"]["A"] if cell.value]
    bands = [f"Handlungsfeld „Feld {index} & Teilhabe“" for index in range(1, 10)]
    assert [value for value in first if value.startswith("Handlungsfeld")] == bands
    assert first.count("Ziel") == 9
    assert [cells["Nr."].value for cells in measure_rows(book["Anhang"])] == [source.number for source in every_kind()]


def test_another_order_stands_in_one_list() -> None:
    sheet = workbook(appendix(row("1"), row("2"), row("1", 2)))["Anhang"]
    assert [cells["Ziel"].value for cells in measure_rows(sheet)] == ["1", "2", "1"]
    assert not any(text.startswith("Handlungsfeld „") for text in texts(sheet))


def test_an_empty_selection_says_so() -> None:
    book = workbook(appendix(total=134), selection="gering")
    assert wording.NOTHING_FOUND in texts(book["Anhang"])
    assert book["Daten"].tables["Daten"].ref.endswith("2")


def test_a_round_without_ratings_has_no_rating_columns() -> None:
    book = workbook(appendix(row(), has_ratings=False))
    assert not {"Ampel", "Bewertung", "Bewertungsschema"} & set(texts(book["Sachstand"]))
    assert not {"Zielerreichungsgrad", "Routine (R)", "Begründung", "Vorschläge"} & set(data(book)[0])


def test_remark_and_reason_have_a_column_only_where_there_is_one() -> None:
    source = row(standing=Standing.NOT_RATED, reason="Maßnahme entfällt.", remark="Siehe Ziel 3.")
    assert measure_rows(workbook(appendix(source))["Anhang"])[0]["Bemerkung"].value == "Maßnahme entfällt.\nSiehe Ziel 3."
    assert "Bemerkung" not in texts(workbook(appendix(row()))["Anhang"])


def test_a_reason_that_all_share_is_told_once() -> None:
    rows = [row("1", index, standing=Standing.NOT_RATED, reason="Farbe nicht überliefert") for index in (1, 2, 3)]
    found = texts(workbook(appendix(*rows))["Anhang"])
    assert found.count("Nicht bewertet (3 Maßnahmen): Farbe nicht überliefert.") == 1
    assert "Bemerkung" not in found


@pytest.mark.parametrize(
    ("unknown", "note", "in_rows"),
    [
        ({}, "", set()),
        ({"1": ["influence"], "31": ["influence"], "32": ["influence"]}, "Kennzeichen ↗ nicht überliefert.", set()),
        (
            {"1": ["influence"], "31": ["influence"], "32": ["influence", "continuation", "conditions"]},
            "Kennzeichen ➔ und □ ab Ziel 32 nicht überliefert; ↗ nicht überliefert.",
            set(),
        ),
        ({"31": ["routine"]}, "Kennzeichen R teilweise nicht überliefert (dort mit „?“).", {Marker.ROUTINE}),
    ],
)
def test_note_on_unknown_markers(unknown: dict[str, list[str]], note: str, in_rows: set[Marker]) -> None:
    rows = [row(goal, **dict.fromkeys(unknown.get(goal, []))) for goal in ("1", "31", "32")]
    found, marked = wording.unknown_markers(rows)
    assert found == (f"{note} Was nicht überliefert ist, bedeutet nicht „nein“." if note else "")
    assert marked == in_rows


def test_a_marker_unknown_here_and_there_is_marked_in_its_row() -> None:
    rows = measure_rows(workbook(appendix(row("1"), row("2", routine=None), row("3")))["Anhang"])
    assert [cells["Kennzeichen"].value for cells in rows] == ["R", "R ?", "R"]


def test_heights_show_the_whole_text(book: Workbook) -> None:
    sheet = book["Anhang"]
    for cells in sheet.iter_rows():
        height = sheet.row_dimensions[cells[0].row].height
        assert height <= 409
        for cell in cells:
            if cell.value and cell.alignment.wrap_text:
                width = sheet.column_dimensions[cell.column_letter].width * 5.25 - 4
                lines = wrap(cell.value, width, cell.font.sz, bold=cell.font.b)
                assert height >= len(lines) * line_height(cell.font.sz)


def test_a_text_longer_than_a_row_goes_on_in_the_next(book: Workbook) -> None:
    cells = [str(cells[-1].value) for cells in book["Anhang"].iter_rows() if "Langer Text." in str(cells[-1].value)]
    assert len(cells) > 1
    assert "".join(cells).count("Langer") == 300


def test_nothing_is_smaller_than_ten_points(book: Workbook) -> None:
    assert min(cell.font.sz for sheet in book for cells in sheet.iter_rows() for cell in cells) >= 10


@pytest.mark.parametrize("source", [appendix(*every_kind()), appendix(row("M 3.2")), appendix(row(), has_ratings=False)])
def test_columns_fit_the_page_at_full_size(source: Appendix) -> None:
    sheet = workbook(source).worksheets[0]
    assert sum(dimension.width for dimension in sheet.column_dimensions.values()) * 5.25 == pytest.approx(PAGE_WIDTH, abs=1)


def test_print_settings(book: Workbook) -> None:
    sheet = book["Anhang"]
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
        True,
        1,
        0,
    )
    first, last = sheet.print_title_rows.replace("$", "").split(":")
    assert first == last
    assert sheet[f"A{first}"].value == "Ziel"
    assert sheet.oddFooter.right.text == "Seite &P von &N"
    assert sheet.oddHeader.left.text == "Migration && Integration · Runde 2026"
    assert sheet.oddHeader.right.text == "Beispieldaten · Entwurf (in Abstimmung)"


def test_no_heading_stands_alone_at_the_foot_of_a_page(book: Workbook) -> None:
    sheet = book["Anhang"]
    breaks = [item.id for item in sheet.row_breaks.brk]
    assert len(breaks) > 5
    for last in breaks:
        assert sheet.cell(last, 3).value not in ("Nr.",)
        assert not str(sheet.cell(last, 1).value).startswith("Herausforderung")
    heights = [sheet.row_dimensions[index].height for index in range(1, sheet.max_row + 1)]
    for start, end in zip([0, *breaks], [*breaks, len(heights)], strict=True):
        assert sum(heights[start:end]) <= PAGE_HEIGHT


def test_breaks_keep_headings_with_the_row_below() -> None:
    rows = [GridRow(300), GridRow(100, is_heading=True), GridRow(30, is_heading=True), GridRow(100), GridRow(50)]
    assert page_breaks(rows, repeated=20) == [1]


def test_properties(book: Workbook) -> None:
    properties = book.properties
    assert properties.title == "Evaluationsergebnisse Konzept Migration und Integration 2023-2027"
    assert (properties.creator, properties.language) == ("Evaluationsportal", "de-DE")
    assert properties.description == wording.EXAMPLE_NOTE


def test_styles_do_not_grow_with_the_rows() -> None:
    def formats(count: int) -> int:
        out = io.BytesIO()
        write_xlsx(appendix(*[row(str(index)) for index in range(count)]), out)
        return zipfile.ZipFile(out).read("xl/styles.xml").count(b"<xf ")

    assert formats(60) <= formats(3) + 1  # a Prüfzeichen that begins with „-“ is marked as text
